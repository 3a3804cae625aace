//! Verdicts: what a report says in its front matter. Prose is never read for a verdict.

pub mod front_matter;
pub mod tokens;
pub mod review;
pub mod tests;
pub mod deploy;
pub mod findings;
