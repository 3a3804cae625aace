//! From a spec to a living runner, and every way in which that fails.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use process::{
    Command, EXIT_ALREADY_RUNNING, EXIT_RUNNER_FAILED, EndReason, ExitOutcome, LaunchError, RunState, follow,
    launch, lock_held, read_exit,
};

use crate::fixture::{Run, host};

#[test]
fn a_run_that_exits_leaves_its_code_its_logs_and_a_free_lock() {
    let run = Run::launched("cat; echo err >&2; exit 7");
    let record = run.finished();
    assert_eq!(
        (record.exit_code, record.signal, record.reason),
        (Some(7), None, EndReason::Exited)
    );
    assert_eq!(
        (record.stdout_bytes, record.stderr_bytes, record.dropped_bytes),
        (0, 4, 0)
    );
    assert_eq!((record.error.as_deref(), record.processes_killed), (None, 0));
    assert!(record.started_at_ms > 0 && record.finished_at_ms >= record.started_at_ms);
    assert_eq!(follow(&run.dir).unwrap(), RunState::Finished(record));
}

#[test]
fn a_living_run_holds_its_lock_and_has_no_marker() {
    let run = Run::new();
    run.fifo("go");
    run.launch("read go < go").unwrap();
    assert!(lock_held(&run.dir).unwrap());
    assert_eq!(read_exit(&run.dir).unwrap(), None);
    assert_eq!(follow(&run.dir).unwrap(), RunState::Running);
    fs::write(run.path("go"), "go\n").unwrap();
    assert_eq!(run.finished().exit_code, Some(0));
}

#[test]
fn a_directory_without_a_run_is_neither_running_nor_finished() {
    let run = Run::new();
    assert!(!lock_held(&run.dir).unwrap());
    assert_eq!(follow(&run.dir).unwrap(), RunState::Lost);
}

#[test]
fn a_signal_that_is_not_ours_is_an_ordinary_end() {
    let record = Run::launched("kill -9 $$").finished();
    assert_eq!(
        (record.exit_code, record.signal, record.reason),
        (None, Some(9), EndReason::Exited)
    );
}

#[test]
fn the_program_sees_the_environment_of_the_spec_and_the_mark_of_its_run() {
    let run = Run::new();
    let mut spec = run.spec("");
    spec.run.argv = vec!["env".to_owned()];
    spec.run.env.insert("TOKEN".to_owned(), "secret".to_owned());
    assert!(!format!("{spec:?}").contains("secret"));
    launch(&spec).unwrap();
    run.finished();
    let expected = format!(
        "ORCHD_RUN_DIR={}\nPATH=/usr/local/bin:/usr/bin:/bin\nTOKEN=secret\n",
        run.dir.display()
    );
    assert_eq!(run.stdout(), expected);
}

#[test]
fn nobody_else_can_read_the_run_directory() {
    let run = Run::launched("true");
    run.finished();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(run.dir.clone()), 0o700);
    for entry in fs::read_dir(&run.dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(path.clone()), 0o600, "{}", path.display());
    }
}

#[test]
fn a_program_that_cannot_start_is_a_record_that_says_why() {
    let check = |argv: &[&str], cwd: Option<&str>, expected: &str| {
        let run = Run::new();
        let mut spec = run.spec("");
        spec.run.argv = argv.iter().copied().map(str::to_owned).collect();
        spec.run.cwd = cwd.map_or(spec.run.cwd, Into::into);
        launch(&spec).unwrap();
        let record = run.finished();
        assert_eq!(
            (record.reason, record.exit_code),
            (EndReason::SpawnFailed, None),
            "{argv:?}"
        );
        assert!(
            record
                .error
                .as_ref()
                .is_some_and(|error| error.contains(expected)),
            "{:?}",
            record.error
        );
    };
    check(&["no-such-agent"], None, "\"no-such-agent\" was not found");
    check(&["sh"], Some("/no/such/folder"), "/no/such/folder does not exist");
    check(&[], None, "command line is empty");
}

#[test]
fn a_directory_serves_one_run_only() {
    let run = Run::new();
    run.fifo("go");
    run.launch("read go < go").unwrap();
    assert!(matches!(run.launch("true"), Err(LaunchError::Used { .. })));
    fs::write(run.path("go"), "go\n").unwrap();
    run.finished();
    assert!(matches!(run.launch("true"), Err(LaunchError::Used { .. })));
}

#[test]
fn a_second_runner_of_the_same_directory_leaves_with_its_own_code() {
    let second = |run: &Run| {
        Command::new(host())
            .arg("runner")
            .arg(&run.dir)
            .run()
            .unwrap()
            .status
    };
    let run = Run::new();
    run.fifo("go");
    run.launch("read go < go").unwrap();
    assert_eq!(second(&run), ExitOutcome::Code(EXIT_ALREADY_RUNNING.into()));
    fs::write(run.path("go"), "go\n").unwrap();
    let record = run.finished();
    assert_eq!(second(&run), ExitOutcome::Code(EXIT_ALREADY_RUNNING.into()));
    assert_eq!(run.finished(), record);
}

#[test]
fn a_runner_started_by_hand_takes_the_lock_itself() {
    let run = Run::new();
    fs::create_dir_all(&run.dir).unwrap();
    let mut spec = run.spec("echo by hand");
    fs::write(run.dir.join("stdin"), "").unwrap();
    let runner = || Command::new(host()).arg("runner").arg(&run.dir).run().unwrap();
    assert_eq!(
        runner().status,
        ExitOutcome::Code(EXIT_RUNNER_FAILED.into()),
        "there is no spec yet"
    );
    spec.run.timeout_ms = 60_000;
    fs::write(run.dir.join("spec.json"), serde_json::to_vec(&spec.run).unwrap()).unwrap();
    assert_eq!(runner().status, ExitOutcome::Code(0));
    assert_eq!(
        (run.finished().exit_code, run.stdout().as_str()),
        (Some(0), "by hand\n")
    );
}

#[test]
fn a_binary_that_is_no_runner_is_an_error_with_its_last_words() {
    let run = Run::new();
    let mut spec = run.spec("");
    spec.runner.exe = "/bin/sh".into();
    spec.runner.args = ["-c", "echo no such mode >&2; exit 64"]
        .map(str::to_owned)
        .to_vec();
    let error = launch(&spec).unwrap_err();
    assert!(
        matches!(&error, LaunchError::RunnerFailed { log } if log == "no such mode"),
        "{error}"
    );
    assert_eq!(follow(&run.dir).unwrap(), RunState::Lost);
}

#[test]
fn a_missing_binary_is_an_error_that_names_it() {
    let run = Run::new();
    let mut spec = run.spec("");
    spec.runner.exe = "/no/such/orchd".into();
    let error = launch(&spec).unwrap_err();
    assert!(error.to_string().contains("/no/such/orchd"), "{error}");
    // A child that another test forks at this moment holds a copy of the lock until its exec.
    run.lost();
}
