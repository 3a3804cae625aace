//! The processes of one home, found through its own records; nothing else is ever signalled.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use app::places::Places;
use process::DaemonLock;
use rustix::process::{Pid, Signal, kill_process};

/// The living daemon of a home.
#[must_use]
pub fn daemon(home: &Path) -> Option<i32> {
    let lock = Places::in_directory(home).lock();
    let held = DaemonLock::is_held(&lock).unwrap_or(false);
    let pid = i32::try_from(DaemonLock::holder(&lock)?).ok()?;
    (held && belongs(pid, home)).then_some(pid)
}

/// The directories of runs whose runners live.
#[must_use]
pub fn living_runs(home: &Path) -> Vec<PathBuf> {
    let Ok(runs) = fs::read_dir(Places::in_directory(home).runs()) else {
        return Vec::new();
    };
    runs.filter_map(|run| Some(run.ok()?.path()))
        .filter(|run| process::lock_held(run).unwrap_or(false))
        .collect()
}

/// The runner of a run.
#[must_use]
pub fn runner(run: &Path) -> Option<i32> {
    let pid = fs::read_to_string(run.join("lock")).ok()?.trim().parse().ok()?;
    belongs(pid, run).then_some(pid)
}

/// The program that a runner runs.
#[must_use]
pub fn agent(run: &Path) -> Option<i32> {
    let pid = *children(runner(run)?).first()?;
    belongs(pid, run).then_some(pid)
}

/// kill -9 of a process of ours; none when it was gone.
pub fn kill(pid: i32) -> Option<Seen> {
    let victim = Seen::of(pid)?;
    kill_process(Pid::from_raw(pid)?, Signal::KILL).ok()?;
    Some(victim)
}

/// Living processes that name the home in their command line or environment. The unburied have neither.
#[must_use]
pub fn of_home(home: &Path) -> BTreeSet<i32> {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.parse::<i32>().ok()
    });
    pids.filter(|pid| belongs(*pid, home)).collect()
}

/// A process that was seen at work, by pid and the moment of its start: pids come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pid: i32,
    started: u64,
}

impl Seen {
    /// None: it is gone.
    #[must_use]
    pub fn of(pid: i32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, after_name) = stat.rsplit_once(") ")?;
        let started = after_name.split(' ').nth(19)?.parse().ok()?;
        Some(Self { pid, started })
    }

    /// Whether it is still there, be it only unburied.
    #[must_use]
    pub fn is_there(self) -> bool {
        Self::of(self.pid) == Some(self)
    }
}

/// What a home has at work now: its daemon, runners and agents.
#[must_use]
pub fn at_work(home: &Path) -> Vec<Seen> {
    of_home(home).into_iter().filter_map(Seen::of).collect()
}

fn children(pid: i32) -> Vec<i32> {
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))
        .unwrap_or_default()
        .split_ascii_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}

fn belongs(pid: i32, place: &Path) -> bool {
    let place = place.as_os_str().as_encoded_bytes();
    ["cmdline", "environ"].iter().any(|file| {
        fs::read(format!("/proc/{pid}/{file}"))
            .is_ok_and(|text| text.windows(place.len()).any(|part| part == place))
    })
}
