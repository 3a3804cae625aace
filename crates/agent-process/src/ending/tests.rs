use pipeline_core::run::FailureClass;

use super::*;
use crate::result_record::ResultRecord;

/// An agent's run, or a command's.
const AGENT: WorkKind = WorkKind::Agent {
    provider: ProviderKind::Command,
};

fn exit(reason: EndReason, exit_code: Option<i32>, signal: Option<i32>) -> ExitRecord {
    ExitRecord {
        exit_code,
        signal,
        reason,
        error: None,
        started_at_ms: 1_000,
        finished_at_ms: 3_500,
        stdout_bytes: 0,
        stderr_bytes: 0,
        dropped_bytes: 0,
        processes_killed: 0,
        lines: 0,
        resources: process::ResourceUse::default(),
    }
}

fn exited(code: i32) -> ExitRecord {
    exit(EndReason::Exited, Some(code), None)
}

fn work(kind: WorkKind) -> Work {
    Work {
        kind,
        timeout_ms: 1,
        stall_ms: 0,
        model: None,
        resumed: None,
    }
}

fn said(is_error: bool, summary: &str) -> Option<ResultRecord> {
    Some(ResultRecord {
        is_error,
        summary: summary.to_owned(),
        ..ResultRecord::default()
    })
}

/// `expected`: the class and how the message begins.
#[track_caller]
fn check(
    kind: WorkKind,
    exit: &ExitRecord,
    reported: Option<&ResultRecord>,
    expected: Option<(FailureClass, &str)>,
) {
    let work = Work {
        timeout_ms: 90_000,
        stall_ms: 900_000,
        ..work(kind)
    };
    let transcript = Transcript::of_record(reported.cloned());
    match (judge(&work, exit, &transcript), expected) {
        (None, None) => {}
        (Some(failure), Some((class, begins))) => {
            assert_eq!(failure.class, class, "{}", failure.message);
            assert!(failure.message.starts_with(begins), "{}", failure.message);
        }
        (judged, expected) => panic!("{judged:?} instead of {expected:?}"),
    }
}

#[test]
fn an_agent_succeeds_only_with_exit_code_0_and_a_record_without_error() {
    use FailureClass::{Agent, Permanent, Transient};
    let fine = said(false, "all done");
    let wrong = said(true, "no compiler\nsecond line");
    check(AGENT, &exited(0), fine.as_ref(), None);
    let without = "the agent ended without a result record";
    check(AGENT, &exited(0), None, Some((Agent, without)));
    let error = "the agent reported an error: no compiler";
    check(AGENT, &exited(0), wrong.as_ref(), Some((Agent, error)));
    let silent = said(true, "");
    let error = "the agent reported an error";
    check(AGENT, &exited(0), silent.as_ref(), Some((Agent, error)));
    check(
        AGENT,
        &exited(1),
        None,
        Some((Agent, "the agent ended with exit code 1")),
    );
    let code = "the agent ended with exit code 2: all done";
    check(AGENT, &exited(2), fine.as_ref(), Some((Agent, code)));
    let shell = "the agent ended with exit code 127; that is what a shell says";
    check(AGENT, &exited(127), None, Some((Agent, shell)));
    let later = "the agent asked to be run again later (exit code 75): no compiler";
    check(AGENT, &exited(75), wrong.as_ref(), Some((Transient, later)));
    check(
        AGENT,
        &exited(75),
        None,
        Some((Transient, "the agent asked to be run again")),
    );
    let bad = "the agent says bad configuration (exit code 78)";
    check(AGENT, &exited(78), None, Some((Permanent, bad)));
}

