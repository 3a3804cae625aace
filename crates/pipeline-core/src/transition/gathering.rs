//! Evidence is there: signals of the role first, then the gates in their order.

use crate::brief::Launch;
use crate::evidence::Evidence;
use crate::gate::{GateInput, GateOutcome, Pending, gate, place};
use crate::id::JobId;
use crate::message::alert::{
    blocked_alert, deploy_failed_alert, error_alert, questions_alert, questions_exhausted_alert,
    staging_failed_alert,
};
use crate::message::asking::{conflict_comment, questions_comment, questions_exhausted_comment};
use crate::message::setback::{Back, deploy_failed_comment, gate_failed_comment, staging_failed_comment};
use crate::retry::back_off;
use crate::stage::{GateName, OnFail, Stage};
use crate::task::{Ask, Phase, Resume, TaskState, Wait};
use crate::time::Timestamp;
use crate::transition::plan::Plan;
use crate::transition::{
    Outcome, bounce, head, ignore, local_tests, publishing, repair, report, stage, tell, waiting, working,
};

pub(super) fn gathered(plan: &mut Plan<'_>, job: JobId, evidence: &Evidence) -> Outcome {
    if plan.task.state != (TaskState::Gathering { job }) {
        return ignore(format!("job {job} is not the one that gathers"));
    }
    if let Some(error) = &evidence.unavailable {
        unavailable(plan, job, &format!("API error: {error}"));
        return Ok(());
    }
    plan.task.outage = None;
    plan.task.counters.unavailable = 0;
    if evidence.code_tree.is_some() {
        plan.task.code_tree.clone_from(&evidence.code_tree);
        plan.task.docs_tree.clone_from(&evidence.docs_tree);
    }
    let Some(stage) = plan.stage(&plan.task.stage) else {
        return ignore("the stage is not in the pipeline");
    };
    if plan.task.phase == Phase::Stage && signalled(plan, stage, evidence) {
        return Ok(());
    }
    match report::outdated(plan, stage) {
        Some(old) => report::write_again(plan, stage, old),
        None => judge(plan, stage, evidence),
    }
    Ok(())
}

fn unavailable(plan: &mut Plan<'_>, job: JobId, error: &str) {
    plan.task.counters.unavailable += 1;
    if !working::endure(plan, error) {
        return plan.block(&format!("{error} (for 24 hours)"), Resume::Gates);
    }
    let wait = back_off(job.to_string(), plan.task.counters.unavailable, None);
    plan.requeue(job, wait);
    plan.goto(TaskState::Gathering { job });
    plan.note(format!(
        "evidence is unavailable ({error}); again in {} s",
        wait.as_secs()
    ));
}

/// An alert about something outside that does not answer.
pub(super) fn ring(plan: &mut Plan<'_>, message: &str) {
    plan.alert(error_alert(plan.task.work_item.as_str(), message));
}

/// The role asks or objects: that wins over whatever else it wrote.
fn signalled(plan: &mut Plan<'_>, stage: &Stage, evidence: &Evidence) -> bool {
    let fresh = |plan: &Plan<'_>, name: &str| {
        let path = plan.task.document(name);
        let result = plan.task.result.as_ref();
        let document = evidence.document(&path);
        document
            .filter(|_| result.is_none_or(|result| result.is_fresh(&path)))
            .map(|document| document.text.clone())
    };
    if let Some(text) = stage.asks_in.as_deref().and_then(|name| fresh(plan, name)) {
        let gate = stage.gates.first().copied();
        if !gate.is_some_and(|gate| gently(plan, gate, "the role asks questions, which are not answered")) {
            questions(plan, stage, &text);
        }
        return true;
    }
    if let Some((name, answering)) = &stage.objects_in
        && let Some(text) = fresh(plan, name)
        && let Some(answering) = plan.stage(answering)
    {
        objection(plan, answering, &text);
        return true;
    }
    false
}

fn questions(plan: &mut Plan<'_>, stage: &Stage, text: &str) {
    let locale = plan.rules.project.locale;
    let asking = plan.voice(&stage.name);
    plan.comment(asking.clone(), questions_comment(locale, &asking, text));
    let rounds = plan.rules.pipeline.limits.question_rounds;
    if plan.task.counters.question_rounds >= rounds {
        let alert = questions_exhausted_alert(locale, plan.task.work_item.as_str(), &asking, rounds);
        plan.comment(asking, questions_exhausted_comment(locale, stage, rounds));
        plan.alert(alert);
        plan.note("blocked: rounds of questions used up");
        return plan.stop("rounds of questions used up", Resume::Role);
    }
    plan.task.counters.question_rounds += 1;
    plan.alert(questions_alert(
        locale,
        plan.task.work_item.as_str(),
        &asking,
        &plan.rules.project.tracker_phrase,
    ));
    plan.goto(TaskState::Waiting(Wait::Answers));
    plan.note("the role asks; waiting for answers");
}

