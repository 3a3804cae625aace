//! A daemon on a project of its own, with an agent that works when it is told to.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use app::clock::SystemClock;
use app::places::Places;
use pipeline_core::hold::{Hold, HoldKind, Lifting, NewHold};
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::admission::AdmissionStore;
use pipeline_core::port::store::retention::RetentionStore;
use pipeline_core::port::store::tasks::{TaskKey, TaskStore};
use pipeline_core::retention::RetentionReport;
use pipeline_core::run::RunRow;
use pipeline_core::stage::Column;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use tracker_local::LocalBoard;

use crate::own_repository::repository;

/// How long a real process may take to do what is expected of it.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// The analyst of this project: begins, waits for `go`, and writes its documents.
const AGENT: &str = r#"
cat > /dev/null
echo "$ORCHD_RUN_ID" >> "$PLACE/begun"
while [ ! -e "$PLACE/go" ]; do sleep 0.05; done
docs="docs/work-items/$ORCHD_WORK_ITEM"
for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do echo text > "$docs/$name"; done
echo '{"type":"result"}'
"#;

/// A data directory, its project, and the daemon that may run on it.
pub(crate) struct Serving {
    place: TempDir,
    daemon: Option<Child>,
    starts: u32,
}

impl Serving {
    /// A project with this many places for runs, and a daemon on it.
    pub(crate) fn new(places: usize) -> Self {
        Self::with(AGENT, &serde_json::json!({ "max_concurrency": places }))
    }

    /// The same with another agent and these settings besides.
    pub(crate) fn with(agent_script: &str, more: &Value) -> Self {
        let place = tempfile::tempdir().unwrap();
        let repository = repository(place.path());
        let agent = place.path().join("agent.sh");
        fs::write(&agent, agent_script).unwrap();
        let mut settings = serde_json::json!({
            "profile": "fast",
            "db_path": "data/orchestrator.db",
            "bind": "127.0.0.1:0",
            "admin_bind": "127.0.0.1:0",
            "queue_poll_interval": 0.1,
            "min_free_disk_mb": 0,
            "disk_reserve_mb": 1,
            "min_free_inodes": 0,
            "min_free_memory_mb": 0,
            "projects": [{
                "work_item_prefix": "SHOP",
                "repo": "shop",
                "path": repository,
                "test_command": "true",
                "agent_cmd": format!("PLACE='{}' sh '{}'", place.path().display(), agent.display()),
            }],
        });
        for (name, value) in more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        fs::write(place.path().join("orch.yaml"), settings.to_string()).unwrap();
        let mut serving = Self {
            place,
            daemon: None,
            starts: 0,
        };
        serving.start();
        serving
    }

