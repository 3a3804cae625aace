//! Watching one program: its outputs, its end, the clock and the control file, in one loop on one thread.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{Pid, PidfdFlags, getpid, pidfd_open};

use super::capped_log::CappedLog;
use super::reaper::{Reaper, Remaining};
use super::stop::{Order, Stop};
use crate::moment::{self, Deadline};
use crate::run_dir::{self, CONTROL, EndReason, ExitRecord, RunSpec, STDIN, stderr_log, stdout_log};
use crate::spawn;
use crate::tree::{self, Killer};

/// How soon an order in the control file is seen, and how soon dead orphans are collected.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How long the outputs are read after the last process is gone. Only a process that is not ours (a descriptor
/// can be sent away) can still hold them open.
const REST_LIMIT: Duration = Duration::from_millis(500);

const FIRST_KILL_PAUSE: Duration = Duration::from_millis(1);
const CHUNK: usize = 64 << 10;

/// Runs the program to its end and says how that came about. Errors: only of the run directory or the kernel; a
/// program that cannot be started is a record.
pub(super) fn supervise(run_dir: &Path, spec: &RunSpec) -> io::Result<ExitRecord> {
    let out = CappedLog::new(run_dir::create(&stdout_log(run_dir))?, spec.output_cap);
    let err = CappedLog::new(run_dir::create(&stderr_log(run_dir))?, spec.output_cap);
    let limit = Duration::from_millis(spec.timeout_ms);
    let stop = Stop::new(run_dir.join(CONTROL), limit, Duration::from_millis(spec.grace_ms));
    let started_at_ms = moment::unix_ms();
    if stop.cancelled() {
        return Ok(never_ran(EndReason::Cancelled, None, started_at_ms));
    }
    let child = match start(run_dir, spec) {
        Ok(child) => child,
        Err(error) => {
            return Ok(never_ran(
                EndReason::SpawnFailed,
                Some(error.to_string()),
                started_at_ms,
            ));
        }
    };
    let program = Pid::from_child(&child);
    let ended = Supervisor::of(child, out, err, stop).and_then(|it| it.run(started_at_ms));
    if ended.is_err() {
        // We are about to leave: what we cannot watch must not stay.
        kill_until_nobody_is_left(&mut Reaper::new(program), &mut Killer::default(), || ())?;
    }
    ended
}

/// Gives up on nobody: see [`runner_main`](super::runner_main). `meanwhile` is called between the passes.
fn kill_until_nobody_is_left(
    reaper: &mut Reaper,
    killer: &mut Killer,
    mut meanwhile: impl FnMut(),
) -> io::Result<()> {
    let me = getpid().as_raw_pid();
    let mut pause = FIRST_KILL_PAUSE;
    while reaper.reap()? == Remaining::Some {
        killer.pass(|| tree::descendants(me));
        meanwhile();
        moment::pause(pause);
        pause = (pause * 2).min(LOOK_AGAIN);
    }
    Ok(())
}

fn never_ran(reason: EndReason, error: Option<String>, started_at_ms: i64) -> ExitRecord {
    ExitRecord {
        exit_code: None,
        signal: None,
        reason,
        error,
        started_at_ms,
        finished_at_ms: moment::unix_ms(),
        stdout_bytes: 0,
        stderr_bytes: 0,
        dropped_bytes: 0,
        processes_killed: 0,
    }
}

/// The program leads a process group of its own, so that a signal to its group does not hit us.
fn start(run_dir: &Path, spec: &RunSpec) -> io::Result<Child> {
    let Some((program, args)) = spec.argv.split_first() else {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "the command line is empty",
        ));
    };
    let path = spec.env.get("PATH").map(AsRef::as_ref);
    let Some(file) = spawn::resolve(program.as_ref(), path, Some(&spec.cwd)) else {
        let text = format!("{program:?} was not found; install it or correct its path");
        return Err(io::Error::new(ErrorKind::NotFound, text));
    };
    #[allow(
        clippy::disallowed_methods,
        reason = "a run's program is spawned here and nowhere else"
    )]
    let mut command = std::process::Command::new(file);
    command
        .arg0(program)
        .args(args)
        .env_clear()
        .envs(&spec.env)
        .current_dir(&spec.cwd)
        .process_group(0);
    command
        .stdin(File::open(run_dir.join(STDIN))?)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    spawn::spawn_with_retry(&mut command).map_err(|error| {
        let error = spawn::explain(error, Some(&spec.cwd));
        io::Error::new(error.kind(), format!("could not run {program:?}: {error}"))
    })
}

