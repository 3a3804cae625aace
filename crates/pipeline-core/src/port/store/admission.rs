//! Holds of operators, and what the daemon says of its claims: written by one program, read by the other.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::admission::Admission;
use crate::hold::{Hold, HoldId, Lifting, NewHold};
use crate::id::ProjectId;
use crate::port::store::StoreError;
use crate::time::Timestamp;

/// A hold with its end, for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// The hold.
    pub hold: Hold,
    /// None: it stands.
    pub lifted: Option<Lifting>,
}

/// What the daemon last said of its claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldAdmission {
    /// When.
    pub at: Timestamp,
    /// What.
    pub admission: Admission,
}

/// Holds and admission.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AdmissionStore: Send + Sync {
    /// Places a hold; durable when it returns. The hold that stood in the same scope ends with it, by the same account.
    async fn hold(&self, hold: NewHold) -> Result<Hold, StoreError>;

    /// Ends a hold; false when it has ended before.
    async fn lift(&self, hold: HoldId, lifting: Lifting) -> Result<bool, StoreError>;

    /// Holds that stand, oldest first. Cheap when nothing was written since the last call.
    async fn holds(&self) -> Result<Vec<Hold>, StoreError>;

    /// Holds with their ends, newest first, at most `limit`.
    async fn past_holds(&self, limit: usize) -> Result<Vec<HoldRow>, StoreError>;

    /// The daemon says what it holds back; replaces what it said before.
    async fn tell_admission(&self, admission: &Admission, at: Timestamp) -> Result<(), StoreError>;

    /// What the daemon last said; it may have ended since.
    async fn admission(&self) -> Result<Option<ToldAdmission>, StoreError>;

    /// Tasks that wait for a human (a decision, answers, or an end of being blocked), by project.
    async fn waiting_for_people(&self) -> Result<BTreeMap<ProjectId, usize>, StoreError>;
}