fn objection(plan: &mut Plan<'_>, answering: &Stage, text: &str) {
    let objecting = plan.voice(&plan.task.stage);
    let html = conflict_comment(plan.rules.project.locale, &objecting, &answering.name, text);
    plan.comment(objecting, html);
    plan.task.approval = None;
    if plan.task.counters.conflict_rounds >= plan.rules.pipeline.limits.conflict_rounds {
        stage::move_to(plan, answering);
        return plan.block("rounds of objections used up", Resume::Role);
    }
    plan.task.counters.conflict_rounds += 1;
    stage::move_to(plan, answering);
    stage::launch(
        plan,
        answering,
        &Launch::Objection {
            text: text.to_owned(),
        },
    );
}

fn judge(plan: &mut Plan<'_>, stage: &Stage, evidence: &Evidence) {
    for name in stage::gates(plan) {
        let input = GateInput {
            task: &plan.task,
            project: plan.rules.project,
            evidence,
        };
        match gate(name).check(input) {
            GateOutcome::Pass(reason) | GateOutcome::NotApplicable(reason) => {
                plan.note(reason);
                record(plan, name);
            }
            GateOutcome::Fail { reason, findings } => {
                if stage::on_fail(plan, name) != OnFail::Repair {
                    tell::readable(plan, stage, evidence);
                }
                return failed(plan, name, &reason, findings);
            }
            GateOutcome::Unreadable(diagnosis) => {
                let place = place(name, input);
                return unreadable(plan, name, &diagnosis, place.as_deref());
            }
            GateOutcome::Pending(pending) => {
                tell::readable(plan, stage, evidence);
                return wait(plan, name, &pending, evidence);
            }
            GateOutcome::Unavailable(error) => {
                let Some(job) = plan.task.current_job() else {
                    return;
                };
                return unavailable(plan, job, &error);
            }
        }
    }
    tell::readable(plan, stage, evidence);
    plan.task.recheck = None;
    stage::advance(plan);
}

/// What a passed gate proves about the code that it saw.
fn record(plan: &mut Plan<'_>, name: GateName) {
    let tree = plan.task.code_tree.clone();
    match name {
        GateName::CheckCiGreen => plan.task.ci_green = tree,
        GateName::CheckReviewerVerdict => plan.task.reviewed = tree,
        GateName::CheckTestsPassed => plan.task.tested = tree,
        GateName::CheckReviewApproved => plan.task.forge_reviewed = tree,
        GateName::CheckAnalysisComplete
        | GateName::CheckAnalysisApproved
        | GateName::CheckArchitectureDone
        | GateName::CheckStagingStatus
        | GateName::CheckDeployStatus
        | GateName::CheckTestsLocal => {}
    }
}

fn failed(plan: &mut Plan<'_>, name: GateName, reason: &str, findings: Vec<String>) {
    if gently(plan, name, reason) {
        return;
    }
    match stage::on_fail(plan, name) {
        OnFail::Bounce { stage: to, cause } => {
            let Some(to) = stage::named(plan, &to) else { return };
            bounce::send_back(plan, to, cause, reason, findings);
        }
        OnFail::Block { stage: to } => roll_back(plan, name, reason, (&to, findings)),
        OnFail::Repair => repair::or_block(plan, reason, None),
    }
}

fn unreadable(plan: &mut Plan<'_>, name: GateName, diagnosis: &str, place: Option<&str>) {
    if !gently(plan, name, diagnosis) {
        repair::or_block(plan, diagnosis, place);
    }
}

/// The gates looked again on somebody's wish: say what is wrong and return.
pub(super) fn gently(plan: &mut Plan<'_>, name: GateName, reason: &str) -> bool {
    let Some(before) = plan.task.recheck.take() else {
        return false;
    };
    plan.comment(
        plan.voice(&plan.task.stage),
        gate_failed_comment(plan.task.stage.as_str(), name.as_str(), reason),
    );
    plan.note(format!("{name} looked again: {reason}"));
    if *before == TaskState::Waiting(Wait::Ci) {
        waiting::watch_ci(plan, reason);
    } else {
        plan.goto(*before);
    }
    true
}

