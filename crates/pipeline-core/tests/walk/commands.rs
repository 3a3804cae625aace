//! How commands of the project end: our own CI, the local tests, and jobs that cannot be run at all.

use pipeline_core::event::Event;
use pipeline_core::id::JobId;
use pipeline_core::run::{CommandOutcome, FailureClass};

use crate::agent::failure;
use crate::happening::{By, Happenings};
use crate::node::Node;
use crate::normal::{FINDING, OLD, OTHER};
use crate::start::{LATE, NOW};

/// Names of what can come of our own CI, and of the local tests.
const CI: [&str; 8] = [
    "CI passed",
    "CI failed",
    "CI failed otherwise",
    "CI timed out",
    "CI stalled",
    "CI could not run",
    "CI could not run, for days",
    "CI cannot run",
];
const TESTS: [&str; 8] = [
    "tests passed",
    "tests failed",
    "tests failed otherwise",
    "tests timed out",
    "tests stalled",
    "tests could not run",
    "tests could not run, for days",
    "tests cannot run",
];

/// Ends of commands, and jobs that cannot be run.
pub(crate) fn commands(happenings: &mut Happenings, node: &Node) {
    let task = &node.task;
    happenings.add(
        "CI ended that nobody awaits",
        By::Itself,
        ended(OLD, ran(Some(0), "")),
    );
    let lives = |job: &JobId| node.jobs.contains(job);
    for job in task.ci_job.iter().copied().filter(lives) {
        ends(happenings, job, CI);
    }
    for job in task.tests_job().iter().copied().filter(lives) {
        ends(happenings, job, TESTS);
    }
    for &job in node.jobs.iter().chain([&OLD]) {
        let failure = failure(FailureClass::Poison);
        let label = match job {
            OLD => "job poisoned that nobody awaits",
            job if Some(job) == task.ci_job => "CI poisoned",
            job if Some(job) == task.tests_job() => "tests poisoned",
            _ => "job poisoned",
        };
        let fence = 1;
        happenings.add(label, By::Itself, Event::JobFailed { job, fence, failure });
    }
}

fn ends(happenings: &mut Happenings, job: JobId, labels: [&'static str; 8]) {
    let stopped = |stalled: bool| CommandOutcome::Ran {
        exit_code: None,
        timed_out: !stalled,
        stalled,
        log_tail: FINDING.to_owned(),
        duration_ms: 1_000,
    };
    let transient = || CommandOutcome::NotRun(failure(FailureClass::Transient));
    let outcomes = [
        (NOW, ran(Some(0), "")),
        (NOW, ran(Some(1), FINDING)),
        (NOW, ran(Some(1), OTHER)),
        (NOW, stopped(false)),
        (NOW, stopped(true)),
        (NOW, transient()),
        (LATE, transient()),
        (NOW, CommandOutcome::NotRun(failure(FailureClass::Permanent))),
    ];
    for (label, (now, outcome)) in labels.into_iter().zip(outcomes) {
        happenings.at(now, label, By::Itself, ended(job, outcome));
    }
}

fn ran(exit_code: Option<i32>, log: &str) -> CommandOutcome {
    CommandOutcome::Ran {
        exit_code,
        timed_out: false,
        stalled: false,
        log_tail: log.to_owned(),
        duration_ms: 1_000,
    }
}

fn ended(job: JobId, outcome: CommandOutcome) -> Event {
    let fence = 1;
    Event::CommandFinished { job, fence, outcome }
}
