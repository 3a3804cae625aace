//! Messages to people's pockets.

use async_trait::async_trait;

use crate::id::{EffectKey, TaskId};
use crate::port::PortError;

/// The chat of a project.
///
/// Guarantee: both calls may be repeated with the same arguments. Where the system has no idempotency key, a repeated
/// [`Chat::alert`] whose first try ended `Ambiguous` may show twice; nothing else may.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Chat: Send + Sync {
    /// Shows `text` as the task's one live message: sent silently the first time, edited in place from then on. A message
    /// that people deleted is sent anew.
    async fn show(&self, task: TaskId, text: &str) -> Result<(), PortError>;

    /// Sends a message that rings; once per key.
    async fn alert(&self, key: &EffectKey, text: &str) -> Result<(), PortError>;

    /// The system answers and our access is good; costs nothing.
    async fn check(&self) -> Result<(), PortError>;
}
