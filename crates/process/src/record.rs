//! `exit.json` of a run: the completion marker. A field that a runner of another version did not write has its
//! default.

use serde::{Deserialize, Serialize};

/// The completion marker: how a run ended. When it can be read, no process of the run is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// Exit code of the program, if it exited.
    pub exit_code: Option<i32>,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    /// Why it ended.
    pub reason: EndReason,
    /// Said of `spawn_failed`: what went wrong.
    pub error: Option<String>,
    /// Start of the program, Unix milliseconds.
    pub started_at_ms: i64,
    /// When its last process was gone, Unix milliseconds.
    pub finished_at_ms: i64,
    /// Bytes that it wrote to stdout, kept or not.
    pub stdout_bytes: u64,
    /// Bytes that it wrote to stderr, kept or not.
    pub stderr_bytes: u64,
    /// Bytes of both that were not kept.
    pub dropped_bytes: u64,
    /// Processes that had to be killed.
    pub processes_killed: u64,
    /// Whole lines of both outputs.
    #[serde(default)]
    pub lines: u64,
    /// What the run cost the machine.
    #[serde(default)]
    pub resources: ResourceUse,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// By itself (or by a signal that was not ours).
    Exited,
    /// The wall-clock limit passed.
    Timeout,
    /// [`cancel`](crate::cancel) was called.
    Cancelled,
    /// The program never ran.
    SpawnFailed,
    /// It did nothing for twice its stall limit ([`RunSpec::stall_ms`](crate::RunSpec::stall_ms)).
    Stalled,
    /// It had said that its work was done ([`DoneLine`](crate::DoneLine)) and did not exit: a success.
    Lingered,
    /// The runner was asked to end by TERM or INT, as a service manager does with a whole unit. The program had not
    /// failed; it can be run again.
    Interrupted,
}

/// What a run cost the machine: read before its program started and after its last process was gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceUse {
    /// Where the figures come from.
    pub source: ResourceSource,
    /// Processor time of all its processes, user and system, in milliseconds.
    pub cpu_ms: Option<u64>,
    /// The most memory at one time, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// How exact the figures are, or why there are none.
    pub note: String,
}

/// Where resource figures come from, the best first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceSource {
    /// The counters of a control group of the run's own.
    Cgroup,
    /// The process table.
    Proc,
    /// Nothing could be read.
    #[default]
    None,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_of_the_first_version_is_read_with_defaults() {
        let json = r#"{"exit_code":0,"signal":null,"reason":"exited","error":null,"started_at_ms":1,"finished_at_ms":2,
            "stdout_bytes":3,"stderr_bytes":4,"dropped_bytes":5,"processes_killed":6}"#;
        let record: ExitRecord = serde_json::from_str(json).unwrap();
        assert_eq!((record.reason, record.processes_killed), (EndReason::Exited, 6));
        assert_eq!((record.lines, record.resources), (0, ResourceUse::default()));
    }

    #[test]
    fn a_field_of_a_later_version_is_no_harm() {
        let json = r#"{"source":"proc","cpu_ms":5,"peak_rss_bytes":null,"note":"","energy_mj":7}"#;
        let resources: ResourceUse = serde_json::from_str(json).unwrap();
        assert_eq!(
            (resources.source, resources.cpu_ms),
            (ResourceSource::Proc, Some(5))
        );
    }
}
