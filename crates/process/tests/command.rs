//! One-shot commands, with real programs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failure here is the failure of a test"
)]

use std::path::Path;
use std::time::Duration;

use process::{Command, ExitOutcome, Output, SpawnError, inherit};
use rustix::process::{Pid, Signal, kill_process};

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Longer than any limit here: whoever waits for it has failed.
const FOR_EVER: &str = "1000";

fn sh(script: &str) -> Command {
    Command::new("sh").arg("-c").arg(script).env("PATH", PATH)
}

fn pid_in(text: &[u8]) -> Pid {
    Pid::from_raw(String::from_utf8_lossy(text).trim().parse().unwrap()).unwrap()
}

fn lives(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

fn check(script: &str, status: ExitOutcome, stdout: &str, stderr: &str) {
    let expected = Output {
        status,
        stdout: stdout.into(),
        stderr: stderr.into(),
        truncated: false,
    };
    assert_eq!(sh(script).run().unwrap(), expected, "{script}");
}

#[test]
fn exit_code_signal_and_both_outputs_are_reported() {
    check("true", ExitOutcome::Code(0), "", "");
    check(
        "echo out; echo err >&2; exit 7",
        ExitOutcome::Code(7),
        "out\n",
        "err\n",
    );
    check("kill -9 $$", ExitOutcome::Signal(9), "", "");
    assert!(ExitOutcome::Code(0).success());
    assert!(!ExitOutcome::Code(1).success() && !ExitOutcome::Signal(9).success());
}

#[test]
fn the_environment_holds_what_was_passed_and_nothing_else() {
    let output = Command::new("/usr/bin/env")
        .env("A", "1")
        .env("B", "x y")
        .run()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "A=1\nB=x y\n");
}

#[test]
fn inherit_passes_only_the_named_variables_that_are_set() {
    let names: Vec<_> = inherit(["PATH", "NO_SUCH_VARIABLE_HERE"])
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["PATH"]);
}

#[test]
fn the_child_leads_its_own_group_and_keeps_its_name() {
    let output = sh("ps -o pgid= -p $$ | tr -d ' '; echo $$; echo $0")
        .run()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], lines[1]);
    assert_eq!(lines[2], "sh");
}

#[test]
fn it_runs_in_the_given_directory() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap();
    let output = sh("pwd -P").cwd(folder.path()).run().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        real.to_string_lossy()
    );
}

#[test]
fn more_input_and_output_than_a_pipe_holds_flow_at_once() {
    let input = vec![b'x'; 4 << 20];
    let output = sh("tee /dev/stderr").stdin(input.clone()).run().unwrap();
    assert!(output.stdout == input && output.stderr == input && !output.truncated);
}

#[test]
fn a_child_that_does_not_read_its_input_is_no_error() {
    let output = sh("exec <&-; echo done")
        .stdin(vec![b'x'; 4 << 20])
        .run()
        .unwrap();
    assert_eq!(
        (output.status, output.stdout.as_slice()),
        (ExitOutcome::Code(0), b"done\n".as_slice())
    );
}

#[test]
fn output_beyond_the_cap_is_dropped_without_blocking_the_child() {
    let output = sh("head -c 67108864 /dev/zero; echo end >&2")
        .output_cap(1000)
        .run()
        .unwrap();
    assert_eq!(
        (output.status, output.stdout.len(), output.truncated),
        (ExitOutcome::Code(0), 1000, true)
    );
    assert_eq!(output.stderr, b"end\n");
}

#[test]
fn a_missing_program_a_missing_directory_and_a_refused_file_are_told_apart() {
    let not_found = |program: &str| {
        let error = Command::new(program).env("PATH", PATH).run().unwrap_err();
        assert!(matches!(error, SpawnError::NotFound { .. }), "{program}: {error}");
    };
    not_found("no-such-program-here");
    not_found("/no/such/program");
    let error = sh("true").cwd("/no/such/folder").run().unwrap_err();
    assert!(
        matches!(error, SpawnError::Io { .. }) && error.to_string().contains("/no/such/folder"),
        "{error}"
    );
    let error = Command::new("/etc/hostname").run().unwrap_err();
    assert!(matches!(error, SpawnError::Io { .. }), "{error}");
}

#[test]
fn a_timeout_kills_the_tree_that_ignores_term_and_left_the_group_and_keeps_the_output() {
    let script = format!(
        "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep {FOR_EVER}; :' & echo $!; wait; sleep {FOR_EVER}"
    );
    let error = sh(&script)
        .timeout(Duration::from_millis(1500))
        .run()
        .unwrap_err();
    let SpawnError::Timeout { limit, output, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(
        (limit, output.status),
        (Duration::from_millis(1500), ExitOutcome::Signal(9))
    );
    let escaped = pid_in(&output.stdout);
    // Its death is on the way but it is not our child: look until it is seen.
    while lives(escaped) {
        std::thread::yield_now();
    }
}

#[test]
fn what_is_left_in_the_group_after_the_exit_is_killed() {
    let output = sh(&format!("sleep {FOR_EVER} & echo $!")).run().unwrap();
    let left = pid_in(&output.stdout);
    while lives(left) {
        std::thread::yield_now();
    }
}

#[test]
fn an_escaped_grandchild_that_holds_the_outputs_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        format!("mkfifo f; setsid sh -c 'echo $$ > f; exec sleep {FOR_EVER}' & read pid < f; echo $pid");
    let output = sh(&script).cwd(folder.path()).run().unwrap();
    let holder = pid_in(&output.stdout);
    assert!(Path::new(&format!("/proc/{}", holder.as_raw_pid())).exists());
    kill_process(holder, Signal::KILL).unwrap();
}
