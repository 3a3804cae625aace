//! What a task waits for, in a sentence: the answer of `orchctl why` and of the status page.

use crate::task::{Ask, Resume, Task, TaskState, Wait};

/// What a task waits for and what ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What it waits for.
    pub waits_for: String,
    /// Who or what ends it.
    pub ended_by: String,
}

/// Explains the present state of a task. Total: there is an answer for every state.
#[must_use]
pub fn explain(task: &Task) -> Explanation {
    let (waits_for, ended_by) = match &task.state {
        TaskState::Starting => (
            "its branch and first commit are being made".to_owned(),
            "the forge".to_owned(),
        ),
        TaskState::Working { job } => (
            format!("the role of {} works (job {job})", task.stage),
            "the end of the run".to_owned(),
        ),
        TaskState::Publishing { run } => (
            format!("the work of run {run} is being pushed"),
            "the forge".to_owned(),
        ),
        TaskState::Gathering { job } => (
            format!(
                "evidence for the gates of {} is being gathered (job {job})",
                task.stage
            ),
            "the gates".to_owned(),
        ),
        TaskState::Waiting(wait) => waiting(task, wait),
        TaskState::Merging { head } => (
            format!("{} is being merged", short(head.as_str())),
            "the forge, in the project's merge slot".to_owned(),
        ),
        TaskState::Blocked { reason, resume } => (reason.clone(), unblocking(task, resume)),
        TaskState::Done => ("nothing: it is done".to_owned(), "nothing".to_owned()),
        TaskState::Cancelled => (
            "nothing: it was cancelled".to_owned(),
            "nothing; create a new issue to go on".to_owned(),
        ),
    };
    Explanation { waits_for, ended_by }
}

fn waiting(task: &Task, wait: &Wait) -> (String, String) {
    match wait {
        Wait::Human(Ask::Documents { .. }) => (
            "a human's decision on the documents".to_owned(),
            "Approved or Rejected on the board, or orchctl approve / reject".to_owned(),
        ),
        Wait::Human(Ask::ProtectedPaths { paths, .. }) => (
            format!("a human's decision on protected files: {}", paths.join(", ")),
            "Approved accepts them, Rejected sends them back".to_owned(),
        ),
        Wait::Human(Ask::ForeignHead { head }) => (
            format!(
                "a human's decision on somebody else's commit {}",
                short(head.as_str())
            ),
            "Approved adopts it, Rejected restores ours".to_owned(),
        ),
        Wait::Human(Ask::ForgeReview) => (
            format!(
                "a review of pull request {} in the forge",
                task.pull_request
                    .map_or_else(|| "(not open yet)".to_owned(), |number| format!("#{number}"))
            ),
            "an approval or a request for changes of exactly the branch's head".to_owned(),
        ),
        Wait::Answers => (
            "answers to the questions on the issue".to_owned(),
            "a comment with the answers, then In Progress on the board".to_owned(),
        ),
        Wait::Ci if let Some(job) = task.tests_job() => {
            (format!("the project's tests (job {job})"), "their end".to_owned())
        }
        Wait::Ci => {
            let head = task
                .ci
                .as_ref()
                .map_or("the branch", |ci| short(ci.head.as_str()));
            (
                format!("CI on {head}"),
                "the CI status of that commit, or its time limit".to_owned(),
            )
        }
        Wait::Dependency if task.blockers.is_empty() => {
            ("issues that block it".to_owned(), "their completion".to_owned())
        }
        Wait::Dependency => (
            format!("issues that block it: {}", task.blockers.join(", ")),
            "their completion".to_owned(),
        ),
        Wait::Budget => ("money".to_owned(), "a higher cap".to_owned()),
    }
}

fn unblocking(task: &Task, resume: &Resume) -> String {
    let what = match resume {
        Resume::Role => format!("{} runs again", task.stage),
        Resume::Gates => format!("the gates of {} look again", task.stage),
        Resume::Effect { effect, .. } => format!("{} is sent again", effect.name()),
        Resume::Merge => "the merge is tried again".to_owned(),
        Resume::Start => "it starts, unless other issues block it".to_owned(),
    };
    format!("a human: In Progress on the board or orchctl restart; then {what}")
}

fn short(sha: &str) -> &str {
    sha.get(..12).unwrap_or(sha)
}

#[cfg(test)]
mod cases;
