//! Finding and killing processes through `/proc`.
//!
//! A pid alone names nobody for long. Here a process is its pid and its start time, checked again through a pidfd
//! before each signal, so that a reused pid is never hit.

use std::collections::{HashMap, HashSet};
use std::fs;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// How often a fork that escaped one look is looked for before the kill. More rounds only help against a fork bomb,
/// and the caller comes back in any case.
const FREEZE_ROUNDS: usize = 16;

/// One process for its whole life: pids are reused, the pair is not (within one boot).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ProcessIdentity {
    pid: i32,
    /// Clock ticks since boot, field 22 of `/proc/<pid>/stat`.
    started: u64,
}

/// Kills sets of processes and counts them.
#[derive(Default)]
pub(crate) struct Killer {
    killed: HashSet<ProcessIdentity>,
}

impl Killer {
    /// Kills all that `select` finds. They are stopped first until nothing new appears: a process that forks
    /// during the walk would escape a plain kill. True when something was found; the caller repeats until false.
    pub(crate) fn pass(&mut self, select: impl Fn() -> Vec<ProcessStat>) -> bool {
        let mut frozen = HashMap::new();
        for _ in 0..FREEZE_ROUNDS {
            let fresh: Vec<_> = select()
                .into_iter()
                .filter(|it| !frozen.contains_key(&it.identity))
                .collect();
            if fresh.is_empty() {
                break;
            }
            for stat in fresh {
                signal(stat.identity, Signal::STOP);
                frozen.insert(stat.identity, stat.zombie);
            }
        }
        for (identity, zombie) in &frozen {
            // A zombie may be the dead first thread of a living process, so it is killed as well, but not counted.
            if signal(*identity, Signal::KILL) && !zombie {
                self.killed.insert(*identity);
            }
        }
        !frozen.is_empty()
    }

    pub(crate) fn killed(&self) -> u64 {
        self.killed.len() as u64
    }
}

/// What `/proc/<pid>/stat` says of a process.
#[derive(Clone, Copy)]
pub(crate) struct ProcessStat {
    identity: ProcessIdentity,
    parent: i32,
    zombie: bool,
}

impl ProcessStat {
    pub(crate) fn pid(&self) -> i32 {
        self.identity.pid
    }
}

/// All processes below `root`, without it.
pub(crate) fn descendants(root: i32) -> Vec<ProcessStat> {
    let mut children: HashMap<i32, Vec<ProcessStat>> = HashMap::new();
    for stat in all() {
        children.entry(stat.parent).or_default().push(stat);
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            open.push(child.pid());
            found.push(child);
        }
    }
    found
}

/// All processes that we can see.
pub(crate) fn all() -> Vec<ProcessStat> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| read_stat(entry.ok()?.file_name().to_str()?.parse().ok()?))
        .collect()
}

fn read_stat(pid: i32) -> Option<ProcessStat> {
    let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse_stat(pid, &String::from_utf8_lossy(&text))
}

/// The second field is the program's name and may hold blanks and brackets; the last bracket ends it.
fn parse_stat(pid: i32, text: &str) -> Option<ProcessStat> {
    let fields: Vec<&str> = text
        .get(text.rfind(')')? + 1..)?
        .split_ascii_whitespace()
        .collect();
    Some(ProcessStat {
        identity: ProcessIdentity {
            pid,
            started: fields.get(19)?.parse().ok()?,
        },
        parent: fields.get(1)?.parse().ok()?,
        zombie: matches!(*fields.first()?, "Z" | "X"),
    })
}

/// False when the process is gone (or is not ours to signal).
fn signal(identity: ProcessIdentity, signal: Signal) -> bool {
    let Some(pid) = Pid::from_raw(identity.pid) else {
        return false;
    };
    let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) else {
        return false;
    };
    // Read after the pidfd is open: if the start time is still the same, the pidfd is that process.
    read_stat(identity.pid).is_some_and(|now| now.identity == identity)
        && pidfd_send_signal(&pidfd, signal).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let line = "42 (a) b (c) d) S 7 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 200";
        let stat = parse_stat(42, line).unwrap();
        assert_eq!(
            (stat.pid(), stat.parent, stat.identity.started, stat.zombie),
            (42, 7, 98765, false)
        );
    }

    #[test]
    fn a_cut_line_is_no_process() {
        assert!(parse_stat(42, "42 (sh) S 7").is_none());
        assert!(parse_stat(42, "").is_none());
    }

    #[test]
    fn a_process_whose_start_time_differs_is_not_signalled() {
        let me = read_stat(i32::try_from(std::process::id()).unwrap()).unwrap();
        let stranger = ProcessIdentity {
            started: me.identity.started + 1,
            ..me.identity
        };
        assert!(!signal(stranger, Signal::KILL));
    }
}
