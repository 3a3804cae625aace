//! The machine that runs work on it.

use async_trait::async_trait;

use crate::admission::Room;
use crate::port::PortError;

/// What is free on the machine.
///
/// Guarantees: numbers are those of this moment and of what our account may use; a file system is named once however many of our places lie on it.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Host: Send + Sync {
    /// Looks. An error says what could not be looked at; there are no half answers.
    async fn room(&self) -> Result<Room, PortError>;
}