    /// Starts the daemon and waits until it works.
    #[allow(
        clippy::disallowed_methods,
        reason = "a child that is signalled while it runs"
    )]
    pub(crate) fn start(&mut self) {
        assert!(self.daemon.is_none(), "one runs already");
        self.starts += 1;
        let log = File::create(self.log()).unwrap();
        let daemon = std::process::Command::new(assert_cmd::cargo::cargo_bin!("orchd"))
            .args(["serve", "--config"])
            .arg(self.path("orch.yaml"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.daemon = Some(daemon);
        self.until("the daemon listens", |this| {
            this.said().contains("orchd is running").then_some(())
        });
        // What people ordered before the project was connected does not count.
        self.until("the daemon has recovered", |this| {
            block_on(this.store().admission()).unwrap()
        });
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.pid()).unwrap(), signal).unwrap();
    }

    /// The daemon's process.
    pub(crate) fn pid(&self) -> i32 {
        i32::try_from(self.daemon.as_ref().unwrap().id()).unwrap()
    }

    /// Waits for the daemon's end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let status = self.until("the daemon ends", |this| {
            this.daemon.as_mut().unwrap().try_wait().unwrap()
        });
        self.daemon = None;
        status
    }

    /// The daemon lives.
    pub(crate) fn lives(&mut self) -> bool {
        self.daemon.as_mut().unwrap().try_wait().unwrap().is_none()
    }

    /// The agents work from now on.
    pub(crate) fn agents_go_on(&self) {
        fs::write(self.path("go"), "").unwrap();
    }

    /// Ids of the runs that have begun.
    pub(crate) fn begun(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("begun")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// A person writes an issue and moves it to In Progress.
    pub(crate) fn issue(&self, title: &str) -> IssueId {
        let board = LocalBoard::open(&self.places().board(), Arc::new(SystemClock)).unwrap();
        block_on(async {
            let issue = NewIssue {
                title: title.to_owned(),
                description: "The program shall greet the person by name.".to_owned(),
                column: Column::Todo,
                by: "ann".to_owned(),
            };
            let issue = board.create(&project(), issue).await.unwrap();
            board
                .relocate(&project(), &issue, Column::InProgress, "ann")
                .await
                .unwrap();
            issue
        })
    }

    /// A person moves an issue.
    pub(crate) fn moves(&self, issue: &IssueId, to: Column) {
        let board = LocalBoard::open(&self.places().board(), Arc::new(SystemClock)).unwrap();
        block_on(board.relocate(&project(), issue, to, "ann")).unwrap();
    }

    /// `analysis/working`; empty while there is no task.
    pub(crate) fn stands(&self, issue: &IssueId) -> String {
        let task = block_on(self.store().task(&TaskKey::Issue(project(), issue.clone())));
        task.unwrap()
            .map(|task| format!("{}/{}", task.stage, task.state.name()))
            .unwrap_or_default()
    }

    /// The runs of the issue's task.
    pub(crate) fn runs(&self, issue: &IssueId) -> Vec<RunRow> {
        use pipeline_core::port::store::jobs::JobStore;
        let store = self.store();
        block_on(async {
            let key = TaskKey::Issue(project(), issue.clone());
            let task = store.task(&key).await.unwrap().unwrap();
            store.runs(task.id).await.unwrap()
        })
    }

    /// An operator places a hold.
    pub(crate) fn hold(&self, kind: HoldKind) -> Hold {
        let hold = NewHold {
            project: None,
            kind,
            by: "olga".to_owned(),
            reason: "upgrade".to_owned(),
            at: SystemClock.now(),
        };
        block_on(self.store().hold(hold)).unwrap()
    }

    /// An operator lifts it.
    pub(crate) fn lift(&self, hold: &Hold) {
        let lifting = Lifting {
            by: "olga".to_owned(),
            reason: String::new(),
            at: SystemClock.now(),
        };
        assert!(block_on(self.store().lift(hold.id, lifting)).unwrap());
    }

    /// What the daemon says it holds back.
    pub(crate) fn held_back(&self) -> Vec<String> {
        let told = block_on(self.store().admission()).unwrap();
        told.map(|told| told.admission.lines()).unwrap_or_default()
    }

    /// What it did when it last tidied up.
    pub(crate) fn retention(&self) -> Option<RetentionReport> {
        let told = block_on(self.store().retention()).unwrap();
        told.map(|told| told.report)
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Holds that stand.
    pub(crate) fn holds(&self) -> Vec<HoldKind> {
        let holds = block_on(self.store().holds()).unwrap();
        holds.iter().map(|hold| hold.said.kind).collect()
    }

    /// The body of the admin listener's answer.
    pub(crate) fn get(&mut self, path: &str) -> String {
        let admin = self.admin();
        let mut connection = TcpStream::connect(&admin).unwrap();
        write!(
            connection,
            "GET {path} HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// A file that an agent wrote beside the settings.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Where its admin listener is.
    pub(crate) fn admin(&mut self) -> String {
        self.until("its address", |this| {
            let said = this.said();
            let at = said.find("admin=")? + "admin=".len();
            let address = said[at..]
                .chars()
                .take_while(|letter| letter.is_ascii_digit() || ".:".contains(*letter));
            Some(address.collect())
        })
    }

    /// What this daemon wrote.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Looks until there is something; panics with the daemon's words when there is not.
    #[allow(clippy::disallowed_methods, reason = "another process is waited for")]
    pub(crate) fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(waited < PATIENCE, "not seen: {what}\n{}", self.said());
            std::thread::sleep(LOOK);
            waited += LOOK;
        }
    }

    /// Looks until the issue's task stands there.
    pub(crate) fn until_it_stands(&mut self, issue: &IssueId, expected: &str) {
        self.until(expected, |this| (this.stands(issue) == expected).then_some(()));
    }

    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::attach(&self.places().database()).unwrap()
    }

    pub(crate) fn places(&self) -> Places {
        Places::in_directory(&self.path("data"))
    }

    fn log(&self) -> PathBuf {
        self.path(&format!("log-{}", self.starts))
    }

    /// A file beside the settings.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        Path::new(self.place.path()).join(name)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Agents that still wait end by themselves, and with them their runners.
        self.agents_go_on();
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

fn project() -> ProjectId {
    ProjectId::new("shop")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(work)
}
