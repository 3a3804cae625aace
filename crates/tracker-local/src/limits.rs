//! What people may write on the board. Every refusal says what, how long it is and what is allowed.

use pipeline_core::port::PortError;
use pipeline_core::port::board::NewIssue;

const TITLE_CHARACTERS: usize = 255;
const NAME_CHARACTERS: usize = 255;
const DESCRIPTION_BYTES: usize = 256 << 10;
const COMMENT_BYTES: usize = 64 << 10;

pub(crate) fn check_issue(issue: &NewIssue) -> Result<(), PortError> {
    not_empty("the title", &issue.title)?;
    characters("the title", &issue.title, TITLE_CHARACTERS)?;
    bytes("the description", &issue.description, DESCRIPTION_BYTES)?;
    check_name(&issue.by)
}

pub(crate) fn check_comment(text: &str, by: &str) -> Result<(), PortError> {
    not_empty("the comment", text)?;
    bytes("the comment", text, COMMENT_BYTES)?;
    check_name(by)
}

/// Of the person who writes or moves.
pub(crate) fn check_name(by: &str) -> Result<(), PortError> {
    not_empty("the author's name", by)?;
    characters("the author's name", by, NAME_CHARACTERS)
}

fn not_empty(what: &str, text: &str) -> Result<(), PortError> {
    if text.trim().is_empty() {
        return Err(PortError::Permanent(format!("{what} is empty; write something")));
    }
    Ok(())
}

fn characters(what: &str, text: &str, limit: usize) -> Result<(), PortError> {
    match text.chars().count() {
        found if found > limit => Err(PortError::Permanent(format!(
            "{what} has {found} characters; at most {limit} are allowed"
        ))),
        _ => Ok(()),
    }
}

fn bytes(what: &str, text: &str, limit: usize) -> Result<(), PortError> {
    match text.len() {
        found if found > limit => Err(PortError::Permanent(format!(
            "{what} has {found} bytes; at most {} KiB are allowed",
            limit >> 10
        ))),
        _ => Ok(()),
    }
}