/// Staging or deploy failed: the code has to be mended, and a human has to say go.
fn roll_back(
    plan: &mut Plan<'_>,
    name: GateName,
    reason: &str,
    (to, findings): (&crate::stage::StageName, Vec<String>),
) {
    let Some(to) = stage::named(plan, to) else { return };
    let locale = plan.rules.project.locale;
    let why = findings
        .first()
        .map_or_else(|| reason.to_owned(), |finding| format!("{reason}: {finding}"));
    let from = plan.task.stage.clone();
    let wi = plan.task.work_item.to_string();
    let back = Back {
        stage: &to.name,
        role: &plan.voice(&to.name),
    };
    let (html, alert) = if name == GateName::CheckStagingStatus {
        (
            staging_failed_comment(locale, &why, back),
            staging_failed_alert(&wi, &why, &to.name),
        )
    } else if name == GateName::CheckDeployStatus {
        (
            deploy_failed_comment(locale, &why, back),
            deploy_failed_alert(&wi, &why, &to.name),
        )
    } else {
        let what = format!("Set the issue to In Progress: {} goes on", to.name);
        (
            gate_failed_comment(from.as_str(), name.as_str(), &why),
            blocked_alert(&wi, from.as_str(), &why, &what),
        )
    };
    plan.comment(plan.voice(&from), html);
    plan.alert(alert);
    if plan.task.merged.take().is_some() {
        plan.task.rolled_back_at = Some(plan.rules.now);
        plan.task.pull_request = None;
        plan.task.late_documents = None;
    }
    stage::move_to(plan, to);
    plan.note(format!("blocked: {why}"));
    plan.stop(&why, Resume::Role);
}

fn wait(plan: &mut Plan<'_>, name: GateName, pending: &Pending, evidence: &Evidence) {
    match pending {
        // Nobody tells of it a second time.
        Pending::ForgeReview | Pending::CiSilent | Pending::CiRuns | Pending::DefaultRed(_)
            if plan.task.head_decided =>
        {
            stage::gather(plan);
        }
        Pending::Approval => ask_for_approval(plan),
        Pending::OtherHead(_) => {
            if let Some(head) = &evidence.head {
                head::other(plan, head);
            }
        }
        Pending::BranchMissing => head::vanished(plan),
        Pending::LocalTests => local_tests::wait_for(plan, name),
        Pending::ForgeReview => ask_for_review(plan),
        Pending::CiSilent | Pending::CiRuns | Pending::DefaultRed(_) => waiting::for_ci(plan, name, pending),
    }
}

fn ask_for_approval(plan: &mut Plan<'_>) {
    plan.task.recheck = None;
    tell::approve_request(plan);
    plan.task.review_clock = reading(plan.task.review_clock, plan.rules.now);
    let docs_tree = plan.task.docs_tree.clone();
    plan.goto(TaskState::Waiting(Wait::Human(Ask::Documents { docs_tree })));
    plan.note("a human is asked to approve the documents");
}

/// The review clock runs. Where it had stopped at an advance, it goes on from what it showed: the work in between was not the human's.
fn reading(
    clock: (Option<Timestamp>, Option<Timestamp>),
    now: Timestamp,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let from = match clock {
        (Some(from), Some(to)) => Timestamp(now.0.saturating_sub(to.0.saturating_sub(from.0))),
        (Some(from), None) => from,
        (None, _) => now,
    };
    (Some(from), None)
}

/// The answer comes from the forge, not from the board.
fn ask_for_review(plan: &mut Plan<'_>) {
    let run = plan.task.result.as_ref().map(|result| result.run);
    if let (None, Some(run)) = (plan.task.pull_request, run) {
        plan.task.recheck = None;
        working::open_pull_request(plan, plan.task.branch.clone());
        return publishing::go_on(plan, run);
    }
    let before = plan.task.recheck.take();
    let ask = TaskState::Waiting(Wait::Human(Ask::ForgeReview));
    if before.is_none_or(|before| *before != ask) {
        let number = plan.task.pull_request;
        let pull = number.map_or_else(
            || "the pull request".to_owned(),
            |number| format!("pull request #{number}"),
        );
        plan.alert(blocked_alert(
            plan.task.work_item.as_str(),
            plan.task.stage.as_str(),
            &format!("{pull} waits for a review in the forge"),
            "Approve it there, or ask for changes",
        ));
    }
    plan.goto(ask);
    plan.note("a human is asked to review the pull request");
}
