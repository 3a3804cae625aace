//! Ports: what the rules need from the world, one trait per file. An adapter can be written from a trait's documentation alone;
//! `testkit` holds a stateful fake and a conformance suite for each.

pub mod tracker;
pub mod forge;
pub mod board;
pub mod chat;
pub mod runner;
pub mod workspace;
pub mod source;
pub mod store;
pub mod run_log;
pub mod host;
pub mod run_storage;
pub mod storage;
pub mod clock;

use std::time::Duration;

/// Why a call to an outside system failed, in words that say what the caller may do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The object is not there.
    #[error("not found: {0}")]
    NotFound(String),
    /// The object is not in the state that the call expected.
    #[error("conflict: {0}")]
    Conflict(String),
    /// Did not happen; try again, not before `after` when given.
    #[error("temporarily unavailable: {message}")]
    Retry {
        /// What happened.
        message: String,
        /// The system's own wish.
        after: Option<Duration>,
    },
    /// May have happened; look before trying again.
    #[error("outcome unknown: {0}")]
    Ambiguous(String),
    /// Will not happen however often it is tried.
    #[error("{0}")]
    Permanent(String),
}

impl PortError {
    /// A passing failure without a wish.
    pub fn retry(message: impl Into<String>) -> Self {
        Self::Retry {
            message: message.into(),
            after: None,
        }
    }
}
