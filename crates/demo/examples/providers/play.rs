//! One case from an empty home to the end of its task.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use app::clock::SystemClock;
use demo::soak::processes;
use demo::soak::waiting::wait_for;
use model_stub::ModelServer;
use pipeline_core::port::clock::Clock;
use process::{Command, ExitOutcome, Output, SpawnError, inherit};
use serde_json::Value;

use crate::case::Case;
use crate::program::Program;
use crate::trouble::{NOT_HIS, Trouble};

/// For the whole task.
const LIMIT: Duration = Duration::from_secs(240);
/// Without output, processor time and changed files.
const STALL_SECONDS: &str = "6";
/// A pipeline without the stages in which nothing happens here.
const PIPELINE: &str = include_str!("../../../../fixtures/pipelines/bug-fix.yaml");

/// How a case went.
pub(crate) struct Played {
    pub(crate) home: PathBuf,
    pub(crate) seconds: u64,
    pub(crate) state: String,
    pub(crate) merged: bool,
    pub(crate) last_words: String,
    pub(crate) reviews: Vec<Review>,
    /// What the reviewer may not write is in the default branch.
    pub(crate) has_stray: bool,
    /// The account stood still until an operator let it run again.
    pub(crate) was_stopped: bool,
    /// No review began between the limit and its reset.
    pub(crate) waited_for_reset: bool,
}

/// A run of the reviewer, as its record tells.
#[derive(Debug)]
pub(crate) struct Review {
    pub(crate) session: Option<String>,
    pub(crate) tokens: u64,
    reason: String,
    cause: Option<String>,
    began: i64,
    ended: i64,
}

impl Review {
    pub(crate) fn is_success(&self) -> bool {
        self.reason.starts_with("success")
    }

    /// Why it failed.
    pub(crate) fn word(&self) -> String {
        match &self.cause {
            Some(cause) if self.reason != "stalled" => cause.clone(),
            Some(_) | None => self.reason.clone(),
        }
    }
}

pub(crate) fn play(orchd: &Path, (program, prefix): (Program, &Path), case: Case) -> Played {
    let place = tempfile::tempdir().unwrap().keep();
    let home = place.join("home");
    fs::write(place.join("pipeline.yaml"), PIPELINE).unwrap();
    let mind = Arc::new(Trouble::new(case, place.join("model")));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let model = runtime
        .block_on(ModelServer::start(Arc::<Trouble>::clone(&mind)))
        .unwrap();
    let demo = || demo(orchd, (program, prefix), (&place, &model.url()));
    let begun = SystemClock.now();
    let (output, was_stopped) = thread::scope(|scope| {
        let mut running = scope.spawn(demo);
        let mut was_stopped = false;
        match case {
            Case::Unauthorized => {
                was_stopped = mended(
                    orchd,
                    (&home, program),
                    &mind,
                    ("out_of_order", &|| running.is_finished()),
                );
            }
            Case::UsageLimit if !program.tells_resets => {
                was_stopped = mended(
                    orchd,
                    (&home, program),
                    &mind,
                    ("paused", &|| running.is_finished()),
                );
            }
            Case::Killed => {
                let daemon = wait_for(LIMIT, || {
                    mind.is_met().then(|| processes::daemon(&home)).flatten()
                });
                if let Some(daemon) = daemon {
                    processes::kill(daemon);
                    let _ = running.join();
                    running = scope.spawn(demo);
                }
            }
            Case::Reviewed
            | Case::Repaired
            | Case::UsageLimit
            | Case::Overloaded
            | Case::Refused
            | Case::Stalled => {}
        }
        (running.join().unwrap(), was_stopped)
    });
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let reviews = reviews(&home);
    Played {
        seconds: SystemClock.now().since(begun).as_secs(),
        state: report["state"].as_str().unwrap_or("unknown").to_owned(),
        merged: report["merged"] == true,
        last_words: last_words(&output, &report),
        has_stray: has_stray(&home),
        waited_for_reset: reviews
            .windows(2)
            .all(|pair| pair[1].began >= pair[0].ended + 5_000),
        was_stopped,
        reviews,
        home,
    }
}

