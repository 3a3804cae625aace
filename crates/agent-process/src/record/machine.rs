//! What the machine, or the container that we live in, had used: before a run and after it. The best source that
//! answers is taken, and the others are not mixed into it.

use std::fs;
use std::path::Path;

use process::ResourceSource;
use serde::{Deserialize, Serialize};

/// The kernel's tick in `/proc/stat`, the same on every machine that we run on (`USER_HZ` is 100).
const TICK_MS: u64 = 10;

/// The use of the machine or the container at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MachineState {
    /// Where the figures come from: our own control group, the whole machine, or nowhere.
    pub source: ResourceSource,
    /// Processor time used since it began, of all its processors together, in milliseconds.
    pub cpu_ms: Option<u64>,
    /// Memory in use, in bytes.
    pub memory_bytes: Option<u64>,
    /// Memory that there is, in bytes; null where there is no limit.
    pub memory_limit_bytes: Option<u64>,
    /// What the figures are of, or why there are none.
    pub note: String,
}

impl MachineState {
    /// Now.
    pub(crate) fn now() -> Self {
        Self::under(Path::new("/"))
    }

    fn under(root: &Path) -> Self {
        of_group(root)
            .or_else(|| of_machine(root))
            .unwrap_or_else(|| Self {
                note: "neither the control group nor /proc could be read".to_owned(),
                ..Self::default()
            })
    }
}

/// Control groups v2; the root group has no files of its own.
fn of_group(root: &Path) -> Option<MachineState> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let folder = root.join("sys/fs/cgroup").join(group);
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let (stat, memory) = (read("cpu.stat")?, read("memory.current")?);
    Some(MachineState {
        source: ResourceSource::Cgroup,
        cpu_ms: Some(number_after(&stat, "usage_usec ")? / 1_000),
        memory_bytes: Some(memory.trim().parse().ok()?),
        memory_limit_bytes: read("memory.max").and_then(|most| most.trim().parse().ok()),
        note: "of the control group of the daemon".to_owned(),
    })
}

fn of_machine(root: &Path) -> Option<MachineState> {
    let read = |name: &str| fs::read_to_string(root.join("proc").join(name)).ok();
    let (stat, memory) = (read("stat")?, read("meminfo")?);
    let kib = |name| number_after(&memory, name);
    let total = kib("MemTotal:")?;
    Some(MachineState {
        source: ResourceSource::Proc,
        cpu_ms: Some(busy_ticks(&stat)? * TICK_MS),
        memory_bytes: Some(total.saturating_sub(kib("MemAvailable:")?) << 10),
        memory_limit_bytes: Some(total << 10),
        note: "of the whole machine: the control group of the daemon could not be read".to_owned(),
    })
}

/// user, nice, system, irq, softirq and steal of the first line; guests are in user, idle and iowait are no use.
fn busy_ticks(stat: &str) -> Option<u64> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .map_while(|text| text.parse().ok())
        .collect();
    let of = |index: usize| ticks.get(index).copied().unwrap_or_default();
    (ticks.len() >= 4).then(|| of(0) + of(1) + of(2) + of(5) + of(6) + of(7))
}

fn number_after(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: [(&str, &str); 4] = [
        ("proc/self/cgroup", "0::/system.slice/orchd.service\n"),
        (
            "sys/fs/cgroup/system.slice/orchd.service/cpu.stat",
            "usage_usec 5000\nuser_usec 4000\n",
        ),
        (
            "sys/fs/cgroup/system.slice/orchd.service/memory.current",
            "4096\n",
        ),
        ("sys/fs/cgroup/system.slice/orchd.service/memory.max", "max\n"),
    ];
    const MACHINE: [(&str, &str); 2] = [
        ("proc/stat", "cpu  100 1 50 9000 7 3 2 1 0 0\ncpu0 1 1 1 1\n"),
        (
            "proc/meminfo",
            "MemTotal:        4000 kB\nMemFree:  1 kB\nMemAvailable:    1000 kB\n",
        ),
    ];

    fn check(files: &[(&str, &str)], expected: (ResourceSource, Option<u64>, Option<u64>, Option<u64>)) {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let state = MachineState::under(root.path());
        let found = (
            state.source,
            state.cpu_ms,
            state.memory_bytes,
            state.memory_limit_bytes,
        );
        assert_eq!(found, expected, "{}", state.note);
        assert!(!state.note.is_empty());
    }

    #[test]
    fn the_best_source_that_answers_is_taken() {
        let machine = (
            ResourceSource::Proc,
            Some(1_570),
            Some(3_000 << 10),
            Some(4_000 << 10),
        );
        let all: Vec<_> = GROUP.into_iter().chain(MACHINE).collect();
        check(&all, (ResourceSource::Cgroup, Some(5), Some(4_096), None));
        // The root group of a machine has no use of its own.
        let without: Vec<_> = all
            .iter()
            .filter(|(path, _)| !path.ends_with("current"))
            .copied()
            .collect();
        check(&without, machine);
        check(&MACHINE, machine);
        check(&MACHINE[..1], (ResourceSource::None, None, None, None));
        check(&[], (ResourceSource::None, None, None, None));
    }
}
