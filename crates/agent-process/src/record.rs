//! `run.json` of a run: its record, a documented contract (`docs/RUNS.md`). The first part is written before the program
//! starts, by whoever starts it; the end is added once, by whoever takes the result. Reading never needs the other files
//! of the run, and judging a run never needs this one: a record that cannot be written is no reason to lose a result.

pub(crate) mod argv;
pub(crate) mod closing;
pub(crate) mod machine;
pub(crate) mod opening;
pub(crate) mod reason;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use pipeline_core::id::{ProjectId, RunId, TaskId, WorkItemId};
use pipeline_core::role::Role;
use pipeline_core::run::FailureCause;
use pipeline_core::stage::StageName;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::Usage;
use process::ResourceUse;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use machine::MachineState;
pub use reason::ExitReason;

/// The version of the contract that is written. It grows when a field changes its meaning or goes away, not when one is
/// added.
pub const SCHEMA: u32 = 1;

pub(crate) const FILE: &str = "run.json";

/// One writer of a record at a time in this process: they share the name of the temporary file. No other process writes. Records of other
/// runs, but for those that happen to share a lock, are written meanwhile: each waits for the disk.
static WRITING: [Mutex<()>; 32] = [const { Mutex::new(()) }; 32];

/// The record of a run. Times are Unix milliseconds; what is not known is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`] of whoever wrote it.
    pub schema: u32,
    /// The run; also the name of its directory.
    pub run: RunId,
    /// Its task.
    pub task: TaskId,
    /// Its project.
    pub project: ProjectId,
    /// What runs.
    pub kind: RecordKind,
    /// The work item, for an agent.
    #[serde(default)]
    pub work_item: Option<WorkItemId>,
    /// Who works, for an agent.
    #[serde(default)]
    pub role: Option<Role>,
    /// In which stage, for an agent.
    #[serde(default)]
    pub stage: Option<StageName>,
    /// How often the job had been claimed with this: results of other claims are dropped.
    pub fence: u32,
    /// Its way through the queue.
    pub queue: QueueTimes,
    /// Which attempt of the stage this is, from 1; losses of a runner or a daemon are not counted.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// The retry budget: so many attempts are made before the task is blocked.
    #[serde(default)]
    pub attempts_allowed: Option<u32>,
    /// When the runner was asked to start it.
    pub started_at: Timestamp,
    /// The provider, for an agent.
    #[serde(default)]
    pub provider: Option<String>,
    /// The command line without secrets: values of variables and of options that look secret are replaced.
    pub argv: Vec<String>,
    /// Of what.
    pub versions: Versions,
    /// The limits in force, as a sentence.
    pub limits: String,
    /// The machine or container before the start.
    pub resources_before: MachineState,
    /// How it ended; null while it runs, and when nobody has taken the result yet.
    #[serde(default)]
    pub end: Option<End>,
}

/// What runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// An agent.
    Agent,
    /// A command of the project.
    Command,
}

/// From the queue to the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueTimes {
    /// When the job began to wait for this attempt.
    pub queued_at: Timestamp,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// Between the two, in milliseconds.
    pub waited_ms: u64,
}

/// What was at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The program that started the run.
    pub orchd: String,
    /// The provider's, when it says so.
    #[serde(default)]
    pub provider: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// When the last process was gone; without a marker the last sign of life.
    pub ended_at: Timestamp,
    /// When this was written: the result was taken.
    pub harvested_at: Timestamp,
    /// Why.
    pub exit_reason: ExitReason,
    /// The failure in a sentence; none for a success.
    #[serde(default)]
    pub error: Option<String>,
    /// The failure in a word; none for a success.
    #[serde(default)]
    pub cause: Option<FailureCause>,
    /// Exit code of the program, if it exited and that is known.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// The signal that ended it, if one did.
    #[serde(default)]
    pub signal: Option<i32>,
    /// When the success was seen: by the result record that it printed, else by its exit.
    #[serde(default)]
    pub success_detected_at: Option<Timestamp>,
    /// The completion marker (`exit.json`) was there.
    pub marker_detected: bool,
    /// Seconds from the success to the marker, or to the harvest that did without; null without a success.
    #[serde(default)]
    pub marker_wait_s: Option<f64>,
    /// The machine or container after the end.
    pub resources_after: MachineState,
    /// What the run cost: all its processes together.
    pub resources_used: ResourceUse,
    /// Bytes that it wrote to stdout, kept or not; null without a marker.
    #[serde(default)]
    pub stdout_bytes: Option<u64>,
    /// The same of stderr.
    #[serde(default)]
    pub stderr_bytes: Option<u64>,
    /// Tokens and cost of this run, as the agent says; without its result record as far as its events tell.
    pub usage: Usage,
    /// The cost is ours, from tokens and a price list.
    #[serde(default)]
    pub cost_is_estimated: bool,
    /// The model, as the agent says.
    #[serde(default)]
    pub model: Option<String>,
    /// The session that a later run may resume.
    #[serde(default)]
    pub session_id: Option<String>,
    /// What the whole session had used at the end of this run, where the provider counts by session.
    #[serde(default)]
    pub session_totals: Option<Usage>,
    /// Tools that the agent was not allowed to use.
    #[serde(default)]
    pub denied: Vec<String>,
    /// Requests that the provider's program repeated by itself.
    #[serde(default)]
    pub retries: u32,
    /// What had to be done without, a sentence each.
    #[serde(default)]
    pub fallback_notes: Vec<String>,
}

/// What a reader finds.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordReading {
    /// A record.
    Read(Box<Record>),
    /// A record of a later version; it is not interpreted, but it can be shown.
    Newer {
        /// Its version.
        schema: u64,
        /// All of it.
        content: Value,
    },
    /// None: an older version made the run, or nobody has begun it.
    Missing,
    /// Something else; a sentence that quotes nothing of it.
    Broken(String),
}

impl Record {
    /// The record in a run directory. Errors: it cannot be read.
    pub fn read(run_dir: &Path) -> io::Result<RecordReading> {
        match fs::read(run_dir.join(FILE)) {
            Ok(json) => Ok(Self::parse(&json)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(RecordReading::Missing),
            Err(error) => Err(error),
        }
    }

    fn parse(json: &[u8]) -> RecordReading {
        let content: Value = match serde_json::from_slice(json) {
            Ok(content) => content,
            Err(error) => return broken(&error),
        };
        match content.get("schema").and_then(Value::as_u64) {
            Some(schema) if schema > u64::from(SCHEMA) => RecordReading::Newer { schema, content },
            // Parsed from the text again: only so an error knows its line.
            Some(_) | None => match serde_json::from_slice(json) {
                Ok(record) => RecordReading::Read(Box::new(record)),
                Err(error) => broken(&error),
            },
        }
    }

    /// Whole or not at all, also after a power cut.
    pub(crate) fn write(&self, run_dir: &Path) -> io::Result<()> {
        let mut hash = DefaultHasher::new();
        run_dir.hash(&mut hash);
        let lock = usize::try_from(hash.finish() % WRITING.len() as u64).map_err(io::Error::other)?;
        let _writing = WRITING[lock].lock().unwrap_or_else(PoisonError::into_inner);
        process::write_whole(run_dir, FILE, &serde_json::to_vec_pretty(self)?)
    }
}

fn broken(error: &serde_json::Error) -> RecordReading {
    RecordReading::Broken(format!(
        "{FILE} is no record (line {}, column {})",
        error.line(),
        error.column()
    ))
}

#[cfg(test)]
mod tests;
