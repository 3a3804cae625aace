//! Settings and wiring: the only place that names all adapters; used by both binaries.

pub mod places;
pub mod settings;
pub mod clock;
pub mod prompts;
pub mod wire;
pub mod daemon;
pub mod runs;
