//! What a daemon holds, counted from outside: whatever grows with the number of tasks is a leak.

use std::fmt;
use std::fs;
use std::path::Path;

use super::processes;

/// Counts of one daemon and its home at one moment.
#[derive(Debug, Clone, Default)]
pub struct Census {
    /// What is open, but for the databases.
    pub descriptors: Vec<String>,
    /// What is open of the databases: connections are opened when they are needed, and kept.
    pub connections: usize,
    /// Threads of the runtime: it starts one whenever all others are at work, and ends those that found none for a second.
    pub pool: usize,
    /// Threads with a task of their own.
    pub threads: usize,
    /// Resident memory in KiB.
    pub resident: u64,
    /// Children that nobody buried.
    pub zombies: usize,
    /// Runs that live.
    pub runs: usize,
    /// What stays in the directories of checkouts.
    pub checkouts: Vec<String>,
}

/// Descriptors and threads that come and go.
const PLAY: usize = 4;
/// Threads that the runtime may have: as many as were at work at once in the busiest moment stay for as long as small things wake them in turn, so
/// that a comparison with an earlier moment says nothing. What tasks that are over held would pass this within the soak.
const POOL: u64 = 96;
/// Connections of the store (a writer, a checkpointer, a pool of readers) and of the board have three files each at most.
const CONNECTIONS: u64 = 36;
/// Memory that a daemon may take more of, in KiB.
const GROWTH: u64 = 16 << 10;

impl Census {
    /// Counts; a process that is gone has nothing.
    #[must_use]
    pub fn of(daemon: i32, home: &Path) -> Self {
        let (databases, descriptors) = open_files(daemon)
            .into_iter()
            .partition::<Vec<String>, _>(|name| name.contains(".db"));
        let (pool, threads) = threads(daemon)
            .into_iter()
            .partition::<Vec<String>, _>(|name| name.starts_with("tokio-"));
        Self {
            descriptors,
            connections: databases.len(),
            pool: pool.len(),
            threads: threads.len(),
            resident: resident(daemon, "VmRSS:"),
            zombies: zombies(daemon),
            runs: processes::living_runs(home).len(),
            checkouts: checkouts(home),
        }
    }

    /// What is more than it was, in words.
    #[must_use]
    pub fn leaks_since(&self, before: &Self) -> Vec<String> {
        let mut leaks = Vec::new();
        let mut judge = |what: &str, had: u64, has: u64, play: u64| {
            if has > had + play {
                leaks.push(format!("{what}: {has}, {had} before"));
            }
        };
        let wide = |count: usize| count as u64;
        judge(
            "descriptors",
            wide(before.descriptors.len()),
            wide(self.descriptors.len()),
            wide(PLAY),
        );
        judge("files of the databases", CONNECTIONS, wide(self.connections), 0);
        judge("threads", wide(before.threads), wide(self.threads), wide(PLAY));
        judge("threads of the runtime", POOL, wide(self.pool), 0);
        judge("resident KiB", before.resident, self.resident, GROWTH);
        judge("zombies", 0, wide(self.zombies), 0);
        judge("living runs", 0, wide(self.runs), 0);
        let more = self
            .checkouts
            .iter()
            .filter(|name| !before.checkouts.contains(*name));
        leaks.extend(more.map(|name| format!("checkout: {name}")));
        if !leaks.is_empty() {
            leaks.push(format!(
                "open: {:?}, before: {:?}",
                self.descriptors, before.descriptors
            ));
        }
        leaks
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} descriptors and {} of databases, {} threads and {} of the runtime, {:.1} MiB, {} zombies, {} living runs, {} checkouts",
            self.descriptors.len(),
            self.connections,
            self.threads,
            self.pool,
            f64::from(u32::try_from(self.resident).unwrap_or(u32::MAX)) / 1024.0,
            self.zombies,
            self.runs,
            self.checkouts.len()
        )
    }
}

/// What the descriptors of a process stand for, without the numbers of sockets and pipes.
fn open_files(pid: i32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten();
    let target = |entry: std::io::Result<fs::DirEntry>| fs::read_link(entry.ok()?.path()).ok();
    let name = |path: std::path::PathBuf| path.to_string_lossy().split(":[").next().map(str::to_owned);
    let mut names: Vec<String> = entries.filter_map(target).filter_map(name).collect();
    names.sort();
    names
}

/// The names of a process's threads.
fn threads(pid: i32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten();
    entries
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("comm")).ok())
        .collect()
}

/// Memory of a process in KiB by its name in `/proc/PID/status`: `VmRSS:` now, `VmHWM:` at its peak.
#[must_use]
pub fn resident(pid: i32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}

/// What stays where checkouts are made.
#[must_use]
pub fn checkouts(home: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let below = |place: String| {
        let entries = fs::read_dir(home.join(&place)).into_iter().flatten();
        entries
            .map(|entry| format!("{place}/{}", entry.unwrap().file_name().to_string_lossy()))
            .collect::<Vec<_>>()
    };
    for project in below("checkouts".to_owned()) {
        found.extend(below(project));
    }
    for mirror in below("mirrors".to_owned()) {
        found.extend(below(format!("{mirror}/orchd-checkouts")));
        found.extend(below(format!("{mirror}/orchd-scratch")));
    }
    found.sort();
    found
}

fn zombies(parent: i32) -> usize {
    let stats = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
    stats
        .filter(|stat| {
            let after_name = stat.rsplit_once(") ").map_or("", |(_, after)| after);
            let mut fields = after_name.split(' ');
            fields.next() == Some("Z") && fields.next() == Some(&parent.to_string())
        })
        .count()
}
