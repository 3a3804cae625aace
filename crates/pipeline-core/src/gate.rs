//! Gates: a check over gathered evidence. `needs` says what it wants to see, `check` is pure and total.

mod analysis_complete;
mod analysis_approved;
mod architecture_done;
pub(crate) mod ci_green;
mod reviewer_verdict;
mod tests_passed;
mod deploy_log;
mod tests_local;
mod review_approved;

use crate::evidence::{Document, Evidence, EvidenceRequest};
use crate::id::CommitSha;
use crate::observation::HeadObservation;
use crate::project::Project;
use crate::stage::{GateName, TEST_REPORT};
use crate::task::Task;
use crate::verdict::front_matter::FrontMatter;
use crate::verdict::owner;

/// What a gate judges besides the evidence.
#[derive(Debug, Clone, Copy)]
pub struct GateInput<'a> {
    /// The task.
    pub task: &'a Task,
    /// Its project.
    pub project: &'a Project,
    /// What was gathered.
    pub evidence: &'a Evidence,
}

/// What a gate says (behaviour §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateOutcome {
    /// Good; why.
    Pass(String),
    /// Does not apply here; why.
    NotApplicable(String),
    /// Bad; why, and what to mend.
    Fail {
        /// The sentence that appears in messages.
        reason: String,
        /// For the next brief.
        findings: Vec<String>,
    },
    /// The report cannot be read; the same role mends it.
    Unreadable(String),
    /// Not decided yet.
    Pending(Pending),
    /// The evidence could not be gathered; never a verdict.
    Unavailable(String),
}

/// What a gate waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pending {
    /// A human's approval of the documents.
    Approval,
    /// CI has not said anything yet.
    CiSilent,
    /// CI runs.
    CiRuns,
    /// Only contexts are red that are red on the default branch too.
    DefaultRed(Vec<String>),
    /// The branch is not in the forge.
    BranchMissing,
    /// The branch holds another head than ours.
    OtherHead(CommitSha),
    /// The project's tests have not run on this code yet.
    LocalTests,
    /// A review in the forge.
    ForgeReview,
}

/// A gate of the registry.
pub trait Gate: Sync {
    /// What it wants to see.
    fn needs(&self, task: &Task, project: &Project) -> EvidenceRequest;

    /// Judges what was gathered.
    fn check(&self, input: GateInput<'_>) -> GateOutcome;
}

/// The gate of this name.
#[must_use]
pub fn gate(name: GateName) -> &'static dyn Gate {
    match name {
        GateName::CheckAnalysisComplete => &analysis_complete::AnalysisComplete,
        GateName::CheckAnalysisApproved => &analysis_approved::AnalysisApproved,
        GateName::CheckArchitectureDone => &architecture_done::ArchitectureDone,
        GateName::CheckCiGreen => &ci_green::CiGreen,
        GateName::CheckReviewerVerdict => &reviewer_verdict::ReviewerVerdict,
        GateName::CheckTestsPassed => &tests_passed::TestsPassed,
        GateName::CheckStagingStatus => &deploy_log::STAGING,
        GateName::CheckDeployStatus => &deploy_log::DEPLOY,
        GateName::CheckTestsLocal => &tests_local::TestsLocal,
        GateName::CheckReviewApproved => &review_approved::ReviewApproved,
    }
}

/// Where the report that this gate could not read is wrong, when its reason is not the one to say so: for whoever mends it.
pub(crate) fn place(name: GateName, input: GateInput<'_>) -> Option<String> {
    (name == GateName::CheckTestsPassed).then_some(())?;
    let report = report(input, TEST_REPORT, "").ok()?;
    FrontMatter::read(&report.text)
        .err()
        .map(|error| error.to_string())
}

/// A request for documents of the task at its latest result commit.
fn documents(task: &Task, names: &[&str]) -> EvidenceRequest {
    EvidenceRequest {
        commit: task.result.as_ref().map(|result| result.commit.clone()),
        paths: names.iter().map(|name| task.document(name)).collect(),
        ..EvidenceRequest::default()
    }
}

/// How a finding begins that the review left open and a later gate passes on.
pub(crate) const FROM_REVIEW: &str = "12-review.md: ";

/// The branch as read, when it holds exactly our head; else the outcome.
fn our_head<'a>(input: GateInput<'a>) -> Result<&'a HeadObservation, GateOutcome> {
    let Some(seen) = &input.evidence.head else {
        return Err(GateOutcome::Unavailable("the branch was not read".to_owned()));
    };
    match (&seen.head, &input.task.head) {
        (None, _) => Err(GateOutcome::Pending(Pending::BranchMissing)),
        (Some(theirs), Some(ours)) if theirs != ours => {
            Err(GateOutcome::Pending(Pending::OtherHead(theirs.clone())))
        }
        (Some(_), _) => Ok(seen),
    }
}

/// A fresh report of this task, or the outcome when there is none.
fn report<'a>(input: GateInput<'a>, name: &str, missing: &str) -> Result<&'a Document, GateOutcome> {
    let path = input.task.document(name);
    let result = input.task.result.as_ref();
    let on_default = || {
        input
            .evidence
            .on_default
            .iter()
            .find(|document| document.path == path)
    };
    let Some(document) = input.evidence.document(&path) else {
        let found = on_default().ok_or_else(|| GateOutcome::Unreadable(missing.to_owned()))?;
        return owned(input.task, name, found);
    };
    if result.is_some_and(|result| !result.is_fresh(&path)) {
        return Err(GateOutcome::Unreadable(format!(
            "{name} was not changed by the repair run"
        )));
    }
    owned(input.task, name, document)
}

/// The report, unless it names another work item as its own.
fn owned<'a>(task: &Task, name: &str, report: &'a Document) -> Result<&'a Document, GateOutcome> {
    // What cannot be read names nobody; its own gate says what is wrong with it.
    let matter = FrontMatter::read(&report.text).ok();
    match matter.and_then(|matter| owner::foreign(&matter, task.work_item.as_str())) {
        Some(why) => Err(GateOutcome::Unreadable(format!("{name} {why}"))),
        None => Ok(report),
    }
}
