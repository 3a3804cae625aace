//! The walk can fail: rules that are broken on purpose are found.

use pipeline_core::decision::{Change, Decision};
use pipeline_core::event::Event;
use pipeline_core::task::Task;
use pipeline_core::timer::{TimerChange, TimerKind};
use pipeline_core::transition::{Rules, decide};

use crate::ground::{Ground, Reach};
use crate::search::walk;
use crate::start::{shipped, small, with_ci_outside};

/// The real rules with one thing changed in what they decide.
fn fault_of(broken: impl Fn(&Task, &Event, Decision) -> Decision + 'static) -> String {
    fault_within(Reach::Machine, broken)
}

fn fault_within(reach: Reach, broken: impl Fn(&Task, &Event, Decision) -> Decision + 'static) -> String {
    let pipeline = small(shipped().swap_remove(0));
    let project = with_ci_outside();
    let ground = Ground {
        pipeline: &pipeline,
        project: &project,
        reach,
    };
    let rules =
        move |task: &Task, event: &Event, rules: Rules<'_>| broken(task, event, decide(task, event, rules));
    walk(&ground, &rules)
        .err()
        .map_or_else(|| "nothing was found".to_owned(), |faults| crate::all(&faults))
}

fn mended(decision: Decision, mend: impl FnOnce(&mut Change)) -> Decision {
    match decision {
        Decision::Change(mut change) => {
            mend(&mut change);
            Decision::Change(change)
        }
        Decision::Ignore(_) | Decision::Illegal(_) => decision,
    }
}

#[test]
fn a_timer_that_is_not_armed_is_found() {
    let fault = fault_of(|_, _, decision| {
        mended(decision, |change| {
            change.task.timers.remove(&TimerKind::CiPoll);
            change.timers.retain(|timer| !is_ci_poll(timer));
        })
    });
    assert!(fault.contains("waiting-ci stands still in silence"), "{fault}");
}

fn is_ci_poll(timer: &TimerChange) -> bool {
    match timer {
        TimerChange::Arm { kind, .. } | TimerChange::Disarm { kind } => *kind == TimerKind::CiPoll,
    }
}

#[test]
fn a_bounce_that_is_not_counted_is_found() {
    let fault = fault_of(|before, _, decision| {
        mended(decision, |change| {
            change.task.counters.bounces.clone_from(&before.counters.bounces);
        })
    });
    assert!(fault.contains("runs are queued in a circle"), "{fault}");
}

#[test]
fn an_event_that_is_swallowed_is_found() {
    let fault = fault_of(|_, event, decision| {
        if let Event::EffectDone { .. } = event {
            return Decision::Ignore("not today".to_owned());
        }
        decision
    });
    assert!(fault.contains("waits for an effect that nobody sends"), "{fault}");
}

#[test]
fn a_report_about_a_head_that_was_replaced_is_found() {
    let fault = fault_within(Reach::Disturbed(1), |_, _, decision| {
        mended(decision, |change| {
            change
                .task
                .result
                .iter_mut()
                .for_each(|result| result.adopted = false);
        })
    });
    let expected = "review is left by a report of other code or of an earlier run";
    assert!(fault.contains(expected), "{fault}");
}

#[test]
fn a_run_that_was_called_off_and_forgotten_is_found() {
    let fault = fault_within(Reach::Disturbed(2), |_, _, decision| {
        mended(decision, |change| change.task.interrupted = None)
    });
    let expected = "development is left though its run was called off";
    assert!(fault.contains(expected), "{fault}");
}
