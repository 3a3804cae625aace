//! A control group (cgroup v2) of a run's own, where ours was delegated to us: it counts what the run costs and holds
//! its processes together. Everything works without one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::id;

use rustix::fs::getxattr;
use rustix::process::getuid;
use serde::{Deserialize, Serialize};

use crate::brand::unique;

/// How a service manager says that a group was given away.
const DELEGATED: [&str; 2] = ["user.delegate", "trusted.delegate"];

/// The group of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cgroup {
    /// As `/proc/<pid>/cgroup` names it.
    name: String,
    folder: PathBuf,
}

/// Processor time and memory as the kernel counted them.
pub(crate) struct Counters {
    pub(crate) cpu_ms: u64,
    /// `None` where the memory controller is not enabled below us.
    pub(crate) peak_memory: Option<u64>,
}

impl Cgroup {
    /// Makes a group below ours, with a name that was never used. The error says why there is none.
    pub(crate) fn make() -> Result<Cgroup, String> {
        let label = format!("orchd-run-{:016x}", unique());
        let name = group_of("self").ok_or("there is no control group of version 2")?;
        let folder = mount_point().ok_or("control groups are not mounted")?;
        let home = folder.join(name.trim_start_matches('/'));
        if !is_delegated(&home) {
            return Err("its control group is not delegated".to_owned());
        }
        let folder = home.join(&label);
        fs::create_dir(&folder).map_err(|error| format!("no control group could be made: {error}"))?;
        let name = format!("{}/{label}", name.trim_end_matches('/'));
        Ok(Cgroup { name, folder })
    }

    /// What `start` starts is born in the group; we are in it only meanwhile.
    pub(crate) fn around<T>(&self, start: impl FnOnce() -> T) -> T {
        let home = self.folder.parent().map(Path::to_owned);
        // Outside the group the run only costs us the figures.
        let _ = enter(&self.folder);
        let started = start();
        let _ = home.map(|home| enter(&home));
        started
    }

    /// Whether a process is in it, or in a group that somebody made below it.
    pub(crate) fn holds(&self, pid: i32) -> bool {
        group_of(&pid.to_string()).is_some_and(|group| {
            group
                .strip_prefix(&self.name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    pub(crate) fn counters(&self) -> Option<Counters> {
        let cpu = fs::read_to_string(self.folder.join("cpu.stat")).ok()?;
        let memory = fs::read_to_string(self.folder.join("memory.peak"));
        Some(Counters {
            cpu_ms: usage_us(&cpu)? / 1_000,
            peak_memory: memory.ok().and_then(|bytes| bytes.trim().parse().ok()),
        })
    }

    /// When nobody is in it any more. Groups below it go first.
    pub(crate) fn remove(&self) {
        remove(&self.folder);
    }
}

fn remove(folder: &Path) {
    // Only folders can be removed here, and those of the kernel's own files go with them.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove(&entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

fn enter(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("cgroup.procs"), id().to_string())
}

/// The group of version 2 that a process is in.
fn group_of(pid: &str) -> Option<String> {
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    let name = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    Some(name.to_owned()).filter(|name| !name.starts_with("/.."))
}

fn mount_point() -> Option<PathBuf> {
    mount_point_in(&fs::read_to_string("/proc/self/mountinfo").ok()?)
}

/// `mountinfo`: id, parent, device, root, mount point, options … `-` type, source, options.
fn mount_point_in(mounts: &str) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(3);
        let (root, point) = (fields.next()?, fields.next()?);
        (kind.starts_with("cgroup2 ") && root == "/").then(|| PathBuf::from(point))
    })
}

/// An ordinary user can write only where somebody wanted it; root could anywhere, and must be told.
fn is_delegated(folder: &Path) -> bool {
    let told = |name: &str| {
        let mut value = [0; 8];
        getxattr(folder, name, &mut value[..])
            .is_ok_and(|length| value.get(..length) == Some(b"1".as_slice()))
    };
    let may_write = || {
        let procs = fs::OpenOptions::new()
            .write(true)
            .open(folder.join("cgroup.procs"));
        procs.is_ok()
    };
    DELEGATED.iter().any(|name| told(name)) || (!getuid().is_root() && may_write())
}

fn usage_us(stat: &str) -> Option<u64> {
    stat.lines()
        .find_map(|line| line.strip_prefix("usage_usec "))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mount_of_version_2_is_found_among_those_of_version_1() {
        let mounts = "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n\
                      41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw\n";
        assert_eq!(
            mount_point_in(mounts),
            Some(PathBuf::from("/sys/fs/cgroup/unified"))
        );
        assert_eq!(
            mount_point_in("41 31 0:38 /part /mnt rw - cgroup2 cgroup2 rw\n"),
            None
        );
    }

    #[test]
    fn processor_time_is_read_and_memory_where_it_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let group = Cgroup {
            name: "/run".to_owned(),
            folder: folder.path().to_owned(),
        };
        assert!(group.counters().is_none());
        fs::write(
            folder.path().join("cpu.stat"),
            "usage_usec 2500999\nuser_usec 1\n",
        )
        .unwrap();
        let counters = group.counters().unwrap();
        assert_eq!((counters.cpu_ms, counters.peak_memory), (2_500, None));
        fs::write(folder.path().join("memory.peak"), "4096\n").unwrap();
        assert_eq!(group.counters().unwrap().peak_memory, Some(4_096));
    }

    #[test]
    fn a_folder_that_nobody_gave_away_is_not_delegated() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_delegated(folder.path()));
    }
}
