//! The directories of runs as things that take room.

use async_trait::async_trait;

use crate::id::RunId;
use crate::port::PortError;
use crate::retention::StoredRun;

/// The directories of runs.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RunStorage: Send + Sync {
    /// Every directory of a run. One whose end cannot be told counts as alive.
    async fn stored(&self) -> Result<Vec<StoredRun>, PortError>;

    /// Removes the directory of a run; no error when it is gone. `Conflict` when the run lives: then nothing is removed.
    async fn remove(&self, run: &RunId) -> Result<(), PortError>;
}
