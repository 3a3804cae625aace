//! Watching one program: its outputs, its end, the clock, the control file and signals to us, in one loop on one
//! thread.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Child;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::process::{Pid, PidfdFlags, Signal, WaitStatus, getpid, pidfd_open};

use super::capped_log::CappedLog;
use super::lines::Lines;
use super::reaper::{LOOK_AGAIN, Reaper, kill_until_nobody_is_left};
use super::signals::Signals;
use super::stop::{Order, Stop};
use super::stream::Stream;
use super::vitals::Vitals;
use crate::moment::{self, Deadline, Moment};
use crate::record::{EndReason, ExitRecord};
use crate::spec::RunSpec;
use crate::tree::{self, Killer};

/// How long the outputs are read after the last process is gone. Only a process that is not ours (a descriptor
/// can be sent away) can still hold them open.
const REST_LIMIT: Duration = Duration::from_millis(500);

/// Who stops a whole unit sends TERM to one process after the other: when the program died of it, ours is on its way.
const OUR_TERM: Duration = Duration::from_millis(250);

/// Where the outputs go.
pub(super) struct Logs {
    pub(super) stdout: CappedLog,
    pub(super) stderr: CappedLog,
}

/// All that can make the program end before it wants to.
pub(super) struct Watch<'a> {
    pub(super) stop: Stop,
    pub(super) signals: Signals,
    pub(super) vitals: Vitals<'a>,
}

/// The program, until nobody of its run is left.
pub(super) struct Supervisor<'a> {
    program: Pid,
    pidfd: OwnedFd,
    stdout: Stream,
    stderr: Stream,
    /// How long the program may live on when it has said that its work is done.
    linger: Option<Duration>,
    watch: Watch<'a>,
    reaper: Reaper,
    killer: Killer,
}

impl<'a> Supervisor<'a> {
    pub(super) fn of(
        mut child: Child,
        spec: &RunSpec,
        logs: Logs,
        watch: Watch<'a>,
    ) -> io::Result<Supervisor<'a>> {
        let program = Pid::from_child(&child);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let listening = Lines::new(spec.line_cap, spec.done.clone());
        let deaf = Lines::new(spec.line_cap, None);
        Ok(Supervisor {
            program,
            pidfd: pidfd_open(program, PidfdFlags::empty())?,
            stdout: Stream::of(stdout.map(OwnedFd::from), listening, logs.stdout)?,
            stderr: Stream::of(stderr.map(OwnedFd::from), deaf, logs.stderr)?,
            linger: spec
                .done
                .as_ref()
                .map(|done| Duration::from_millis(done.linger_ms)),
            watch,
            reaper: Reaper::new(program),
            killer: Killer::default(),
        })
    }

    /// Returns when nobody is left.
    pub(super) fn run(mut self, started_at_ms: i64) -> io::Result<ExitRecord> {
        self.until_exit()?;
        self.until_nobody_is_left()?;
        self.rest();
        let status = self.reaper.status();
        let reason = self.reason(status)?;
        let resources = self.watch.vitals.end([&self.stdout, &self.stderr], reason);
        Ok(ExitRecord {
            exit_code: status.and_then(|status| status.exit_status()),
            signal: status.and_then(|status| status.terminating_signal()),
            reason,
            error: None,
            started_at_ms,
            finished_at_ms: moment::unix_ms(),
            stdout_bytes: self.stdout.total(),
            stderr_bytes: self.stderr.total(),
            dropped_bytes: self.stdout.dropped() + self.stderr.dropped(),
            processes_killed: self.killer.killed(),
            lines: self.stdout.lines.count() + self.stderr.lines.count(),
            resources,
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
            self.look();
            if self.watch.stop.check(self.program) == Order::KillAll {
                let me = getpid().as_raw_pid();
                self.killer.pass(|| tree::descendants(me));
            }
            self.reaper.reap()?;
        }
        Ok(())
    }

    /// True when the program has exited. Wakes at once for that, for output and for signals, else when there is
    /// something to look at.
    fn wait(&self) -> io::Result<bool> {
        let signals = self.watch.signals.source();
        let mut fds = vec![
            PollFd::new(&self.pidfd, PollFlags::IN),
            PollFd::new(signals, PollFlags::IN),
        ];
        for stream in [&self.stdout, &self.stderr] {
            fds.extend(stream.pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        }
        let limit = self.watch.stop.remaining().min(LOOK_AGAIN);
        moment::poll(&mut fds, limit.min(self.watch.vitals.remaining()))?;
        Ok(fds.first().is_some_and(|fd| !fd.revents().is_empty()))
    }

    /// What else can make the program end.
    fn look(&mut self) {
        let watch = &mut self.watch;
        for _ in 0..watch.signals.take() {
            if watch.stop.reason().is_some() {
                watch.stop.hurry();
            }
            watch.stop.ask(EndReason::Interrupted);
        }
        let stopping = watch.stop.reason();
        if watch.vitals.look([&self.stdout, &self.stderr], stopping) {
            watch.stop.ask(EndReason::Stalled);
        }
        if self.has_lingered() {
            self.watch.stop.ask(EndReason::Lingered);
        }
    }

    fn has_lingered(&self) -> bool {
        let Some(linger) = self.linger else { return false };
        let last = [&self.stdout, &self.stderr].map(|stream| stream.last().map(|stamp| stamp.moment));
        let Some(last) = last.into_iter().flatten().max() else {
            return false;
        };
        last.age(Moment::now()) >= linger && self.stdout.lines.has_said_done()
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
    }

    /// A program that was stopped right after it had said that its work was done has done its work, unless nobody
    /// wants it any more. Ends the logs.
    fn reason(&mut self, status: Option<WaitStatus>) -> io::Result<EndReason> {
        let is_done = self.stdout.lines.ends_with_done();
        self.stdout.finish();
        self.stderr.finish();
        let reason = match self.watch.stop.reason() {
            Some(reason) => reason,
            None if self.died_with_us(status)? => EndReason::Interrupted,
            None => EndReason::Exited,
        };
        Ok(match reason {
            EndReason::Timeout | EndReason::Stalled | EndReason::Interrupted if is_done => {
                EndReason::Lingered
            }
            EndReason::Timeout
            | EndReason::Stalled
            | EndReason::Interrupted
            | EndReason::Lingered
            | EndReason::Exited
            | EndReason::Cancelled
            | EndReason::SpawnFailed => reason,
        })
    }

    /// Whether whoever ended the program meant us as well.
    fn died_with_us(&mut self, status: Option<WaitStatus>) -> io::Result<bool> {
        let Some(status) = status else { return Ok(false) };
        if status.exit_status() == Some(0) {
            return Ok(false);
        }
        let wait = if of_stop_signal(status) {
            OUR_TERM
        } else {
            Duration::ZERO
        };
        let limit = Deadline::after(wait);
        loop {
            if self.watch.signals.take() > 0 {
                return Ok(true);
            }
            if limit.passed() {
                return Ok(false);
            }
            let mut fds = [PollFd::new(self.watch.signals.source(), PollFlags::IN)];
            moment::poll(&mut fds, limit.remaining())?;
        }
    }
}

/// Shells, and programs that catch the signal, tell by their exit code.
fn of_stop_signal(status: WaitStatus) -> bool {
    let told = || status.exit_status().map(|code| code - 128);
    let signal = status.terminating_signal().or_else(told);
    [Signal::TERM, Signal::INT]
        .map(Signal::as_raw)
        .iter()
        .any(|stop| signal == Some(*stop))
}
