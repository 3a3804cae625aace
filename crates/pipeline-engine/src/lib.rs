//! The motion of the pipeline: loops that observe, decide, commit, run and send. It knows ports and rules, no adapter.
//!
//! A webhook is followed through `intake` → `pipeline_core::transition` → `step` → `dispatch` or `outbox`, and comes back as an event.
//! Loops never call each other: they wake each other, and poll in case a wake-up was lost.

mod context;
mod wake;
mod together;
mod health;
mod step;
mod accounts;
mod preflight;
mod intake;
mod orders;
mod dispatch;
mod outbox;
mod sweep;
mod tidying;
mod engine;

pub use context::{Context, EngineSettings, ProjectPorts, Prompts};
pub use engine::{Ended, Engine};
pub use health::Health;
pub use preflight::Preflights;
pub use wake::Wakes;
