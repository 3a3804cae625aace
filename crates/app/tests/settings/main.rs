//! Settings as an operator meets them: files and variables in, settings and sentences out.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod folder;
mod agents;
mod precedence;
mod checking;
mod syntax;
mod projects;
mod pipelines;
mod showing;
mod documents;
