//! Settings and wiring: the only place that names all adapters; used by both binaries.

pub mod places;
pub mod settings;
pub mod clock;
pub mod prompts;
mod beginning;
mod alarm;
mod after_restore;
pub mod wire;
pub mod daemon;
pub mod runs;
