//! What a role may write, as patterns of paths.
//!
//! Programs cannot say "everything but": where the scope is wider than a list of documents, all of it is allowed here, and
//! the look at the harvested diff (behaviour §8.5) draws the exact line.

use super::Assignment;
use pipeline_core::stage::WriteScope;

/// Patterns of paths in the repository, in the manner of `.gitignore`: `docs/work-items/ET-012/12-review.md`,
/// `docs/**`, `**`.
pub(super) fn writable(assignment: &Assignment<'_>) -> Vec<String> {
    match assignment.scope {
        Some(WriteScope::Documents(patterns)) => {
            patterns.iter().map(|pattern| own(assignment, pattern)).collect()
        }
        Some(WriteScope::DocsTree(_)) => vec!["docs/**".to_owned()],
        Some(WriteScope::Code(_)) | None => vec!["**".to_owned()],
    }
}

/// A pattern of a folder means everything in it.
fn own(assignment: &Assignment<'_>, pattern: &str) -> String {
    let rest = if pattern.ends_with('/') { "**" } else { "" };
    format!("docs/work-items/{}/{pattern}{rest}", assignment.work_item)
}
