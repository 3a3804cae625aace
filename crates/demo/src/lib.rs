//! The demo: a sample project, a scripted agent, a demo operator, live progress.

pub mod scenario;
pub mod sample;
pub mod agent;
