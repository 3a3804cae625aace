//! kill -9 of the demo at named boundaries, before and after effects: the second start ends the same, and nothing is done twice.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::{Arc, Mutex};

use app::places::Places;
use git::{Git, Repository};
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use pipeline_core::replay::stored::replay_stored;
use serde_json::Value;
use store_sqlite::SqliteStore;

use crate::agreement::all_runs_agree;
use crate::demo_run::{demo, json};

/// Calls and how often the happy scenario makes each.
const CALLS: [(&str, u64); 11] = [
    ("workspace.start_branch", 1),
    ("tracker.comment", 14),
    ("tracker.move_to", 4),
    ("workspace.checkout", 7),
    ("runner.start", 7),
    ("workspace.harvest", 7),
    ("workspace.push", 6),
    ("forge.open_pull_request", 2),
    ("forge.set_status", 2),
    ("forge.merge", 2),
    ("workspace.release", 1),
];
const KILLS: usize = 10;
const AT_ONCE: usize = 3;

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the seed of a run that is to be repeated"
)]
fn a_killed_demo_goes_on_and_does_nothing_twice() {
    let seed = std::env::var("ORCHD_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(random);
    println!("seed: {seed} (ORCHD_SEED={seed} repeats it)");
    let expected = undisturbed();
    let work = Arc::new(Mutex::new(boundaries(seed)));
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(boundary) = { work.lock().unwrap().pop() } {
                        kill_and_go_on(&boundary, &expected);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

fn kill_and_go_on(boundary: &str, expected: &Account) {
    let home = tempfile::tempdir().unwrap();
    let killed = demo(home.path(), &["--json", "--kill-at", boundary]);
    assert_eq!(
        killed.code, None,
        "{boundary} was not reached: {}{}",
        killed.stdout, killed.stderr
    );
    let ended = demo(home.path(), &["--json"]);
    assert_eq!(
        ended.code,
        Some(0),
        "{boundary}: {}{}",
        ended.stdout,
        ended.stderr
    );
    let account = Account::of(home.path(), &json(&ended.stdout));
    assert_eq!(&account, expected, "{boundary}");
    the_log_leads_to_every_task(home.path(), boundary);
    assert!(all_runs_agree(home.path()) >= 7, "{boundary}");
    println!("{boundary}: ended the same");
}

/// What the rules decided before and after the kill is decided again from the log alone.
pub(crate) fn the_log_leads_to_every_task(home: &Path, boundary: &str) {
    let store = SqliteStore::attach(&Places::in_directory(home).database()).unwrap();
    let tasks = block_on(store.tasks(TaskFilter::All)).unwrap();
    assert_eq!(tasks.len(), 1, "{boundary}");
    for task in tasks {
        block_on(replay_stored(&store, &task)).unwrap_or_else(|error| panic!("{boundary}: {error}"));
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}

fn undisturbed() -> Account {
    let home = tempfile::tempdir().unwrap();
    let ended = demo(home.path(), &["--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    Account::of(home.path(), &json(&ended.stdout))
}

/// What must be the same, kills or not. Runs may be taken up or queued again, so their number is bounded, not equal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account {
    state: String,
    pub(crate) comments: BTreeMap<String, usize>,
    alerts: usize,
    documents: Vec<String>,
    pub(crate) pull_requests: usize,
    pub(crate) merges: usize,
}

impl Account {
    pub(crate) fn of(home: &Path, report: &Value) -> Self {
        let texts = |key: &str| -> Vec<String> {
            report[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|text| text.as_str().unwrap().to_owned())
                .collect()
        };
        let mut comments = BTreeMap::new();
        for text in texts("comments") {
            *comments
                .entry(text.lines().next().unwrap_or_default().to_owned())
                .or_default() += 1;
        }
        for stage in report["stages"].as_array().unwrap() {
            assert!(
                stage["runs"].as_u64().unwrap() <= 2,
                "a run was repeated more than once: {stage}"
            );
        }
        let forge = home.join("forge/demo");
        Self {
            state: report["state"].as_str().unwrap().to_owned(),
            comments,
            alerts: texts("messages").len(),
            documents: texts("documents"),
            pull_requests: std::fs::read_dir(forge.join("pulls")).unwrap().count(),
            merges: merges(&forge.join("repo.git")),
        }
    }
}

/// Merge commits of the default branch.
fn merges(repository: &Path) -> usize {
    let repository = Repository::open(&Git::new("git"), repository);
    let mut at = repository.rev_parse("refs/heads/main").unwrap();
    let mut merges = 0;
    while let Some(sha) = at {
        let commit = repository.commit(&sha).unwrap();
        merges += usize::from(commit.parents.len() > 1);
        at = commit.parents.into_iter().next();
    }
    merges
}

/// Ten boundaries, chosen by the seed.
fn boundaries(seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut all: Vec<String> = CALLS
        .into_iter()
        .flat_map(|(call, times)| ["before", "after"].map(|side| (side, call, times)))
        .map(|(side, call, times)| format!("{side}:{call}:{}", next(&mut state) % times + 1))
        .collect();
    let mut chosen = Vec::new();
    while chosen.len() < KILLS {
        let at = usize::try_from(next(&mut state)).unwrap_or_default() % all.len();
        chosen.push(all.swap_remove(at));
    }
    chosen
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn random() -> u64 {
    RandomState::new().hash_one(std::process::id()) % 1_000_000
}
