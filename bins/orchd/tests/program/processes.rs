//! The processes of one demo, found through its own records; nothing else is ever signalled.

use std::fs;
use std::path::{Path, PathBuf};

use app::places::Places;
use rustix::process::{Pid, Signal, kill_process};

/// The daemon of a home.
pub(crate) fn daemon(home: &Path) -> Option<i32> {
    pid_in(&Places::in_directory(home).lock())
}

/// The directories of runs whose runners live.
pub(crate) fn living_runs(home: &Path) -> Vec<PathBuf> {
    let Ok(runs) = fs::read_dir(Places::in_directory(home).runs()) else {
        return Vec::new();
    };
    runs.map(|run| run.unwrap().path())
        .filter(|run| process::lock_held(run).unwrap_or(false))
        .collect()
}

/// The runner of a run.
pub(crate) fn runner(run: &Path) -> Option<i32> {
    pid_in(&run.join("lock"))
}

/// The program that a runner runs.
pub(crate) fn agent(run: &Path) -> Option<i32> {
    let runner = runner(run)?;
    let children = fs::read_to_string(format!("/proc/{runner}/task/{runner}/children")).ok()?;
    children.split_ascii_whitespace().next()?.parse().ok()
}

/// Living processes of the runs of a home.
pub(crate) fn of_runs(home: &Path) -> Vec<i32> {
    let mark = format!("{}={}", process::RUN_DIR_VARIABLE, home.display());
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.parse::<i32>().ok()
    });
    pids.filter(|pid| {
        fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
            environment
                .split(|byte| *byte == 0)
                .any(|entry| entry.starts_with(mark.as_bytes()))
        })
    })
    .collect()
}

/// kill -9 of a process of ours.
pub(crate) fn kill(pid: i32) {
    send(pid, Signal::KILL);
}

/// Sends a process of ours a signal.
pub(crate) fn send(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

fn pid_in(file: &Path) -> Option<i32> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}
