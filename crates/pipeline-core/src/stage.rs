//! Stages: a step of the pipeline, who works in it, what guards its exit, and where a failure leads.

mod gate_name;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::role::Role;

pub(crate) use gate_name::{DEPLOY_LOG, REVIEW, STAGING_LOG, TEST_REPORT};
pub use gate_name::{GateName, UnknownGate};

/// The name of a stage, such as `deploy-staging`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageName(String);

impl StageName {
    /// A stage by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for StageName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A column of the board; every tracker adapter maps these to its own states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Column {
    /// Not planned yet.
    Backlog,
    /// Planned.
    Todo,
    /// An order: start, go on, or restart; also shown while analysis and deploy run.
    #[serde(rename = "In Progress")]
    InProgress,
    /// The architect works.
    Architecture,
    /// The developer works.
    Development,
    /// The reviewer works.
    Review,
    /// The tester works.
    Testing,
    /// A human is asked to approve.
    #[serde(rename = "In Review")]
    InReview,
    /// A human is asked to answer.
    #[serde(rename = "Needs Input")]
    NeedsInput,
    /// An order: yes.
    Approved,
    /// An order: no.
    Rejected,
    /// Stopped; needs a human.
    Blocked,
    /// Finished.
    Done,
    /// Given up.
    Cancelled,
}

impl Column {
    /// Every column, in board order.
    pub const ALL: [Self; 14] = [
        Self::Backlog,
        Self::Todo,
        Self::InProgress,
        Self::Architecture,
        Self::Development,
        Self::Review,
        Self::Testing,
        Self::InReview,
        Self::NeedsInput,
        Self::Approved,
        Self::Rejected,
        Self::Blocked,
        Self::Done,
        Self::Cancelled,
    ];

    /// The name as it stands on the board.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backlog => "Backlog",
            Self::Todo => "Todo",
            Self::InProgress => "In Progress",
            Self::Architecture => "Architecture",
            Self::Development => "Development",
            Self::Review => "Review",
            Self::Testing => "Testing",
            Self::InReview => "In Review",
            Self::NeedsInput => "Needs Input",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Blocked => "Blocked",
            Self::Done => "Done",
            Self::Cancelled => "Cancelled",
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A column name that no board of ours has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no column '{0}'; known: Backlog, Todo, In Progress, Architecture, Development, Review, Testing, In Review, Needs Input, Approved, Rejected, Blocked, Done, Cancelled"
)]
pub struct UnknownColumn(pub String);

impl FromStr for Column {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let wanted = text.trim();
        Self::ALL
            .into_iter()
            .find(|column| column.as_str().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| UnknownColumn(text.to_owned()))
    }
}

/// Why a task went back to an earlier stage; each cause has its own counter. Written as one word, so that it can be a key of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Cause {
    /// Continuous integration is red.
    Ci,
    /// The reviewer asks for changes.
    Review,
    /// The tests did not pass.
    Tests,
    /// The default branch moved and cannot be merged cleanly.
    Conflict,
    /// Another gate failed.
    Gate(GateName),
}

impl Cause {
    /// The word in messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ci => "ci",
            Self::Review => "review",
            Self::Tests => "tests",
            Self::Conflict => "conflict",
            Self::Gate(gate) => gate.as_str(),
        }
    }
}

impl From<Cause> for &'static str {
    fn from(cause: Cause) -> Self {
        cause.as_str()
    }
}

/// A word that is no cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no cause '{0}'; known: ci, review, tests, conflict, or the name of a gate")]
pub struct UnknownCause(pub String);

impl FromStr for Cause {
    type Err = UnknownCause;

    fn from_str(text: &str) -> Result<Self, UnknownCause> {
        [Self::Ci, Self::Review, Self::Tests, Self::Conflict]
            .into_iter()
            .chain(GateName::ALL.into_iter().map(Self::Gate))
            .find(|cause| cause.as_str() == text)
            .ok_or_else(|| UnknownCause(text.to_owned()))
    }
}

impl TryFrom<String> for Cause {
    type Error = UnknownCause;

    fn try_from(text: String) -> Result<Self, UnknownCause> {
        text.parse()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a failed gate leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFail {
    /// The role of `stage` runs again with the reasons; counted under `cause`.
    Bounce {
        /// Where to.
        stage: StageName,
        /// Counted as.
        cause: Cause,
    },
    /// Back to `stage`, but a human has to say go.
    Block {
        /// Where to.
        stage: StageName,
    },
    /// The role of this stage runs again to write what is missing.
    Repair,
}

/// What a role may write besides its reports (behaviour §8.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteScope {
    /// Only these patterns in its own work-item directory.
    Documents(Vec<String>),
    /// `docs/` outside other work items; in its own only these patterns.
    DocsTree(Vec<String>),
    /// Everything outside `docs/work-items/`; in its own only these patterns.
    Code(Vec<String>),
}

/// A step of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name, unique in the pipeline.
    pub name: StageName,
    /// Who works here; none in the first and the last stage.
    pub role: Option<Role>,
    /// All must pass, in this order.
    pub gates: Vec<GateName>,
    /// Where a failed gate leads.
    pub on_fail: OnFail,
    /// The board column while the stage runs.
    pub column: Column,
    /// Reports that must be fresh: removed from the checkout before a run. Names in the work-item directory.
    pub reports: Vec<String>,
    /// The document by which the role asks a human, if it may.
    pub asks_in: Option<String>,
    /// The document by which the role objects, and the stage that has to answer.
    pub objects_in: Option<(String, StageName)>,
    /// What the role may write.
    pub scope: WriteScope,
    /// The role's prompt at the project's default branch, where it is not `agents/{role}.md`. A path in the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Runs are never repeated automatically (deployer).
    pub single_attempt: bool,
    /// Only in projects with staging.
    pub staging_only: bool,
}

impl Stage {
    /// Its gate wants the business request, the specification, acceptance criteria and the test plan.
    #[must_use]
    pub fn writes_specification(&self) -> bool {
        self.gates.contains(&GateName::CheckAnalysisComplete)
    }
}
