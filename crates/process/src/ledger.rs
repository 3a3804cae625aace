//! `processes.json` of a run: whom the runner saw below itself, so that they are found when it was killed itself.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use rustix::process::getpid;
use serde::{Deserialize, Serialize};

use crate::brand::Brand;
use crate::cgroup::Cgroup;
use crate::run_dir::{self, PROCESSES};
use crate::tree::{self, ProcessIdentity, ProcessStat};

/// A run with more processes is a fork bomb; the brand finds the rest of it.
const MOST: usize = 4_096;

/// The session of all whose leader lives outside of our PID namespace, as after `docker exec`: it tells nobody apart.
const OUTSIDE: i32 = 0;

/// How the processes of a run can be told from all others. Of one boot: pids and start times mean nothing in the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Ledger {
    boot: String,
    brand: Option<Brand>,
    group: Option<Cgroup>,
    /// Those that lived at the last look.
    processes: BTreeSet<ProcessIdentity>,
    /// The sessions that they were in, save one that the runner shares with its launcher.
    sessions: BTreeSet<i32>,
}

impl Ledger {
    /// Of the calling runner, before its program starts.
    pub(crate) fn new(brand: Option<Brand>, group: Option<Cgroup>) -> Ledger {
        Ledger {
            boot: boot_id(),
            brand,
            group,
            ..Ledger::default()
        }
    }

    /// Takes over who lives below us now; true when something is to be written.
    pub(crate) fn see(&mut self, descendants: &[ProcessStat]) -> bool {
        let me = getpid().as_raw_pid();
        let shared = ProcessStat::read(me)
            .map(|stat| stat.session)
            .filter(|session| *session != me);
        let living = descendants.iter().filter(|stat| !stat.zombie).take(MOST);
        let processes: BTreeSet<_> = living.clone().map(|stat| stat.identity).collect();
        let sessions: BTreeSet<_> = living
            .map(|stat| stat.session)
            .filter(|session| *session != OUTSIDE && shared != Some(*session))
            .collect();
        let changed = (&processes, &sessions) != (&self.processes, &self.sessions);
        (self.processes, self.sessions) = (processes, sessions);
        changed
    }

    /// Readable at every moment; not forced to the disk, for it means nothing after the machine went down.
    pub(crate) fn write(&self, run_dir: &Path) -> io::Result<()> {
        run_dir::replace(run_dir, PROCESSES, &serde_json::to_vec(self)?)
    }

    /// What a run left; empty when it has no ledger, or one that cannot be understood, or one of another boot.
    pub(crate) fn read(run_dir: &Path) -> io::Result<Ledger> {
        let ledger = match run_dir::read_json::<Ledger>(&run_dir.join(PROCESSES)) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => None,
            read => read?,
        };
        Ok(ledger
            .filter(|ledger| !ledger.boot.is_empty() && ledger.boot == boot_id())
            .unwrap_or_default())
    }

    /// The living processes of the run among `all`; `is_marked` knows some of them in another way. Never the caller.
    pub(crate) fn living(
        &self,
        all: &[ProcessStat],
        is_marked: impl Fn(&ProcessStat) -> bool,
    ) -> Vec<ProcessStat> {
        let me = getpid().as_raw_pid();
        let candidates = || all.iter().filter(|stat| !stat.zombie && stat.pid() != me);
        let mut found: Vec<ProcessStat> = candidates()
            .filter(|stat| self.names(stat) || is_marked(stat))
            .copied()
            .collect();
        loop {
            let known: HashSet<i32> = found.iter().map(ProcessStat::pid).collect();
            let sessions: HashSet<i32> = self.sessions_of(&found);
            let related = below_any(&found, all);
            let fresh: Vec<_> = candidates()
                .filter(|stat| !known.contains(&stat.pid()))
                .filter(|stat| sessions.contains(&stat.session) || related.contains(&stat.pid()))
                .copied()
                .collect();
            if fresh.is_empty() {
                return found;
            }
            found.extend(fresh);
        }
    }

    /// The control group of the run, if it has one.
    pub(crate) fn group(&self) -> Option<&Cgroup> {
        self.group.as_ref()
    }

    fn names(&self, stat: &ProcessStat) -> bool {
        self.processes.contains(&stat.identity)
            || self.brand.is_some_and(|brand| brand.is_on(stat.pid()))
            || self.group.as_ref().is_some_and(|group| group.holds(stat.pid()))
    }

    /// Sessions of ours that are still the same: the kernel does not give the number of a session away as long as
    /// somebody is in it, and nobody can enter one from outside. So one process of ours in it vouches for the others.
    fn sessions_of(&self, found: &[ProcessStat]) -> HashSet<i32> {
        found
            .iter()
            .map(|stat| stat.session)
            .filter(|session| self.sessions.contains(session))
            .collect()
    }
}

fn below_any(found: &[ProcessStat], all: &[ProcessStat]) -> HashSet<i32> {
    let mut children: HashMap<i32, Vec<ProcessStat>> = HashMap::new();
    for stat in all {
        children.entry(stat.parent).or_default().push(*stat);
    }
    let roots = found.iter().map(ProcessStat::pid).collect();
    tree::below(roots, children)
        .iter()
        .map(ProcessStat::pid)
        .collect()
}

/// Empty where the kernel does not tell: then identities are not trusted.
fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| String::new(), |id| id.trim().to_owned())
}

#[cfg(test)]
mod tests;
