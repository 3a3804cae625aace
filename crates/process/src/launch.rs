//! Starting a run that outlives us: the run directory, the lock, and the same binary in runner mode.
//!
//! The lock is taken *here* and handed to the runner as its stdin. So there is no moment, not even before the
//! runner's first instruction, in which a run is on its way and its lock is free: a caller that dies in the middle
//! and starts again sees either no run or a held lock.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use crate::follow::{RunState, cancel, wait};
use crate::lock::{self, FileLock};
use crate::log_text::tail;
use crate::moment::{self, Deadline};
use crate::run_dir::{self, RUN_DIR_VARIABLE};
use crate::runner::READY;
use crate::spawn;
use crate::spec::RunSpec;

/// A runner is ready in milliseconds; this is for a machine that swaps.
const READY_LIMIT: Duration = Duration::from_secs(20);

/// A run to start.
#[derive(Debug, Clone)]
pub struct LaunchSpec {
    /// The run's own directory; made (0700) when missing. One run per directory, ever.
    pub run_dir: PathBuf,
    /// How to start our binary in runner mode.
    pub runner: RunnerCommand,
    /// What to run.
    pub run: RunSpec,
    /// What the program reads from stdin.
    pub stdin: Vec<u8>,
}

/// The command line of runner mode; the run directory is added as the last argument. That process must do nothing but
/// call [`runner_main`](crate::runner_main), early and while it has one thread.
#[derive(Debug, Clone)]
pub struct RunnerCommand {
    /// Our own binary, as an absolute path.
    pub exe: PathBuf,
    /// What switches it to runner mode.
    pub args: Vec<String>,
}

/// Why no run was started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The directory belongs to a run that lives or has ended.
    #[error("{} was already used for a run; every attempt needs a directory of its own", run_dir.display())]
    Used {
        /// The directory.
        run_dir: PathBuf,
    },
    /// The directory could not be prepared or the runner not be spawned.
    #[error("could not {what}: {source}")]
    Io {
        /// The step.
        what: String,
        /// The refusal.
        source: io::Error,
    },
    /// The runner ended before it was ready.
    #[error("the runner ended before it was ready: {log}")]
    RunnerFailed {
        /// The end of its `runner.log`.
        log: String,
    },
    /// The runner was not ready in time. The run is cancelled: a runner that wakes up later starts nothing, or stops it.
    #[error("the runner was not ready within {} s; the run is cancelled", limit.as_secs())]
    NotReady {
        /// How long it was waited for.
        limit: Duration,
    },
}

/// Starts a run and returns when its runner lives, holds the lock and is about to start the program. From then on the
/// run needs nothing of this process. On an error nothing runs; only after [`LaunchError::NotReady`] the runner may still live
/// for as long as it needs to see that the run is cancelled.
pub fn launch(spec: &LaunchSpec) -> Result<(), LaunchError> {
    let run_dir = prepare(&spec.run_dir)?;
    let lock = take_lock(&run_dir)?;
    write_files(&run_dir, spec)?;
    let mut runner = spawn_runner(&run_dir, &spec.runner, lock)?;
    let stdout = runner.stdout.take();
    reap_in_background(runner);
    await_ready(&run_dir, stdout)
}

fn prepare(run_dir: &Path) -> Result<PathBuf, LaunchError> {
    let step = || format!("prepare {}", run_dir.display());
    if let Some(parent) = run_dir.parent() {
        fs::create_dir_all(parent).map_err(io_error(step()))?;
    }
    match DirBuilder::new().mode(0o700).create(run_dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(io_error(step())(error)),
        Ok(()) | Err(_) => {}
    }
    fs::set_permissions(run_dir, Permissions::from_mode(0o700)).map_err(io_error(step()))?;
    run_dir.canonicalize().map_err(io_error(step()))
}