struct Supervisor {
    program: Pid,
    pidfd: OwnedFd,
    stdout: Stream,
    stderr: Stream,
    stop: Stop,
    reaper: Reaper,
    killer: Killer,
}

/// One output of the program and where it goes.
struct Stream {
    pipe: Option<File>,
    log: CappedLog,
}

impl Supervisor {
    fn of(mut child: Child, out: CappedLog, err: CappedLog, stop: Stop) -> io::Result<Supervisor> {
        let program = Pid::from_child(&child);
        Ok(Supervisor {
            program,
            pidfd: pidfd_open(program, PidfdFlags::empty())?,
            stdout: Stream::of(child.stdout.take().map(OwnedFd::from), out)?,
            stderr: Stream::of(child.stderr.take().map(OwnedFd::from), err)?,
            stop,
            reaper: Reaper::new(program),
            killer: Killer::default(),
        })
    }

    fn run(mut self, started_at_ms: i64) -> io::Result<ExitRecord> {
        self.until_exit()?;
        self.until_nobody_is_left()?;
        self.rest();
        let status = self.reaper.status();
        Ok(ExitRecord {
            exit_code: status.and_then(|status| status.exit_status()),
            signal: status.and_then(|status| status.terminating_signal()),
            reason: self.stop.reason(),
            error: None,
            started_at_ms,
            finished_at_ms: moment::unix_ms(),
            stdout_bytes: self.stdout.log.total(),
            stderr_bytes: self.stderr.log.total(),
            dropped_bytes: self.stdout.log.dropped() + self.stderr.log.dropped(),
            processes_killed: self.killer.killed(),
        })
    }

    fn until_exit(&mut self) -> io::Result<()> {
        while self.reaper.status().is_none() {
            if self.wait()? {
                self.reaper.reap()?;
                continue;
            }
            self.stdout.read_some();
            self.stderr.read_some();
            if self.stop.check(self.program) == Order::KillAll {
                let me = getpid().as_raw_pid();
                self.killer.pass(|| tree::descendants(me));
            }
            self.reaper.reap()?;
        }
        Ok(())
    }

    /// True when the program has exited. Wakes at once for that and for output, else when there is something to
    /// look at.
    fn wait(&self) -> io::Result<bool> {
        let mut fds = vec![PollFd::new(&self.pidfd, PollFlags::IN)];
        for stream in [&self.stdout, &self.stderr] {
            fds.extend(stream.pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        }
        moment::poll(&mut fds, self.stop.remaining().min(LOOK_AGAIN))?;
        Ok(fds.first().is_some_and(|fd| !fd.revents().is_empty()))
    }

    fn until_nobody_is_left(&mut self) -> io::Result<()> {
        let (stdout, stderr) = (&mut self.stdout, &mut self.stderr);
        kill_until_nobody_is_left(&mut self.reaper, &mut self.killer, || {
            stdout.read_some();
            stderr.read_some();
        })
    }

    fn rest(&mut self) {
        let limit = Deadline::after(REST_LIMIT);
        while (self.stdout.read_some() | self.stderr.read_some()) && !limit.passed() {}
        self.stdout.log.sync();
        self.stderr.log.sync();
    }
}

impl Stream {
    fn of(pipe: Option<OwnedFd>, log: CappedLog) -> io::Result<Stream> {
        if let Some(pipe) = &pipe {
            fcntl_setfl(pipe.as_fd(), OFlags::NONBLOCK)?;
        }
        Ok(Stream {
            pipe: pipe.map(Into::into),
            log,
        })
    }

    /// Moves one chunk; true when something came. A pipe that cannot be read any more is treated as closed.
    fn read_some(&mut self) -> bool {
        let Some(pipe) = &mut self.pipe else { return false };
        let mut chunk = [0; CHUNK];
        match pipe.read(&mut chunk) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                self.log.append(chunk.get(..count).unwrap_or_default());
                return true;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.pipe = None,
        }
        false
    }
}
