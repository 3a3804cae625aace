//! The normal form of a node: moments become one, numbers start again, commits and trees keep only who equals whom.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::effect::EffectKind;
use pipeline_core::id::{BranchName, CommitSha, EffectKey, JobId, PipelineDigest, RunId, TaskId, TreeSha};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::stage::{Stage, StageName};
use pipeline_core::task::{Ask, CiWatch, LocalTests, Outage, Resume, Task, TaskState, TestsStand, Wait};
use pipeline_core::usage::Usage;

use crate::node::Node;
use crate::start::THEN;

pub(crate) const TASK: TaskId = TaskId(1);
const CURRENT: JobId = job(1);
const CI: JobId = job(2);
/// A job that ended.
pub(crate) const OLD: JobId = job(3);
const TESTS: JobId = job(4);
/// What is found wrong, and what else could be.
pub(crate) const FINDING: &str = "a finding";
pub(crate) const OTHER: &str = "another";
const RUN: RunId = RunId { job: OLD, fence: 1 };

const fn job(number: u32) -> JobId {
    JobId { task: TASK, number }
}

/// Brings a node into its normal form. What nobody waits for is left out of it.
pub(crate) fn normal(mut node: Node, pipeline: &Pipeline) -> Node {
    let named = [
        (node.task.current_job(), CURRENT),
        (node.task.ci_job, CI),
        (node.task.tests_job(), TESTS),
    ];
    let lives = |job: &JobId| node.jobs.contains(job);
    let jobs = named
        .into_iter()
        .filter(|(job, _)| job.as_ref().is_some_and(lives));
    node.jobs = jobs.map(|(_, name)| name).collect();
    effects(&mut node);
    for generation in node.timers.values_mut().chain(node.task.timers.values_mut()) {
        *generation = 1;
    }
    forget(&mut node.task, pipeline);
    node.forget_other_code();
    // Where a task is moved in the walk, it does the same by the other definition.
    node.task.pipeline = PipelineDigest::new("pinned");
    let mut names = Names::default();
    task(&mut node.task, &mut names);
    for kind in node.outbox.values_mut() {
        names.effect(kind);
    }
    node
}

/// Drops what cannot matter any more, or not before it is written anew.
fn forget(task: &mut Task, pipeline: &Pipeline) {
    let here = pipeline.position(&task.stage);
    let mending = pipeline.position(&pipeline.mending);
    // Objections come before the mending stage; the ways back there begin with fresh counters.
    if here > mending {
        task.counters.conflict_rounds = 0;
    }
    // Both are set when a run is launched, and looked at while it runs.
    if !matches!(task.state, TaskState::Working { .. }) {
        task.repairing = false;
        task.counters.attempts = 0;
    }
    // Only reports and signals of the stage are looked for among what a repair run wrote; a run writes none of another stage.
    let documents = pipeline.stage(&task.stage).map(documents).unwrap_or_default();
    let matters: Vec<String> = documents.iter().map(|name| task.document(name)).collect();
    if let Some(result) = &mut task.result {
        result
            .written
            .retain(|path| result.repair && matters.contains(path));
    }
}

fn documents(stage: &Stage) -> Vec<String> {
    let objection = stage.objects_in.iter().map(|(name, _)| name);
    stage
        .reports
        .iter()
        .chain(&stage.asks_in)
        .chain(objection)
        .cloned()
        .collect()
}

fn effects(node: &mut Node) {
    let mut renamed: Vec<(EffectKind, EffectKey)> = Vec::new();
    for key in &node.task.open_effects {
        if let Some(kind) = node.outbox.remove(key) {
            renamed.push((kind, key.clone()));
        }
    }
    renamed.sort_by_key(|(kind, key)| (kind.name(), key.as_str().len(), key.as_str().to_owned()));
    let named = |index: usize| EffectKey::new(format!("{TASK}-e{}", index + 1));
    let report = node.task.ci_report.take();
    let place = renamed.iter().position(|(_, key)| Some(key) == report.as_ref());
    node.task.ci_report = place.map(named);
    node.outbox = renamed
        .into_iter()
        .enumerate()
        .map(|(index, (kind, _))| (named(index), kind))
        .collect();
    node.task.open_effects = node.outbox.keys().cloned().collect::<BTreeSet<_>>();
}

