//! The documents of a task, as they stand at its latest result.

use maud::{Markup, html};
use pipeline_core::evidence::EvidenceRequest;
use pipeline_core::id::CommitSha;
use pipeline_core::task::Task;

use crate::pages::links;
use crate::shown::shown;
use crate::state::ProjectView;

/// Decision records have a directory of their own.
const DIRECTORIES: [&str; 2] = ["", "06-adr/"];

/// What can be said of a task's documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Documents {
    /// Nothing was committed yet.
    NotYet,
    /// Their names below the work item's directory.
    Named(Vec<String>),
    /// The repository could not be read; why.
    Unreadable(String),
}

/// The commit that a task's documents are read at.
pub(in crate::pages) fn read_at(task: &Task) -> Option<&CommitSha> {
    task.result
        .as_ref()
        .map(|result| &result.commit)
        .or(task.head.as_ref())
}

impl Documents {
    /// Lists them. A repository that cannot be read is no reason to show nothing else.
    pub(super) async fn read(view: &ProjectView, task: &Task) -> Self {
        let Some(commit) = read_at(task) else {
            return Self::NotYet;
        };
        let request = EvidenceRequest {
            commit: Some(commit.clone()),
            paths: DIRECTORIES
                .iter()
                .map(|directory| task.document(directory))
                .collect(),
            ..EvidenceRequest::default()
        };
        match view.workspace.read(&request, &task.work_item).await {
            Ok(evidence) => match evidence.unavailable {
                Some(why) => Self::Unreadable(why),
                None => Self::Named(names(task, &evidence.listed)),
            },
            Err(error) => {
                tracing::warn!(task.id = task.id.0, %error, "failed to list a task's documents");
                Self::Unreadable(error.to_string())
            }
        }
    }
}

fn names(task: &Task, listed: &[String]) -> Vec<String> {
    let directory = task.document("");
    let mut names: Vec<String> = listed
        .iter()
        .filter_map(|path| path.strip_prefix(&directory))
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The list, each linked to its text.
pub(super) fn section(task: &Task, documents: &Documents) -> Markup {
    html! {
        section.card {
            h2 { "Documents" }
            @match documents {
                Documents::NotYet => p.muted { "None yet: the first run writes them." },
                Documents::Named(names) if names.is_empty() => p.muted { "None yet." },
                Documents::Named(names) => ul { @for name in names { li { (link(task, name)) } } },
                Documents::Unreadable(why) => p.wrong { "The repository could not be read: " (shown(why)) ". Refresh to try again." },
            }
        }
    }
}

fn link(task: &Task, name: &str) -> Markup {
    html! { a href=(links::document(&task.project, &task.issue, name)) { (shown(name)) } }
}