fn demo(orchd: &Path, (program, prefix): (Program, &Path), (place, url): (&Path, &str)) -> Output {
    let path = program.path(prefix);
    fs::create_dir_all(place.join("user")).unwrap();
    let ended = Command::new(orchd)
        .args(["demo", "--json", "--provider", program.name, "--agent-bin"])
        .arg(path)
        .args([
            "--model-url",
            url,
            "--agent-stall-seconds",
            STALL_SECONDS,
            "--pipeline",
        ])
        .arg(place.join("pipeline.yaml"))
        .arg("--home")
        .arg(place.join("home"))
        .envs(inherit(["PATH"]))
        .env("HOME", place.join("user"))
        .timeout(LIMIT)
        .run();
    match ended {
        Err(SpawnError::Timeout { output, .. }) => *output,
        ended => ended.expect("orchd can be run"),
    }
}

/// Waits until the account stands still as expected, mends what was wrong, and says so as an operator does.
fn mended(
    orchd: &Path,
    (home, program): (&Path, Program),
    mind: &Trouble,
    (standing, is_over): (&str, &dyn Fn() -> bool),
) -> bool {
    let stands = || {
        let told = orchctl(orchd, home, &["providers"]);
        let line = told.lines().find(|line| line.starts_with(program.name));
        let still = line.is_some_and(|line| line.contains(standing));
        (still || is_over()).then_some(still)
    };
    let was_stopped = wait_for(LIMIT / 2, stands).unwrap_or_default();
    mind.mend();
    orchctl(orchd, home, &["providers", "reset", program.name]);
    was_stopped
}

fn orchctl(orchd: &Path, home: &Path, arguments: &[&str]) -> String {
    let output = Command::new(orchd.with_file_name("orchctl"))
        .arg("--home")
        .arg(home)
        .args(arguments)
        .envs(inherit(["PATH"]))
        .timeout(LIMIT)
        .run();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn last_words(output: &Output, report: &Value) -> String {
    let reason = report["reason"].as_str().unwrap_or_default();
    let complaint = String::from_utf8_lossy(&output.stderr);
    let complaint = complaint.lines().next_back().unwrap_or_default();
    match output.status {
        ExitOutcome::Code(_) | ExitOutcome::Signal(_) => format!("{reason} {complaint}"),
    }
}

/// The runs of the reviewer, oldest first.
fn reviews(home: &Path) -> Vec<Review> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(home.join("runs")).into_iter().flatten().flatten() {
        let record = fs::read(entry.path().join("run.json")).unwrap_or_default();
        let record: Value = serde_json::from_slice(&record).unwrap_or_default();
        if record["stage"] == "review" {
            found.insert(time(&record["started_at"]), review(&record));
        }
    }
    found.into_values().collect()
}

fn review(record: &Value) -> Review {
    let end = &record["end"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let tokens =
        ["input_tokens", "output_tokens"].map(|name| end["usage"][name].as_u64().unwrap_or_default());
    Review {
        session: text(&end["session_id"]),
        tokens: tokens.iter().sum(),
        reason: text(&end["exit_reason"]).unwrap_or_default(),
        cause: text(&end["cause"]),
        began: time(&record["started_at"]),
        ended: time(&end["ended_at"]),
    }
}

fn time(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

fn has_stray(home: &Path) -> bool {
    let git = git::Git::new("git");
    let found = fs::read_dir(home.join("forge")).into_iter().flatten().flatten();
    found.into_iter().any(|project| {
        let repository = git::Repository::open(&git, project.path().join("repo.git"));
        repository
            .rev_parse(&format!("refs/heads/main:{NOT_HIS}"))
            .is_ok_and(|blob| blob.is_some())
    })
}