fn task(task: &mut Task, names: &mut Names) {
    task.revision = 2;
    task.numbers.jobs = 4;
    task.numbers.effects = 9;
    task.numbers.timers = 1;
    for at in [&mut task.since, &mut task.created_at, &mut task.stage_since] {
        *at = THEN;
    }
    task.ci_job = task.ci_job.map(|_| CI);
    task.unpushed = task.refused_push().cloned();
    task.head.as_mut().into_iter().for_each(|head| names.commit(head));
    results(task, names);
    trees(task);
    counters(task);
    let docs = task.docs_tree.clone();
    names.docs = docs;
    let mut unpushed = task.unpushed.take().map(EffectKind::Push);
    unpushed.iter_mut().for_each(|push| names.effect(push));
    task.unpushed = unpushed.and_then(|push| push.as_push().cloned());
    names.state(&mut task.state);
    task.recheck
        .as_mut()
        .into_iter()
        .for_each(|state| names.state(state));
    let shown = task.docs_tree.clone();
    task.approval = task
        .approval
        .take()
        .filter(|approval| approval.docs_tree == shown);
    if let Some(approval) = &mut task.approval {
        approval.at = THEN;
        names.same_docs(&mut approval.docs_tree);
    }
    if task.docs_tree.is_some() {
        task.docs_tree = Some(TreeSha::new("d"));
    }
    if let Some(late) = &mut task.late_documents {
        names.commit(&mut late.head);
        late.branch = BranchName::new("docs/late");
    }
}

fn results(task: &mut Task, names: &mut Names) {
    if let Some(result) = &mut task.result {
        names.commit(&mut result.commit);
        result.run = RUN;
        result.start = None;
        let here = &task.stage;
        result.stage = result.stage.take().filter(|stage| stage == here);
    }
    task.ci = task.head.clone().map(|head| CiWatch {
        head,
        since: THEN,
        alerted: false,
    });
    task.merged = task.merged.take().map(|_| CommitSha::new("merged"));
    task.rolled_back_at = task.rolled_back_at.map(|_| THEN);
    task.told = None;
    task.totals = BTreeMap::new();
    task.review_clock = (None, None);
    if let Some(rejection) = &mut task.pending_rejection {
        rejection.reason = String::new();
        rejection.by = String::new();
    }
    debug_assert!(task.usage() == Usage::default());
}

fn trees(task: &mut Task) {
    let code = task.code_tree.clone();
    let renamed = |tree: &TreeSha| TreeSha::new(if code.as_ref() == Some(tree) { "t" } else { "t-old" });
    let counts = |tree: &TreeSha| code.as_ref() == Some(tree);
    for seen in [
        &mut task.reviewed,
        &mut task.tested,
        &mut task.ci_green,
        &mut task.forge_reviewed,
    ] {
        // Good for other code is as good as not good.
        *seen = seen.as_ref().filter(|tree| counts(tree)).map(renamed);
    }
    if let Some(tests) = &mut task.local_tests {
        tests.code_tree = renamed(&tests.code_tree);
        match &mut tests.stand {
            TestsStand::Running(job) => *job = TESTS,
            TestsStand::Failed { .. } | TestsStand::Passed => {}
        }
    }
    if let Some(left) = task.result.as_mut().and_then(|result| result.code_tree.as_mut()) {
        *left = renamed(left);
    }
    task.code_tree = code.map(|_| TreeSha::new("t"));
}

/// Counts that only make waits longer, and what only tells people, are left out.
fn counters(task: &mut Task) {
    let counters = &mut task.counters;
    (counters.transient, counters.unavailable, counters.ci_polls) = (0, 0, 0);
    // As if everything had lasted for some time: what is tried later finds the limit passed, what is tried now does not.
    task.outage = Some(Outage {
        since: THEN,
        alerted: false,
    });
    task.command_outage.clone_from(&task.outage);
    counters.bounces.retain(|_, count| *count > 0);
    let last = task.bounces.pop();
    task.bounces = last
        .filter(|bounce| bounce.fingerprint.is_some())
        .into_iter()
        .collect();
    for bounce in &mut task.bounces {
        bounce.at = THEN;
        bounce.from = StageName::new("somewhere");
        bounce.reason.clear();
        bounce.findings.clear();
    }
    same_finding(task);
}