#[test]
fn an_agent_that_was_denied_permissions_has_failed_and_what_was_denied_is_named() {
    use FailureClass::{Agent, Transient};
    let denied = |names: &[&str]| {
        said(false, "all done").map(|record| ResultRecord {
            denied: names.iter().map(|name| (*name).to_owned()).collect(),
            ..record
        })
    };
    let two = "the agent was denied permissions (Bash, Write); allow them";
    for (exit, names, expected) in [
        (exited(0), vec!["Bash", "Write"], Some((Agent, two))),
        (
            exit(EndReason::Lingered, None, Some(15)),
            vec!["Bash", "Write"],
            Some((Agent, two)),
        ),
        (exited(0), vec![], None),
        (
            exited(75),
            vec!["Bash"],
            Some((Transient, "the agent asked to be run again")),
        ),
        (
            exited(1),
            vec!["Bash"],
            Some((Agent, "the agent ended with exit code 1")),
        ),
    ] {
        check(AGENT, &exit, denied(&names).as_ref(), expected);
    }
}

#[test]
fn an_agent_that_was_ended_by_others_failed_whatever_it_had_said() {
    use FailureClass::{Agent, Permanent, Transient};
    let fine = said(false, "all done");
    let killed = exit(EndReason::Exited, None, Some(9));
    check(
        AGENT,
        &killed,
        fine.as_ref(),
        Some((Agent, "the agent was killed by signal 9")),
    );
    let late = exit(EndReason::Timeout, Some(0), None);
    check(
        AGENT,
        &late,
        fine.as_ref(),
        Some((Agent, "the agent was stopped after 1m 30s")),
    );
    let stalled = exit(EndReason::Stalled, None, Some(15));
    let text = "the agent was stopped: for 30m 00s it printed nothing";
    check(AGENT, &stalled, fine.as_ref(), Some((Agent, text)));
    let stopped = exit(EndReason::Interrupted, None, Some(15));
    let text = "the run was interrupted";
    check(AGENT, &stopped, fine.as_ref(), Some((Transient, text)));
    let cancelled = exit(EndReason::Cancelled, Some(0), None);
    check(
        AGENT,
        &cancelled,
        fine.as_ref(),
        Some((Transient, "the run was called off")),
    );
    let mut missing = exit(EndReason::SpawnFailed, None, None);
    missing.error = Some("\"agent\" was not found".to_owned());
    let text = "the program could not be started: \"agent\" was not found";
    check(AGENT, &missing, None, Some((Permanent, text)));
}

#[test]
fn an_agent_that_had_reported_success_and_did_not_exit_succeeded() {
    let lingered = exit(EndReason::Lingered, None, Some(9));
    check(AGENT, &lingered, said(false, "all done").as_ref(), None);
    let text = "the agent ended without a result record";
    check(AGENT, &lingered, None, Some((FailureClass::Agent, text)));
}

#[test]
fn a_command_fails_only_when_it_could_not_be_run_or_was_called_off() {
    use FailureClass::{Permanent, Transient};
    for code in [0, 1, 75, 78, 127] {
        check(WorkKind::Command, &exited(code), None, None);
    }
    check(
        WorkKind::Command,
        &exit(EndReason::Exited, None, Some(9)),
        None,
        None,
    );
    check(
        WorkKind::Command,
        &exit(EndReason::Timeout, None, Some(15)),
        None,
        None,
    );
    let stalled = exit(EndReason::Stalled, None, Some(9));
    check(WorkKind::Command, &stalled, None, None);
    let stopped = exit(EndReason::Interrupted, None, Some(15));
    let text = "the run was interrupted";
    check(WorkKind::Command, &stopped, None, Some((Transient, text)));
    let missing = exit(EndReason::SpawnFailed, None, None);
    let text = "the program could not be started";
    check(WorkKind::Command, &missing, None, Some((Permanent, text)));
    let cancelled = exit(EndReason::Cancelled, None, Some(15));
    check(
        WorkKind::Command,
        &cancelled,
        None,
        Some((Transient, "the run was called off")),
    );
}

#[test]
fn a_run_lasts_from_its_start_to_its_end_and_never_less_than_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(WorkKind::Command);
    let silent = Transcript::default();
    let mut marker = exited(0);
    let duration = |marker: &ExitRecord| {
        ended(folder.path(), &work, &silent, marker)
            .unwrap()
            .record
            .duration_ms
    };
    assert_eq!(duration(&marker), 2_500);
    marker.finished_at_ms = 0;
    assert_eq!(duration(&marker), 0, "the clock was set back");
}
