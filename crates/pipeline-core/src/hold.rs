//! Holds: what operators say about claims as a whole. A hold is durable and has an author, a reason and an end.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::ProjectId;
use crate::time::Timestamp;

/// A hold as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldId(pub i64);

impl fmt::Display for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is wanted besides that no agent or command begins. Gathering and effects go on until the daemon ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// Nothing else.
    Pause,
    /// The daemon ends when no run is left. Of one project: it goes on for the others.
    Drain,
    /// The daemon ends now; its runs go on and are taken up at the next start.
    Stop,
    /// Runs are ended, their jobs queued again, then the daemon ends.
    Kill,
}

impl HoldKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Pause, Self::Drain, Self::Stop, Self::Kill];

    /// One word for tables and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Drain => "drain",
            Self::Stop => "stop",
            Self::Kill => "kill",
        }
    }

    /// What is going on because of it.
    #[must_use]
    pub fn participle(self) -> &'static str {
        match self {
            Self::Pause => "paused",
            Self::Drain => "draining",
            Self::Stop | Self::Kill => "stopping",
        }
    }
}

/// A hold, as somebody placed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewHold {
    /// What it holds; none: everything.
    pub project: Option<ProjectId>,
    /// What is wanted.
    pub kind: HoldKind,
    /// The operator's account.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// A hold that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Which.
    pub id: HoldId,
    /// What was said.
    #[serde(flatten)]
    pub said: NewHold,
}

/// The end of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifting {
    /// Who ended it.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl NewHold {
    /// `paused by ann since 2026-11-21T06:10:13Z: upgrade`.
    #[must_use]
    pub fn line(&self) -> String {
        let why = if self.reason.is_empty() {
            String::new()
        } else {
            format!(": {}", self.reason)
        };
        format!(
            "{} by {} since {}{why}",
            self.kind.participle(),
            self.by,
            self.at.to_rfc3339()
        )
    }
}
