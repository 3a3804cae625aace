//! What is known of a run while it runs: counts its processes, notices a stall, keeps `progress.json` and
//! `processes.json`. A file that cannot be written (a full disk) is no reason to stop anything.

use std::path::Path;
use std::time::Duration;

use rustix::process::Pid;

use super::census::Census;
use super::files::FileTrace;
use super::quiet::{Quiet, Seen, Stall};
use super::stream::Stream;
use crate::brand::Brand;
use crate::cgroup::Cgroup;
use crate::ledger::Ledger;
use crate::moment::{self, Moment};
use crate::progress::Progress;
use crate::record::{EndReason, ResourceUse};
use crate::spec::RunSpec;

/// Between two looks: the first at once, later ones after twice as long as the one before, up to this.
const EVERY: Duration = Duration::from_secs(2);
const FIRST: Duration = Duration::from_millis(20);

/// Files are looked at more seldom: that costs more.
const FILES_EVERY: Duration = Duration::from_secs(30);

/// A limit is looked at so many times before it passes.
const LOOKS: u32 = 8;

pub(super) struct Vitals<'a> {
    run_dir: &'a Path,
    spec: &'a RunSpec,
    census: Census,
    ledger: Ledger,
    progress: Progress,
    watch: Option<Watch>,
    next: Moment,
    pause: Duration,
}

/// Since the program began.
struct Watch {
    quiet: Quiet,
    files: Option<FileTrace>,
    files_next: Moment,
}

