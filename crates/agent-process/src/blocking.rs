//! The way from async ports to calls that block.

use pipeline_core::port::PortError;
use tokio::task::spawn_blocking;

/// Runs `work` on the blocking pool. A pool that is being shut down is a passing failure: the next daemon does it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PortError> + Send + 'static,
) -> Result<T, PortError> {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(PortError::retry(format!("the call did not end: {error}"))),
    }
}
