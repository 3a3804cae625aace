//! The processes of the run, counted: who lives, their processor time and their memory.

use std::fs;
use std::time::Duration;

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::getpid;

use crate::record::{ResourceSource, ResourceUse};
use crate::tree::{self, ProcessStat};

pub(super) struct Census {
    me: i32,
    /// What we had collected before the run; `None` where the process table cannot be read.
    before: Option<u64>,
    pub(super) processes: u64,
    /// Of all processes, ended ones too; never falls.
    pub(super) cpu_ms: u64,
    pub(super) rss_bytes: u64,
    pub(super) peak_rss_bytes: u64,
}

impl Census {
    /// Before the program starts.
    pub(super) fn new() -> Census {
        let me = getpid().as_raw_pid();
        Census {
            me,
            before: ProcessStat::read(me).map(|stat| stat.collected_ticks),
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
    pub(super) fn use_of_all(&self, every: Duration) -> ResourceUse {
        if self.before.is_none() {
            return ResourceUse {
                note: "the process table could not be read".to_owned(),
                ..ResourceUse::default()
            };
        }
        let seen = (self.peak_rss_bytes > 0).then_some(self.peak_rss_bytes);
        let every = every.as_millis();
        ResourceUse {
            source: ResourceSource::Proc,
            cpu_ms: Some(self.cpu_ms.max(millis(self.collected()))),
            peak_rss_bytes: seen,
            note: match seen {
                Some(_) => {
                    format!("memory was looked at every {every} ms; a peak between two looks is missed")
                }
                None => "it ended before its memory was looked at".to_owned(),
            },
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