impl<'a> Vitals<'a> {
    /// Before the program starts: from here on what it costs is counted, and whatever becomes of us, its processes can
    /// be known.
    pub(super) fn new(run_dir: &'a Path, spec: &'a RunSpec, brand: Option<Brand>) -> Vitals<'a> {
        let group = Cgroup::make();
        let census = Census::new(group.as_ref().err().cloned());
        let vitals = Vitals {
            run_dir,
            spec,
            census,
            ledger: Ledger::new(brand, group.ok()),
            progress: Progress::default(),
            watch: None,
            next: Moment::now(),
            pause: FIRST,
        };
        vitals.write_ledger();
        vitals
    }

    /// Starts the program in its place.
    pub(super) fn around<T>(&self, start: impl FnOnce() -> T) -> T {
        match self.ledger.group() {
            Some(group) => group.around(start),
            None => start(),
        }
    }

    /// None of its processes lives (any more).
    pub(super) fn leave(&self) {
        if let Some(group) = self.ledger.group() {
            group.remove();
        }
    }

    /// The program lives; `pid` is its own.
    pub(super) fn begin(&mut self, pid: Pid, started_at_ms: i64) {
        let now = Moment::now();
        let limit = self.limit();
        self.progress.pid = pid.as_raw_pid();
        self.progress.started_at_ms = started_at_ms;
        self.progress.stall_ms = self.spec.stall_ms;
        self.watch = Some(Watch {
            quiet: Quiet::new(self.every(), limit, now),
            files: limit.map(|_| FileTrace::new(&self.spec.cwd, self.run_dir)),
            files_next: now.after(self.files_every()),
        });
    }

    /// Looks if it is time to. True: the run is stalled and has to be stopped.
    pub(super) fn look(&mut self, [stdout, stderr]: [&Stream; 2], stopping: Option<EndReason>) -> bool {
        let now = Moment::now();
        if now < self.next {
            return false;
        }
        self.pause = (self.pause * 2).min(self.every());
        self.next = now.after(self.pause);
        let stall = self.see(now, stdout, stderr);
        self.progress.stopping = stopping;
        self.write();
        stall == Stall::Certain
    }

    /// How long nothing is to be looked at.
    pub(super) fn remaining(&self) -> Duration {
        self.next.until(Moment::now())
    }

    /// When nobody is left: the last progress, and what it all cost.
    pub(super) fn end(&mut self, [stdout, stderr]: [&Stream; 2], reason: EndReason) -> ResourceUse {
        self.note_output(stdout, stderr);
        let cost = self.census.use_of_all(self.ledger.group(), self.every());
        self.leave();
        (self.census.processes, self.census.rss_bytes) = (0, 0);
        self.progress.cpu_ms = cost.cpu_ms.unwrap_or_default();
        self.progress.stopping = Some(reason);
        self.write();
        cost
    }

    fn see(&mut self, now: Moment, stdout: &Stream, stderr: &Stream) -> Stall {
        let (bytes, cpu_ms) = (self.bytes(), self.census.cpu_ms);
        if self.ledger.see(&self.census.take()) {
            self.write_ledger();
        }
        self.note_output(stdout, stderr);
        let seen = Seen {
            output: self.bytes() != bytes,
            files: self.files_have_changed(now),
            cpu_ms: self.census.cpu_ms - cpu_ms,
        };
        let Some(watch) = &mut self.watch else {
            return Stall::No;
        };
        let stall = watch.quiet.look(seen, now);
        self.progress.quiet_ms = millis(watch.quiet.for_how_long(now));
        self.note_stall(stall);
        stall
    }

    fn note_stall(&mut self, stall: Stall) {
        let since = self.progress.stalled_since_ms;
        self.progress.stalled_since_ms = match stall {
            Stall::No => None,
            Stall::Suspected | Stall::Certain => Some(since.unwrap_or_else(moment::unix_ms)),
        };
        if since.is_none() && stall != Stall::No {
            let quiet = self.progress.quiet_ms / 1_000;
            super::complain(&format!(
                "no output, no processor time and no changed file for {quiet} s; the run is stopped after twice that time"
            ));
        }
    }

    fn note_output(&mut self, stdout: &Stream, stderr: &Stream) {
        let progress = &mut self.progress;
        progress.stdout_bytes = stdout.total();
        progress.stderr_bytes = stderr.total();
        progress.lines = stdout.lines.count() + stderr.lines.count();
        let last = [stdout, stderr].map(|stream| stream.last().map(|stamp| stamp.unix_ms));
        progress.last_output_at_ms = last.into_iter().flatten().max();
        progress.done_at_ms = if stdout.lines.has_said_done() {
            progress.done_at_ms.or(progress.last_output_at_ms)
        } else {
            None
        };
    }

    fn files_have_changed(&mut self, now: Moment) -> bool {
        let every = self.files_every();
        let Some(watch) = &mut self.watch else {
            return false;
        };
        let Some(files) = watch.files.as_mut().filter(|_| now >= watch.files_next) else {
            return false;
        };
        let changed = files.has_changed();
        watch.files_next = now.after(every);
        if changed {
            self.progress.last_file_change_at_ms = Some(moment::unix_ms());
        }
        changed
    }

    fn write(&mut self) {
        self.progress.at_ms = moment::unix_ms();
        self.progress.processes = self.census.processes;
        self.progress.cpu_ms = self.progress.cpu_ms.max(self.census.cpu_ms);
        self.progress.rss_bytes = self.census.rss_bytes;
        self.progress.peak_rss_bytes = self.census.peak_rss_bytes;
        let _ = self.progress.write(self.run_dir);
    }

    fn write_ledger(&self) {
        let _ = self.ledger.write(self.run_dir);
    }

    fn bytes(&self) -> u64 {
        self.progress.stdout_bytes + self.progress.stderr_bytes
    }

    fn limit(&self) -> Option<Duration> {
        (self.spec.stall_ms > 0).then(|| Duration::from_millis(self.spec.stall_ms))
    }

    fn every(&self) -> Duration {
        self.limit()
            .map_or(EVERY, |limit| (limit / LOOKS).clamp(FIRST, EVERY))
    }

    fn files_every(&self) -> Duration {
        self.limit()
            .map_or(FILES_EVERY, |limit| (limit / LOOKS).clamp(FIRST, FILES_EVERY))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
