//! What `/proc/<pid>/stat` says. A pid alone names nobody for long: a process is its pid and its start time.

use std::fs;

use serde::{Deserialize, Serialize};

/// One process for its whole life: pids are reused, the pair is not (within one boot).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct ProcessIdentity {
    pub(crate) pid: i32,
    /// Clock ticks since boot, field 22 of `/proc/<pid>/stat`.
    pub(crate) started: u64,
}

/// One process as it was a moment ago.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProcessStat {
    pub(crate) identity: ProcessIdentity,
    pub(crate) parent: i32,
    pub(crate) session: i32,
    /// It is dead with all its threads and waits to be collected.
    pub(crate) zombie: bool,
    /// Its own processor time, in clock ticks.
    pub(crate) own_ticks: u64,
    /// The processor time of the children that it has collected, with theirs.
    pub(crate) collected_ticks: u64,
    pub(crate) rss_pages: u64,
}

impl ProcessStat {
    pub(crate) fn pid(&self) -> i32 {
        self.identity.pid
    }

    /// Of the process, also when `pid` is a number of ours; `None` when there is none (any more).
    pub(crate) fn read(pid: i32) -> Option<ProcessStat> {
        let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
        Self::parse(pid, &String::from_utf8_lossy(&text))
    }

    /// The second field is the program's name and may hold blanks and brackets; the last bracket ends it.
    fn parse(pid: i32, text: &str) -> Option<ProcessStat> {
        let fields: Vec<&str> = text
            .get(text.rfind(')')? + 1..)?
            .split_ascii_whitespace()
            .collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let signed = |at: usize| fields.get(at)?.parse::<i32>().ok();
        // Where the first thread of a process ended before the others, the process has the state of a dead one.
        let dead = matches!(*fields.first()?, "Z" | "X") && number(17)? <= 1;
        Some(ProcessStat {
            identity: ProcessIdentity {
                pid,
                started: number(19)?,
            },
            parent: signed(1)?,
            session: signed(3)?,
            zombie: dead,
            own_ticks: number(11)? + number(12)?,
            // Signed in the kernel's table, although never negative.
            collected_ticks: number(13)? + number(14)?,
            rss_pages: number(21)?,
        })
    }
}

/// All processes that we can see.
pub(crate) fn all() -> Vec<ProcessStat> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| ProcessStat::read(entry.ok()?.file_name().to_str()?.parse().ok()?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let line = "42 (a) b (c) d) S 7 41 40 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 200";
        let stat = ProcessStat::parse(42, line).unwrap();
        assert_eq!((stat.pid(), stat.parent, stat.session), (42, 7, 40));
        assert_eq!((stat.identity.started, stat.zombie), (98765, false));
        assert_eq!(
            (stat.own_ticks, stat.collected_ticks, stat.rss_pages),
            (11, 15, 200)
        );
    }

    #[test]
    fn a_process_is_dead_when_its_last_thread_is() {
        let stat = |threads: u32| {
            let line = format!("42 (sh) Z 7 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 {threads} 0 9 0 0");
            ProcessStat::parse(42, &line).unwrap().zombie
        };
        assert!(stat(0) && stat(1) && !stat(2));
    }

    #[test]
    fn a_cut_line_is_no_process() {
        assert!(ProcessStat::parse(42, "42 (sh) S 7").is_none());
        assert!(ProcessStat::parse(42, "").is_none());
    }
}
