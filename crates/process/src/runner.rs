//! Runner mode: the small process that owns one run from before its program starts until after its last process is
//! gone. It must not know who launched it or why; all that it knows stands in the run directory.

mod supervise;
mod program;
mod supervisor;
mod stream;
mod lines;
mod capped_log;
mod stop;
mod signals;
mod vitals;
mod census;
mod quiet;
mod files;
mod reaper;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use rustix::fs::Mode;
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Resource, Rlimit, getpid, set_child_subreaper, setrlimit, setsid, umask};

use crate::brand::Brand;
use crate::lock::{self, FileLock};
use crate::run_dir::{self, EXIT, LOCK, SPEC};
use crate::spec::RunSpec;
use signals::Signals;

/// Exit code of a runner whose run directory has a living runner already, or has had one.
pub const EXIT_ALREADY_RUNNING: u8 = 3;

/// Exit code of a runner that could not do its work; the reason is on its stderr (`runner.log`).
pub const EXIT_RUNNER_FAILED: u8 = 4;

/// What a runner says on stdout when it is set up and about to start the program.
pub(crate) const READY: &[u8] = b"runner ready\n";

/// The first descriptor after stdin, stdout and stderr.
const FIRST_OWN: i32 = 3;

enum RunnerError {
    AlreadyRunning,
    Failed { what: &'static str, source: io::Error },
}

/// Owns the run in `run_dir` until it is over, then returns the exit code for the process. Call it first thing in a
/// process of its own: it makes itself a session leader and child subreaper and reaps *every* child.
///
/// Guarantees: the lock is held for its whole life; stdout and stderr of the program are drained whatever happens;
/// `exit.json` appears whole, last, and only when no process of the run is left. A process that cannot be killed
/// (uninterruptible sleep) therefore keeps the run "running" until it is gone.
///
/// TERM and INT end the program in an orderly way (TERM, grace, KILL; the reason is
/// [`EndReason::Interrupted`](crate::EndReason::Interrupted)), a second one at once. As the first process of a container
/// it also reaps what is not its own.
pub fn runner_main(run_dir: &Path) -> ExitCode {
    match own_run(run_dir) {
        Ok(()) => ExitCode::SUCCESS,
        Err(RunnerError::AlreadyRunning) => {
            complain(&format!("{} has or had a runner already", run_dir.display()));
            ExitCode::from(EXIT_ALREADY_RUNNING)
        }
        Err(RunnerError::Failed { what, source }) => {
            complain(&format!("failed to {what} in {}: {source}", run_dir.display()));
            ExitCode::from(EXIT_RUNNER_FAILED)
        }
    }
}

/// To `runner.log`; there is nobody else to tell.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn own_run(run_dir: &Path) -> Result<(), RunnerError> {
    let lock = take_lock(run_dir)?;
    if run_dir.join(EXIT).exists() {
        return Err(RunnerError::AlreadyRunning);
    }
    lock.write_pid().map_err(failed("write its pid"))?;
    let signals = Signals::listen().map_err(failed("listen to signals"))?;
    let brand = become_supervisor().map_err(failed("set up the runner"))?;
    let spec = read_spec(run_dir).map_err(failed("read the run's spec"))?;
    report_ready().map_err(failed("let go of its stdout"))?;
    let record = supervise::supervise(run_dir, &spec, brand, signals);
    let record = record.map_err(failed("supervise the run"))?;
    let json =
        serde_json::to_vec_pretty(&record).map_err(|error| failed("write the marker")(error.into()))?;
    run_dir::write_whole(run_dir, EXIT, &json).map_err(failed("write the marker"))
}

/// The lock comes as stdin, taken by the launcher; a runner that was started by hand takes it itself.
fn take_lock(run_dir: &Path) -> Result<FileLock, RunnerError> {
    let lock = inherited_lock(run_dir).or_else(|_| lock::open(&run_dir.join(LOCK)));
    let lock = lock.and_then(FileLock::take).map_err(failed("take the lock"))?;
    lock.ok_or(RunnerError::AlreadyRunning)
}

fn inherited_lock(run_dir: &Path) -> io::Result<File> {
    // The copy closes on exec: the program must not hold our lock.
    let inherited = File::from(fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    let ours = rustix::fs::fstat(&inherited)?;
    let wanted = rustix::fs::stat(run_dir.join(LOCK))?;
    let same = (ours.st_dev, ours.st_ino) == (wanted.st_dev, wanted.st_ino);
    if same {
        Ok(inherited)
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// What all our children inherit, and that they stay ours.
fn become_supervisor() -> io::Result<Option<Brand>> {
    // Whatever the launcher did not mark: a listening socket or a database is not for the program.
    close_fds::set_fds_cloexec(FIRST_OWN, &[]);
    // Fails only for a leader of a process group, which is away from the launcher's terminal signals as well.
    let _ = setsid();
    umask(Mode::from_bits_truncate(0o077));
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    // Orphans below us become our children: none escapes by a double fork or a session of its own.
    set_child_subreaper(Some(getpid()))?;
    Brand::burn()
}

fn read_spec(run_dir: &Path) -> io::Result<RunSpec> {
    run_dir::read_json(&run_dir.join(SPEC))?
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{SPEC} does not exist")))
}

fn report_ready() -> io::Result<()> {
    // A launcher that died meanwhile is no reason to stop: the run is to outlive it.
    let _ = io::stdout().write_all(READY).and_then(|()| io::stdout().flush());
    let null = fs::OpenOptions::new().write(true).open("/dev/null")?;
    Ok(rustix::stdio::dup2_stdout(&null)?)
}

fn failed(what: &'static str) -> impl FnOnce(io::Error) -> RunnerError {
    move |source| RunnerError::Failed { what, source }
}
