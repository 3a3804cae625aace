//! What lives beside a run: processes that belong to no run, and control groups.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{XattrFlags, setxattr};

use crate::fixture::{FOR_EVER, lives};

/// A process that belongs to no run; ended when it is dropped.
pub(crate) struct Stranger(std::process::Child);

impl Stranger {
    pub(crate) fn new() -> Stranger {
        #[allow(clippy::disallowed_methods, reason = "the test needs a process of its own")]
        let mut command = std::process::Command::new("sleep");
        Stranger(command.arg(FOR_EVER).spawn().unwrap())
    }

    /// One that nobody has collected.
    pub(crate) fn dead() -> Stranger {
        let mut stranger = Stranger::new();
        stranger.0.kill().unwrap();
        while lives(&stranger.pid().to_string()) {
            std::thread::yield_now();
        }
        stranger
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Its start, in clock ticks since boot.
    pub(crate) fn started(&self) -> u64 {
        self.stat(19)
    }

    pub(crate) fn session(&self) -> u64 {
        self.stat(3)
    }

    fn stat(&self, at: usize) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        fields.split(' ').nth(at).unwrap().parse().unwrap()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A control group that is delegated to whoever is in it; removed when it is dropped.
pub(crate) struct Group {
    folder: PathBuf,
    name: String,
}

impl Group {
    /// `None` where we may make none: then there is nothing to try.
    pub(crate) fn delegated() -> Option<Group> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let mount = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let home = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
        let label = format!("orchd-test-{:?}", std::thread::current().id());
        let label = label.replace(['(', ')'], "-") + &std::process::id().to_string();
        let name = format!("{}/{label}", home.trim_end_matches('/'));
        let folder = Path::new(mount.split(' ').nth(4)?).join(name.trim_start_matches('/'));
        fs::create_dir(&folder).ok()?;
        let group = Group { folder, name };
        setxattr(&group.folder, "user.delegate", b"1", XattrFlags::empty()).ok()?;
        Some(group)
    }

    pub(crate) fn folder(&self) -> &PathBuf {
        &self.folder
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn subgroups(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}