fn take_lock(run_dir: &Path) -> Result<FileLock, LaunchError> {
    let step = || format!("lock {}", run_dir.display());
    let file = lock::open(&run_dir.join(run_dir::LOCK)).map_err(io_error(step()))?;
    let lock = FileLock::take(file).map_err(io_error(step()))?;
    let used = run_dir.join(run_dir::SPEC).exists() || run_dir.join(run_dir::EXIT).exists();
    lock.filter(|_| !used).ok_or_else(|| LaunchError::Used {
        run_dir: run_dir.to_owned(),
    })
}

fn write_files(run_dir: &Path, spec: &LaunchSpec) -> Result<(), LaunchError> {
    let mut run = spec.run.clone();
    run.env.insert(
        RUN_DIR_VARIABLE.to_owned(),
        run_dir.to_string_lossy().into_owned(),
    );
    let json = serde_json::to_vec_pretty(&run).map_err(io::Error::from);
    json.and_then(|json| {
        run_dir::write_whole(run_dir, run_dir::STDIN, &spec.stdin)?;
        run_dir::write_whole(run_dir, run_dir::SPEC, &json)
    })
    .map_err(io_error(format!("write the files of {}", run_dir.display())))
}

/// The runner gets no environment: the program it runs could read it through `/proc`.
fn spawn_runner(run_dir: &Path, runner: &RunnerCommand, lock: FileLock) -> Result<Child, LaunchError> {
    let log = run_dir::create(&run_dir.join(run_dir::RUNNER_LOG))
        .map_err(io_error(format!("open the log in {}", run_dir.display())))?;
    #[allow(
        clippy::disallowed_methods,
        reason = "runners are spawned here and nowhere else"
    )]
    let mut command = std::process::Command::new(&runner.exe);
    command
        .args(&runner.args)
        .arg(run_dir)
        .env_clear()
        .current_dir(run_dir);
    command
        .stdin(Stdio::from(lock.into_file()))
        .stdout(Stdio::piped())
        .stderr(Stdio::from(log));
    spawn::spawn_with_retry(&mut command).map_err(io_error(format!("spawn {}", runner.exe.display())))
}

/// Collects the runner when it ends, so that it does not stay a zombie for as long as we live.
fn reap_in_background(mut runner: Child) {
    let reaper = std::thread::Builder::new()
        .name("runner-reaper".to_owned())
        .stack_size(64 << 10);
    if let Err(error) = reaper.spawn(move || runner.wait()) {
        tracing::warn!(%error, "no thread to reap a runner; a zombie stays until this process ends");
    }
}

fn await_ready(run_dir: &Path, stdout: Option<ChildStdout>) -> Result<(), LaunchError> {
    let limit = Deadline::after(READY_LIMIT);
    if says_ready(stdout, limit).unwrap_or(false) {
        return Ok(());
    }
    // The lock is what counts: a runner that we can no longer hear may still live.
    if wait(run_dir, limit.remaining()).unwrap_or(RunState::Running) == RunState::Running {
        cancel(run_dir).map_err(io_error(format!("cancel the run in {}", run_dir.display())))?;
        return Err(LaunchError::NotReady { limit: READY_LIMIT });
    }
    let log = tail(&run_dir.join(run_dir::RUNNER_LOG), 2048).unwrap_or_default();
    Err(LaunchError::RunnerFailed {
        log: log.trim().to_owned(),
    })
}

/// The runner says one thing on its stdout when it is set up. False: it closed stdout without, or said nothing in time.
fn says_ready(stdout: Option<ChildStdout>, limit: Deadline) -> io::Result<bool> {
    let Some(mut stdout) = stdout else {
        return Ok(false);
    };
    let mut said = Vec::new();
    while !limit.passed() {
        let mut fds = [PollFd::new(&stdout, PollFlags::IN)];
        moment::poll(&mut fds, limit.remaining())?;
        if fds.iter().all(|fd| fd.revents().is_empty()) {
            continue;
        }
        let mut chunk = [0; 256];
        let count = stdout.read(&mut chunk)?;
        said.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if count == 0 || said.ends_with(READY) {
            return Ok(count > 0);
        }
    }
    Ok(false)
}

fn io_error(what: String) -> impl FnOnce(io::Error) -> LaunchError {
    move |source| LaunchError::Io { what, source }
}
