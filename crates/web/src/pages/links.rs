//! Paths of the pages, with every part that comes from outside percent-encoded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use pipeline_core::id::{IssueId, ProjectId, RunId};

/// RFC 3986: everything but the unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The board of a project.
pub(crate) fn board(project: &ProjectId) -> String {
    format!("/board/{}", segment(project.as_str()))
}

/// The page that takes a new issue.
pub(crate) fn issues(project: &ProjectId) -> String {
    format!("{}/issues", board(project))
}

/// An issue.
pub(crate) fn issue(project: &ProjectId, issue: &IssueId) -> String {
    format!("{}/{}", issues(project), segment(issue.as_str()))
}

/// Something done to an issue, such as `approve`.
pub(crate) fn act(project: &ProjectId, issue_id: &IssueId, what: &str) -> String {
    format!("{}/{what}", issue(project, issue_id))
}

/// A document of an issue's task; `name` is its path below the work item's directory.
pub(crate) fn document(project: &ProjectId, issue_id: &IssueId, name: &str) -> String {
    let parts: Vec<String> = name.split('/').map(|part| segment(part).to_string()).collect();
    format!("{}/documents/{}", issue(project, issue_id), parts.join("/"))
}

/// The log of a run.
pub(crate) fn run_log(run: RunId) -> String {
    format!("/runs/{run}/log")
}

fn segment(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, SEGMENT)
}
