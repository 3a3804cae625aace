//! A run directory in a temporary folder, and ways to meet the program that runs there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use process::{
    ExitRecord, LaunchError, LaunchSpec, RunSpec, RunState, RunnerCommand, kill_orphans, launch, lock_held,
    wait,
};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};

/// What a script sleeps that must be killed: longer than [`PATIENCE`].
pub(crate) const FOR_EVER: &str = "1000";

/// A run that is not over by then hangs.
const PATIENCE: Duration = Duration::from_secs(90);

pub(crate) struct Run {
    folder: tempfile::TempDir,
    pub(crate) dir: PathBuf,
}

impl Run {
    /// Nothing is launched yet.
    pub(crate) fn new() -> Run {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().canonicalize().unwrap().join("runs/1");
        Run { folder, dir }
    }

    pub(crate) fn launched(script: &str) -> Run {
        let run = Run::new();
        run.launch(script).unwrap();
        run
    }

    pub(crate) fn launch(&self, script: &str) -> Result<(), LaunchError> {
        launch(&self.spec(script))
    }

    /// The script runs in the temporary folder.
    pub(crate) fn spec(&self, script: &str) -> LaunchSpec {
        let run = RunSpec {
            argv: ["sh", "-c", script].map(str::to_owned).to_vec(),
            cwd: self.folder.path().to_owned(),
            env: [("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())].into(),
            timeout_ms: 600_000,
            grace_ms: 600_000,
            output_cap: 1 << 20,
            line_cap: process::DEFAULT_LINE_CAP,
            stall_ms: 0,
            done: None,
        };
        let runner = RunnerCommand {
            exe: host(),
            args: vec!["runner".to_owned()],
        };
        LaunchSpec {
            run_dir: self.dir.clone(),
            runner,
            run,
            stdin: Vec::new(),
        }
    }

    pub(crate) fn finished(&self) -> ExitRecord {
        match wait(&self.dir, PATIENCE).unwrap() {
            RunState::Finished(record) => {
                self.assert_nobody_is_left();
                record
            }
            other @ (RunState::Running | RunState::Lost) => panic!("the run is {other:?}"),
        }
    }

    /// The promise of the marker.
    fn assert_nobody_is_left(&self) {
        // The marker is there before the runner, on its way out, lets go of the lock.
        while lock_held(&self.dir).unwrap() {
            std::thread::yield_now();
        }
        assert_eq!(
            kill_orphans(&self.dir).unwrap(),
            0,
            "processes of the run are left"
        );
    }

    /// Blocks until the run is lost.
    pub(crate) fn lost(&self) {
        assert_eq!(wait(&self.dir, PATIENCE).unwrap(), RunState::Lost);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(process::stdout_log(&self.dir)).unwrap()
    }

    /// A pipe on which script and test wait for each other, whoever comes first.
    pub(crate) fn fifo(&self, name: &str) {
        mknodat(CWD, self.path(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }

    /// How many bytes more the runner ever had, after `is_done`. The script reads a line from `go` before and after.
    pub(crate) fn memory_grown_until(&self, is_done: impl Fn() -> bool) -> u64 {
        let before = self.runner_memory();
        fs::write(self.path("go"), "go\n").unwrap();
        while !is_done() {
            std::thread::yield_now();
        }
        let after = self.runner_memory();
        fs::write(self.path("go"), "go\n").unwrap();
        after - before
    }

    /// The most memory that the runner ever had, in bytes.
    fn runner_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.runner_pid())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
    }

    /// The files of a run that somebody starts by hand.
    pub(crate) fn prepare(&self, script: &str) {
        fs::create_dir_all(&self.dir).unwrap();
        fs::write(self.dir.join("stdin"), "").unwrap();
        let spec = serde_json::to_vec(&self.spec(script).run).unwrap();
        fs::write(self.dir.join("spec.json"), spec).unwrap();
    }

    pub(crate) fn signal_runner(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.runner_pid()).unwrap(), signal).unwrap();
    }

    /// As a machine that runs out of memory would.
    pub(crate) fn kill_runner(&self) {
        self.signal_runner(Signal::KILL);
    }

    /// Blocks until the runner has noted the process.
    pub(crate) fn await_ledger(&self, pid: &str) {
        let pid: u64 = pid.trim().parse().unwrap();
        let noted = |ledger: &serde_json::Value| {
            let processes = ledger["processes"].as_array().unwrap();
            processes.iter().any(|process| process["pid"] == pid)
        };
        while !noted(&self.ledger()) {
            std::thread::yield_now();
        }
    }

    pub(crate) fn ledger(&self) -> serde_json::Value {
        let text = fs::read_to_string(self.dir.join("processes.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn write_ledger(&self, ledger: &serde_json::Value) {
        fs::write(self.dir.join("processes.json"), ledger.to_string()).unwrap();
    }

    /// The pid in the lock file.
    pub(crate) fn runner_pid(&self) -> i32 {
        fs::read_to_string(self.dir.join("lock"))
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    }
}

/// The example lies next to the folder of the test executables.
pub(crate) fn host() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let host = deps.ancestors().nth(2).unwrap().join("examples/runner_host");
    assert!(host.exists(), "build it first: cargo build -p process --examples");
    host
}

/// No process, not even a zombie.
pub(crate) fn is_gone(pid: &str) -> bool {
    let pid: u32 = pid.trim().parse().unwrap();
    !Path::new(&format!("/proc/{pid}")).exists()
}

/// Neither gone nor a zombie, which does not live, but nobody here can collect it.
pub(crate) fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

/// Said past the test harness, which keeps the words of a test that passes to itself.
pub(crate) fn not_tried(why: &str) {
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "NOT TRIED: {test}: {why}");
}
