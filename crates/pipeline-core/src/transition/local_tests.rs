//! The project's own tests, run by us: which gates want them, when they are started, and what their end means.

use crate::id::JobId;
use crate::job::{CommandJob, JobKind};
use crate::project::Ci;
use crate::run::CommandOutcome;
use crate::stage::{GateName, Stage};
use crate::task::{LocalTests, Resume, TaskState, TestsStand, Wait};
use crate::transition::plan::Plan;
use crate::transition::{Outcome, stage, waiting};

/// What the command is called in the queue.
const CONTEXT: &str = "orchd/tests-local";

/// The gates of a stage in this project: without CI, the local tests take its place.
pub(super) fn gates_of(plan: &Plan<'_>, stage: &Stage) -> Vec<GateName> {
    let without_ci = matches!(plan.rules.project.ci, Ci::None { .. });
    let mut gates = Vec::new();
    for gate in &stage.gates {
        let gate = if without_ci && *gate == GateName::CheckCiGreen {
            GateName::CheckTestsLocal
        } else {
            *gate
        };
        if !gates.contains(&gate) {
            gates.push(gate);
        }
    }
    gates
}

/// What a machine has to find good on the very head that is merged.
pub(super) fn gates_of_merge(plan: &Plan<'_>) -> Vec<GateName> {
    let stages = plan.rules.pipeline.stages.iter();
    let all: Vec<GateName> = stages.flat_map(|stage| gates_of(plan, stage)).collect();
    let mut gates = vec![GateName::CheckCiGreen, GateName::CheckTestsLocal];
    gates.retain(|gate| all.contains(gate));
    if gates.is_empty() {
        gates.push(GateName::CheckCiGreen);
    }
    gates
}

/// The present code was not found good by CI or by the local tests, and the pipeline wants that.
pub(super) fn unproven(plan: &Plan<'_>) -> bool {
    let (task, stages) = (&plan.task, plan.rules.pipeline.stages.iter());
    let all: Vec<GateName> = stages.flat_map(|stage| gates_of(plan, stage)).collect();
    let passed = task.local_tests.as_ref().is_some_and(|tests| {
        tests.stand == TestsStand::Passed && Some(&tests.code_tree) == task.code_tree.as_ref()
    });
    let green = task.ci_green.is_some() && task.ci_green == task.code_tree;
    (all.contains(&GateName::CheckCiGreen) && !green) || (all.contains(&GateName::CheckTestsLocal) && !passed)
}

/// Starts the tests of the present code, if they do not run yet, and waits for them.
pub(super) fn wait_for(plan: &mut Plan<'_>, gate: GateName) {
    plan.task.recheck = None;
    let Some(command) = plan.rules.project.test_command().map(str::to_owned) else {
        return plan.block(
            "no test command is set for this project; set test_command",
            Resume::Gates,
        );
    };
    let (Some(commit), Some(code_tree)) = (plan.task.head.clone(), plan.task.code_tree.clone()) else {
        return plan.block("there is no head to test", Resume::Role);
    };
    let runs = plan.task.tests_job().is_some();
    let of_this_code = plan.task.local_tests.as_ref();
    if !(runs && of_this_code.is_some_and(|tests| tests.code_tree == code_tree)) {
        if let Some(job) = plan.task.tests_job() {
            plan.cancel(job);
        }
        let job = plan.queue(JobKind::Command(CommandJob {
            context: CONTEXT.to_owned(),
            command,
            commit,
            branch: plan.task.branch.clone(),
        }));
        plan.note(format!("the project's tests are queued (job {job})"));
        let stand = TestsStand::Running(job);
        plan.task.local_tests = Some(LocalTests { code_tree, stand });
    }
    waiting::watch_ci(plan, gate.as_str());
}

/// The tests ended, or could not be run.
pub(super) fn ended(plan: &mut Plan<'_>, job: JobId, outcome: &CommandOutcome) -> Outcome {
    if waiting::try_again(plan, job, outcome, "the tests") {
        return Ok(());
    }
    let stand = match outcome {
        CommandOutcome::NotRun(failure) => {
            plan.task.local_tests = None;
            waiting::not_run(plan, "the tests", failure);
            return Ok(());
        }
        CommandOutcome::Failed(failure) => {
            plan.task.local_tests = None;
            plan.note(format!("the tests could not run ({})", failure.message));
            if plan.task.state == TaskState::Waiting(Wait::Ci) {
                plan.block(
                    &format!("the tests could not run: {}", failure.message),
                    Resume::Gates,
                );
            }
            return Ok(());
        }
        CommandOutcome::Ran {
            stalled: true,
            log_tail,
            ..
        } => failed(waiting::STALLED.to_owned(), log_tail),
        CommandOutcome::Ran {
            timed_out: true,
            log_tail,
            ..
        } => failed("stopped at the time limit".to_owned(), log_tail),
        CommandOutcome::Ran {
            exit_code: Some(0), ..
        } => TestsStand::Passed,
        CommandOutcome::Ran {
            exit_code, log_tail, ..
        } => {
            let code = exit_code.map_or_else(|| "none".to_owned(), |code| code.to_string());
            failed(format!("exit code {code}"), log_tail)
        }
    };
    plan.task.counters.transient = 0;
    plan.task.outage = None;
    plan.task.command_outage = None;
    plan.note("the project's tests ended");
    if let Some(tests) = &mut plan.task.local_tests {
        tests.stand = stand;
    }
    if plan.task.state == TaskState::Waiting(Wait::Ci) {
        stage::gather(plan);
    }
    Ok(())
}

fn failed(what: String, log_tail: &str) -> TestsStand {
    TestsStand::Failed {
        what,
        log_tail: log_tail.to_owned(),
    }
}
