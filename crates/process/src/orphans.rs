//! What a runner that was itself killed leaves behind.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::follow::lock_held;
use crate::ledger::Ledger;
use crate::moment::{self, Deadline};
use crate::run_dir::RUN_DIR_VARIABLE;
use crate::tree::{self, Killer, ProcessStat};

/// A killed process is gone in microseconds unless the kernel holds it.
const LIMIT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// Kills what is left of a lost run, before its checkout is used again. Returns how many processes were killed.
///
/// It does not matter where they hang now. They are known by [`RUN_DIR_VARIABLE`] in their first environment, by the
/// brand and the control group that every process of a run inherits, by the identities (pid, start time, boot) and sessions that the runner
/// had written down, and as children of those. No other process is signalled. Errors: the runner lives (its processes
/// are its own business), or a process would not die.
pub fn kill_orphans(run_dir: &Path) -> io::Result<u64> {
    if lock_held(run_dir)? {
        return Err(io::Error::other(format!(
            "the runner of {} lives; cancel the run instead",
            run_dir.display()
        )));
    }
    let mark = format!("{RUN_DIR_VARIABLE}={}", run_dir.canonicalize()?.display());
    let ledger = Ledger::read(run_dir)?;
    let living = || ledger.living(&tree::all(), |stat| has_mark(stat, &mark));
    let limit = Deadline::after(LIMIT);
    let mut killer = Killer::default();
    while killer.pass(living) {
        if limit.passed() {
            return Err(io::Error::other(format!(
                "processes of {} would not die",
                run_dir.display()
            )));
        }
        moment::pause(PAUSE);
    }
    if let Some(group) = ledger.group() {
        group.remove();
    }
    Ok(killer.killed())
}

/// A stranger's environment cannot be read.
fn has_mark(stat: &ProcessStat, mark: &str) -> bool {
    fs::read(format!("/proc/{}/environ", stat.pid())).is_ok_and(|environment| {
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == mark.as_bytes())
    })
}
