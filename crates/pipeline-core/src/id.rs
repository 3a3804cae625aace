//! Identifiers. Newtypes, so that a branch never travels where a commit is wanted. Nothing here mints an id:
//! outside ids come from adapters, task ids from the store, and jobs, runs and effects are numbered per task.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! text_ids {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it is; whoever reads it from outside has checked it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    )+};
}

text_ids! {
    /// A project of the registry: its work-item prefix in lower case, unique in one installation.
    ProjectId;
    /// An issue in its tracker, in the tracker's own form.
    IssueId;
    /// `ET-012`: names a task to people, its branch and its documents.
    WorkItemId;
    /// A branch name without `refs/heads/`.
    BranchName;
    /// A git commit, 40 (or 64) lower-case hex digits.
    CommitSha;
    /// A git tree.
    TreeSha;
    /// A git blob.
    BlobSha;
    /// An entry of a tracker's activity feed; the idempotency key of a human's order.
    ActivityId;
    /// A comment in the tracker.
    CommentId;
    /// The idempotency key of an effect: `{task}-e{number}`, or `{project}/{issue}/{what}` before a task exists.
    EffectKey;
    /// Names one start of one daemon; owner of leases.
    InstanceId;
    /// An account of a provider: `claude`, or `command:demo` where each project has its own.
    AccountId;
    /// SHA-256 of a pipeline definition in hex; pins a task to it.
    PipelineDigest;
    /// SHA-256 of a project's settings in hex; says by which of them an event was decided.
    ProjectDigest;
}

/// Our durable record of a work item; allotted by the store, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub i64);

impl TaskId {
    /// No task has this id: an order that is about none carries it.
    pub const NONE: Self = Self(0);
}

/// A webhook or feed entry as stored; allotted by the store in order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub i64);

/// An operator's order as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub i64);

/// Durable work with a lease; numbered per task, so that the rules can name a job before it is stored. Written `7-3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId {
    /// The task it works for.
    pub task: TaskId,
    /// 1, 2, 3 … within the task.
    pub number: u32,
}

/// One attempt at a job: the job and its fence. Written `7-3-1`; also the name of its directory under `runs/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId {
    /// The job that is attempted.
    pub job: JobId,
    /// Grows with every claim; a write with an older fence is dropped.
    pub fence: u32,
}

macro_rules! shown_as_number {
    ($($name:ident)+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

shown_as_number!(TaskId DeliveryId OrderId);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.task, self.number)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.job, self.fence)
    }
}

/// A job or run id that does not read as numbers joined by `-`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {expected}")]
pub struct BadId {
    text: String,
    expected: &'static str,
}

fn numbers<const N: usize>(text: &str, expected: &'static str) -> Result<[i64; N], BadId> {
    let bad = || BadId {
        text: text.to_owned(),
        expected,
    };
    let parts: Vec<i64> = text
        .split('-')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| bad())?;
    parts.try_into().map_err(|_| bad())
}

fn small(number: i64, text: &str, expected: &'static str) -> Result<u32, BadId> {
    u32::try_from(number).map_err(|_| BadId {
        text: text.to_owned(),
        expected,
    })
}

impl FromStr for JobId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        const EXPECTED: &str = "a job id (TASK-NUMBER, such as 7-3)";
        let [task, number] = numbers(text, EXPECTED)?;
        Ok(Self {
            task: TaskId(task),
            number: small(number, text, EXPECTED)?,
        })
    }
}

impl FromStr for RunId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        const EXPECTED: &str = "a run id (TASK-JOB-ATTEMPT, such as 7-3-1)";
        let [task, number, fence] = numbers(text, EXPECTED)?;
        let job = JobId {
            task: TaskId(task),
            number: small(number, text, EXPECTED)?,
        };
        Ok(Self {
            job,
            fence: small(fence, text, EXPECTED)?,
        })
    }
}

macro_rules! serde_as_text {
    ($($name:ident)+) => {$(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

serde_as_text!(JobId RunId);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(i64, u32, u32)>) {
        let read = text
            .parse::<RunId>()
            .ok()
            .map(|run| (run.job.task.0, run.job.number, run.fence));
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn run_ids_read_as_they_are_written() {
        check("7-3-1", Some((7, 3, 1)));
        check("7-3", None);
        check("7-3-x", None);
        check("7-3-1-1", None);
        check("7-3-99999999999", None);
        assert_eq!("7-3-1".parse::<RunId>().unwrap().to_string(), "7-3-1");
    }

    #[test]
    fn ids_travel_as_plain_text() {
        let run: RunId = "7-3-1".parse().unwrap();
        assert_eq!(serde_json::to_string(&run).unwrap(), "\"7-3-1\"");
        assert_eq!(serde_json::from_str::<JobId>("\"7-3\"").unwrap(), run.job);
    }
}