/// Whether the next failure is the same as the last one matters, not which of the two the last one was.
fn same_finding(task: &mut Task) {
    let last = task
        .bounces
        .last_mut()
        .and_then(|bounce| bounce.fingerprint.as_mut());
    let Some(fingerprint) = last.filter(|fingerprint| fingerprint.contains(OTHER)) else {
        return;
    };
    *fingerprint = fingerprint.replace(OTHER, FINDING);
    if let Some(LocalTests {
        stand: TestsStand::Failed { log_tail, .. },
        ..
    }) = &mut task.local_tests
    {
        let swapped = if log_tail == OTHER { FINDING } else { OTHER };
        swapped.clone_into(log_tail);
    }
}

#[derive(Default)]
struct Names {
    commits: Vec<CommitSha>,
    docs: Option<TreeSha>,
}

impl Names {
    fn commit(&mut self, commit: &mut CommitSha) {
        let index = self
            .commits
            .iter()
            .position(|known| known == commit)
            .unwrap_or_else(|| {
                self.commits.push(commit.clone());
                self.commits.len() - 1
            });
        *commit = CommitSha::new(format!("c{index}"));
    }

    fn same_docs(&self, tree: &mut Option<TreeSha>) {
        if let Some(name) = tree {
            let same = self.docs.as_ref() == Some(name);
            *name = TreeSha::new(if same { "d" } else { "d-old" });
        }
    }

    fn state(&mut self, state: &mut TaskState) {
        match state {
            TaskState::Working { job } | TaskState::Gathering { job } => *job = CURRENT,
            TaskState::Publishing { run } => *run = RUN,
            TaskState::Merging { head } => self.commit(head),
            TaskState::Waiting(Wait::Human(ask)) => self.ask(ask),
            TaskState::Blocked { reason, resume } => {
                *reason = "something".to_owned();
                if let Resume::Effect { effect, state } = resume {
                    self.effect(effect);
                    self.state(state);
                }
            }
            TaskState::Starting
            | TaskState::Waiting(Wait::Answers | Wait::Ci | Wait::Dependency | Wait::Budget)
            | TaskState::Done
            | TaskState::Cancelled => {}
        }
    }

    fn ask(&mut self, ask: &mut Ask) {
        match ask {
            Ask::Documents { docs_tree } => self.same_docs(docs_tree),
            Ask::ProtectedPaths { head, run, .. } => {
                self.commit(head);
                *run = RUN;
            }
            Ask::ForeignHead { head } => self.commit(head),
            Ask::ForgeReview => {}
        }
    }

    fn effect(&mut self, kind: &mut EffectKind) {
        match kind {
            EffectKind::Push(push) => {
                push.branch = late_or_own(&push.branch);
                self.commit(&mut push.commit);
                push.expected
                    .as_mut()
                    .into_iter()
                    .for_each(|commit| self.commit(commit));
            }
            EffectKind::Merge(merge) => {
                merge.branch = late_or_own(&merge.branch);
                self.commit(&mut merge.head);
                merge.message.clear();
            }
            EffectKind::ReportStatus(report) => {
                self.commit(&mut report.commit);
                report.status.description.clear();
                report.status.log_tail = None;
            }
            EffectKind::OpenPullRequest(open) => open.branch = late_or_own(&open.branch),
            EffectKind::StartBranch(_)
            | EffectKind::Comment { .. }
            | EffectKind::SetColumn { .. }
            | EffectKind::TrackerMessage { .. }
            | EffectKind::Alert { .. }
            | EffectKind::ReleaseCheckout { .. } => {}
        }
    }
}

fn late_or_own(branch: &BranchName) -> BranchName {
    if branch.as_str().starts_with("docs/") {
        BranchName::new("docs/late")
    } else {
        branch.clone()
    }
}
