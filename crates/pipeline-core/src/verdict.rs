//! Verdicts: what a report says in its front matter. Prose is never read for a verdict.

mod lines;
pub mod encoding;
pub mod front_matter;
pub mod lookalike;
pub(crate) mod owner;
pub mod tokens;
pub mod review;
pub mod tests;
pub mod deploy;
pub mod findings;
pub mod report;
