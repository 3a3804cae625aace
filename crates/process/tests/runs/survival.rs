//! The run and the death of those around it.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use process::{EndReason, RunState, cancel, follow, kill_orphans, lock_held};

use crate::fixture::{FOR_EVER, Run, host, lives};

/// Another process launches the run and is then killed with SIGKILL.
fn launched_by_somebody_who_is_killed(run: &Run, script: &str) {
    #[allow(
        clippy::disallowed_methods,
        reason = "the test needs a launcher that it can kill"
    )]
    let mut command = std::process::Command::new(host());
    command
        .arg("launch")
        .arg(&run.dir)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut launcher = command.spawn().unwrap();
    let mut told = [0; 9];
    launcher.stdout.take().unwrap().read_exact(&mut told).unwrap();
    assert_eq!(&told, b"launched\n");
    launcher.kill().unwrap();
    launcher.wait().unwrap();
}

#[test]
fn a_run_outlives_its_launcher_and_is_adopted_and_harvested() {
    let run = Run::new();
    run.fifo("go");
    let script = format!("read word < {}; echo $word; exit 6", run.path("go").display());
    launched_by_somebody_who_is_killed(&run, &script);
    assert_eq!(follow(&run.dir).unwrap(), RunState::Running);
    fs::write(run.path("go"), "done\n").unwrap();
    let record = run.finished();
    assert_eq!((record.reason, record.exit_code), (EndReason::Exited, Some(6)));
    assert_eq!(run.stdout(), "done\n");
}

#[test]
fn an_adopted_run_can_be_cancelled() {
    let run = Run::new();
    launched_by_somebody_who_is_killed(&run, &format!("exec sleep {FOR_EVER}"));
    cancel(&run.dir).unwrap();
    assert_eq!(run.finished().reason, EndReason::Cancelled);
}

#[test]
fn a_run_whose_runner_is_killed_is_lost_and_its_orphans_are_found() {
    let run = Run::new();
    run.fifo("born");
    let script = format!("setsid sh -c 'echo $$ > born; exec sleep {FOR_EVER}' & sleep {FOR_EVER}");
    run.launch(&script).unwrap();
    let orphan = run.text("born");
    assert!(kill_orphans(&run.dir).is_err(), "the runner still lives");
    run.kill_runner();
    run.lost();
    assert!(!lock_held(&run.dir).unwrap());
    assert!(lives(&orphan));
    assert!(kill_orphans(&run.dir).unwrap() >= 2);
    assert!(!lives(&orphan));
    assert_eq!(kill_orphans(&run.dir).unwrap(), 0);
}

#[test]
fn half_a_marker_is_no_marker() {
    let run = Run::new();
    run.fifo("born");
    run.launch(&format!("echo $$ > born; exec sleep {FOR_EVER}"))
        .unwrap();
    run.text("born");
    fs::write(run.dir.join(".exit.json.new"), "{\"exit_code\": 0, \"rea").unwrap();
    run.kill_runner();
    run.lost();
    assert_eq!(kill_orphans(&run.dir).unwrap(), 1);
    fs::write(run.dir.join("exit.json"), "{\"exit_code\": 0, \"rea").unwrap();
    let error = follow(&run.dir).unwrap_err();
    assert!(
        error.to_string().contains("exit.json is not valid (line 1"),
        "{error}"
    );
}
