//! Cancel, timeout, and the promise that nobody of a run is left.

use std::fs;

use process::{EndReason, cancel, launch};

use crate::fixture::{FOR_EVER, Run, is_gone};

#[test]
fn cancel_ends_the_program_by_term() {
    let run = Run::new();
    run.fifo("started");
    run.launch(&format!("echo $$ > started; exec sleep {FOR_EVER}"))
        .unwrap();
    let pid = run.text("started");
    cancel(&run.dir).unwrap();
    let record = run.finished();
    assert_eq!(
        (record.reason, record.signal, record.processes_killed),
        (EndReason::Cancelled, Some(15), 0)
    );
    assert!(is_gone(&pid));
}

#[test]
fn a_program_may_save_its_work_within_the_grace() {
    let run = Run::new();
    run.fifo("started");
    run.fifo("never");
    run.launch("trap 'echo saved; exit 5' TERM; echo go > started; read x < never")
        .unwrap();
    assert_eq!(run.text("started"), "go\n");
    cancel(&run.dir).unwrap();
    let record = run.finished();
    assert_eq!((record.reason, record.exit_code), (EndReason::Cancelled, Some(5)));
    assert_eq!(run.stdout(), "saved\n");
}

#[test]
fn a_run_that_is_cancelled_before_its_program_starts_never_starts_it() {
    let run = Run::new();
    fs::create_dir_all(&run.dir).unwrap();
    cancel(&run.dir).unwrap();
    run.launch("echo ran > proof").unwrap();
    let record = run.finished();
    assert_eq!((record.reason, record.exit_code), (EndReason::Cancelled, None));
    assert!(!run.path("proof").exists());
}

#[test]
fn cancelling_a_finished_run_changes_nothing() {
    let run = Run::launched("exit 1");
    let record = run.finished();
    cancel(&run.dir).unwrap();
    assert_eq!(run.finished(), record);
}

#[test]
fn a_timeout_kills_a_whole_tree_that_ignores_term() {
    let run = Run::new();
    let deaf = format!("trap '' TERM; echo $$ >> pids; sleep {FOR_EVER}; sleep {FOR_EVER}");
    let script = format!(
        "trap '' TERM; echo $$ >> pids; sh -c \"{d}\" & setsid sh -c \"{d}\" & wait; {d}",
        d = escape(&deaf)
    );
    let mut spec = run.spec(&script);
    (spec.run.timeout_ms, spec.run.grace_ms) = (2500, 100);
    launch(&spec).unwrap();
    let record = run.finished();
    assert_eq!(
        (record.reason, record.exit_code, record.signal),
        (EndReason::Timeout, None, Some(9))
    );
    let pids = run.text("pids");
    assert_eq!(pids.lines().count(), 3);
    assert!(pids.lines().all(is_gone), "{pids}");
    assert!(record.processes_killed >= 3, "{record:?}");
}

#[test]
fn a_double_fork_into_a_new_session_is_killed_after_an_ordinary_exit() {
    let run = Run::new();
    run.fifo("born");
    // The middle one ends at once, so the last belongs to no one of the program's tree any more.
    let escape =
        format!("setsid sh -c '(trap \"\" TERM; sh -c \"echo \\$PPID > born\"; sleep {FOR_EVER}; :) &' &");
    run.launch(&format!("{escape} read pid < born; echo $pid; exit 7"))
        .unwrap();
    let record = run.finished();
    assert_eq!((record.reason, record.exit_code), (EndReason::Exited, Some(7)));
    assert!(record.processes_killed >= 1);
    assert!(is_gone(&run.stdout()));
}

#[test]
fn a_grandchild_that_holds_the_outputs_does_not_delay_the_end() {
    let run = Run::new();
    run.fifo("born");
    let holder = format!("setsid sh -c 'echo $$ > born; exec sleep {FOR_EVER}' &");
    run.launch(&format!("{holder} read pid < born; echo $pid"))
        .unwrap();
    let record = run.finished();
    assert_eq!((record.exit_code, record.processes_killed), (Some(0), 1));
    assert!(is_gone(&run.stdout()));
}

#[test]
fn processes_that_fork_without_end_are_all_killed() {
    let run = Run::new();
    run.fifo("born");
    // Each one starts its successor and dies: a walk that only kills is always one behind.
    fs::write(run.path("hare"), "sh ./hare & exec true").unwrap();
    run.launch("setsid sh ./hare & setsid sh ./hare & echo go > born; exit 0")
        .unwrap();
    assert_eq!(run.text("born"), "go\n");
    let record = run.finished();
    assert_eq!(record.exit_code, Some(0));
    assert!(record.processes_killed >= 2, "{record:?}");
}

/// For use within double quotes of sh.
fn escape(script: &str) -> String {
    script.replace('$', "\\$")
}
