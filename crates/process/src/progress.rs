//! `progress.json` of a run: how it stands while it runs. Written by the runner every few seconds and once at the end,
//! by rename, so that a reader sees it whole; not forced to the disk.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::record::EndReason;
use crate::run_dir::{self, PROGRESS};

/// A running run, or how it stood last. Times are Unix milliseconds. A field that a runner of another version did not
/// write has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// When this was written; an older one than some seconds belongs to a runner that is gone or cannot write.
    pub at_ms: i64,
    /// The pid of the program.
    pub pid: i32,
    /// Its start.
    pub started_at_ms: i64,
    /// Processes that live.
    pub processes: u64,
    /// When something last came on stdout or stderr.
    pub last_output_at_ms: Option<i64>,
    /// Bytes written to stdout until now, kept or not.
    pub stdout_bytes: u64,
    /// Bytes written to stderr until now, kept or not.
    pub stderr_bytes: u64,
    /// Whole lines of both.
    pub lines: u64,
    /// Processor time of all processes, ended ones too, in milliseconds.
    pub cpu_ms: u64,
    /// Memory of the processes that live, in bytes; what they share counts once for each.
    pub rss_bytes: u64,
    /// The largest memory seen, see [`ResourceUse::peak_rss_bytes`](crate::ResourceUse::peak_rss_bytes).
    pub peak_rss_bytes: u64,
    /// When a file below the working directory was last seen to have changed. Looked at only when the run has a stall
    /// limit, and among the first 20,000 files.
    pub last_file_change_at_ms: Option<i64>,
    /// For how long there has been no output, no processor time worth the name and no changed file, in milliseconds.
    pub quiet_ms: u64,
    /// Its stall limit in milliseconds; 0: it has none.
    pub stall_ms: u64,
    /// Since when it is taken for stalled: it has been quiet for the stall limit, and is stopped when it is so for twice
    /// the limit. None again as soon as it does something.
    pub stalled_since_ms: Option<i64>,
    /// When it said that its work is done ([`DoneLine`](crate::DoneLine)).
    pub done_at_ms: Option<i64>,
    /// Why it is being stopped, if it is.
    pub stopping: Option<EndReason>,
}

/// The last progress of a run; `None` before the first. Errors: the directory cannot be read, or the file is no
/// progress.
pub fn read_progress(run_dir: &Path) -> io::Result<Option<Progress>> {
    run_dir::read_json(&run_dir.join(PROGRESS))
}

impl Progress {
    pub(crate) fn write(&self, run_dir: &Path) -> io::Result<()> {
        run_dir::replace(run_dir, PROGRESS, &serde_json::to_vec_pretty(self)?)
    }
}
