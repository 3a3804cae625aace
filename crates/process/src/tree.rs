//! Finding and killing processes through `/proc`.
//!
//! A pid alone names nobody for long. Here a process is its pid and its start time, checked again through a pidfd
//! before each signal, so that a reused pid is never hit.

mod stat;

use std::collections::{HashMap, HashSet};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

pub(crate) use stat::{ProcessIdentity, ProcessStat, all};

/// How often a fork that escaped one look is looked for before the kill. More rounds only help against a fork bomb,
/// and the caller comes back in any case.
const FREEZE_ROUNDS: usize = 16;

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
            // Signalling the dead changes nothing; they are not counted.
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

/// All processes below `root`, without it.
pub(crate) fn descendants(root: i32) -> Vec<ProcessStat> {
    let mut children: HashMap<i32, Vec<ProcessStat>> = HashMap::new();
    for stat in all() {
        children.entry(stat.parent).or_default().push(stat);
    }
    below(vec![root], children)
}

/// All that hang below `open`, among the children of each process.
pub(crate) fn below(mut open: Vec<i32>, mut children: HashMap<i32, Vec<ProcessStat>>) -> Vec<ProcessStat> {
    let mut found = Vec::new();
    while let Some(parent) = open.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            open.push(child.pid());
            found.push(child);
        }
    }
    found
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
    ProcessStat::read(identity.pid).is_some_and(|now| now.identity == identity)
        && pidfd_send_signal(&pidfd, signal).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_whose_start_time_differs_is_not_signalled() {
        let me = ProcessStat::read(i32::try_from(std::process::id()).unwrap()).unwrap();
        let stranger = ProcessIdentity {
            started: me.identity.started + 1,
            ..me.identity
        };
        assert!(!signal(stranger, Signal::KILL));
    }
}
