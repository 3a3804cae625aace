//! What must be the same at the end of a demo, disturbed or not.

use std::collections::BTreeMap;
use std::path::Path;

use app::places::Places;
use git::{Git, Repository};
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use pipeline_core::replay::stored::replay_stored;
use serde_json::Value;
use store_sqlite::SqliteStore;

use crate::demo_run::{demo, json};
use crate::patience::block_on;

/// How the happy demo ends when nobody disturbs it.
pub(crate) fn undisturbed() -> Account {
    let home = tempfile::tempdir().unwrap();
    let ended = demo(home.path(), &["--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    Account::of(home.path(), &json(&ended.stdout))
}

/// What must be the same, kills or not. Runs may be taken up or queued again, so their number is bounded, not equal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) state: String,
    pub(crate) comments: BTreeMap<String, usize>,
    pub(crate) alerts: usize,
    pub(crate) documents: Vec<String>,
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
            let line = text.lines().next().unwrap_or_default();
            // A repeated run costs.
            let line = line.split_once("Task total").map_or(line, |(mark, _)| mark);
            *comments.entry(line.to_owned()).or_default() += 1;
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

/// What the rules decided before and after the kill is decided again from the log alone.
pub(crate) fn the_log_leads_to_every_task(home: &Path, boundary: &str) {
    let store = SqliteStore::attach(&Places::in_directory(home).database()).unwrap();
    let tasks = block_on(store.tasks(TaskFilter::All)).unwrap();
    assert_eq!(tasks.len(), 1, "{boundary}");
    for task in tasks {
        block_on(replay_stored(&store, &task)).unwrap_or_else(|error| panic!("{boundary}: {error}"));
    }
}
