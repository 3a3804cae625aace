//! The processes of the run, counted: who lives, their processor time and their memory.

use std::fs;
use std::time::Duration;

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::getpid;

use crate::cgroup::{Cgroup, Counters};
use crate::record::{ResourceSource, ResourceUse};
use crate::tree::{self, ProcessStat};

pub(super) struct Census {
    me: i32,
    /// What we had collected before the run; `None` where the process table cannot be read.
    before: Option<u64>,
    without_group: Option<String>,
    pub(super) processes: u64,
    /// Of all processes, ended ones too; never falls.
    pub(super) cpu_ms: u64,
    pub(super) rss_bytes: u64,
    pub(super) peak_rss_bytes: u64,
}

impl Census {
    /// Before the program starts. `without_group`: why it has no control group, if so.
    pub(super) fn new(without_group: Option<String>) -> Census {
        let me = getpid().as_raw_pid();
        Census {
            me,
            before: ProcessStat::read(me).map(|stat| stat.collected_ticks),
            without_group,
            processes: 0,
            cpu_ms: 0,
            rss_bytes: 0,
            peak_rss_bytes: 0,
        }
    }

    /// Counts, and returns who was there.
    pub(super) fn take(&mut self) -> Vec<ProcessStat> {
        let found = tree::descendants(self.me);
        let below: u64 = found
            .iter()
            .map(|stat| stat.own_ticks + stat.collected_ticks)
            .sum();
        self.cpu_ms = self.cpu_ms.max(millis(self.collected() + below));
        self.processes = found.iter().filter(|stat| !stat.zombie).count() as u64;
        let pages: u64 = found.iter().map(|stat| stat.rss_pages).sum();
        self.rss_bytes = pages * page_size() as u64;
        let highest = found.iter().filter_map(|stat| high_water(stat.pid())).max();
        let peak = self.rss_bytes.max(highest.unwrap_or_default());
        self.peak_rss_bytes = self.peak_rss_bytes.max(peak);
        found
    }

    /// When all are collected: their processor time is exact then. `every`: the longest time between two counts.
    pub(super) fn use_of_all(&self, group: Option<&Cgroup>, every: Duration) -> ResourceUse {
        match (group.and_then(Cgroup::counters), self.before) {
            (Some(counters), _) => self.by_group(&counters, every),
            (None, Some(_)) => ResourceUse {
                source: ResourceSource::Proc,
                cpu_ms: Some(self.cpu_ms.max(millis(self.collected()))),
                peak_rss_bytes: self.peak_seen(),
                note: format!("{}; {}", self.why_no_group(), self.peak_note(every)),
            },
            (None, None) => ResourceUse {
                note: format!("{}; the process table could not be read", self.why_no_group()),
                ..ResourceUse::default()
            },
        }
    }

    fn by_group(&self, counters: &Counters, every: Duration) -> ResourceUse {
        ResourceUse {
            source: ResourceSource::Cgroup,
            cpu_ms: Some(counters.cpu_ms),
            peak_rss_bytes: counters.peak_memory.or(self.peak_seen()),
            note: match counters.peak_memory {
                Some(_) => String::new(),
                None => format!("memory is from the process table; {}", self.peak_note(every)),
            },
        }
    }

    fn why_no_group(&self) -> &str {
        self.without_group
            .as_deref()
            .unwrap_or("the control group could not be read")
    }

    fn peak_seen(&self) -> Option<u64> {
        (self.peak_rss_bytes > 0).then_some(self.peak_rss_bytes)
    }

    fn peak_note(&self, every: Duration) -> String {
        match self.peak_seen() {
            Some(_) => format!(
                "memory was looked at every {} ms, a peak between two looks is missed",
                every.as_millis()
            ),
            None => "it ended before its memory was looked at".to_owned(),
        }
    }

    fn collected(&self) -> u64 {
        let now = ProcessStat::read(self.me).map(|stat| stat.collected_ticks);
        now.zip(self.before)
            .map_or(0, |(now, before)| now.saturating_sub(before))
    }
}

fn millis(ticks: u64) -> u64 {
    ticks * 1_000 / clock_ticks_per_second().max(1)
}

/// The most memory that a process ever had, in bytes.
fn high_water(pid: i32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
