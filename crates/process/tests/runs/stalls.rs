//! Runs that do nothing, or nothing any more, and what is seen of a run while it lives.

use std::fs;

use process::{DoneLine, EndReason, Progress, ResourceSource, cancel, launch, read_progress};

use crate::fixture::{FOR_EVER, Run};

/// A run that is stopped when it was quiet for three seconds; it is looked at eight times a second.
fn launched_with_limit(run: &Run, script: &str) {
    let mut spec = run.spec(script);
    (spec.run.stall_ms, spec.run.timeout_ms) = (1_500, 60_000);
    launch(&spec).unwrap();
}

/// Polls until the progress is as wanted; a run that ended before is a failure.
fn await_progress(run: &Run, wanted: impl Fn(&Progress) -> bool) -> Progress {
    loop {
        if let Some(progress) = read_progress(&run.dir).unwrap().filter(&wanted) {
            return progress;
        }
        assert!(process::lock_held(&run.dir).unwrap(), "the run ended first");
        std::thread::yield_now();
    }
}

#[test]
fn a_run_that_does_nothing_is_warned_of_and_then_stopped() {
    let run = Run::new();
    launched_with_limit(&run, &format!("echo hello; exec sleep {FOR_EVER}"));
    let warned = await_progress(&run, |progress| progress.stalled_since_ms.is_some());
    assert_eq!((warned.stopping, warned.stdout_bytes, warned.lines), (None, 6, 1));
    assert!(warned.quiet_ms >= 1_500);
    let record = run.finished();
    assert_eq!((record.reason, record.signal), (EndReason::Stalled, Some(15)));
    let log = fs::read_to_string(run.dir.join("runner.log")).unwrap();
    assert!(
        log.contains("no output, no processor time and no changed file"),
        "{log}"
    );
}

#[test]
fn output_a_busy_processor_or_changing_files_are_no_stall() {
    // Each goes on for longer than a quiet run may.
    let often = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
    let runs = [
        format!("{often}; do echo $i; sleep 0.25; done"),
        format!("{often}; do echo $i > file; sleep 0.25; done"),
        "timeout 4 sh -c 'while :; do :; done'; exit 0".to_owned(),
    ]
    .map(|script| {
        let run = Run::new();
        launched_with_limit(&run, &script);
        (run, script)
    });
    for (run, script) in runs {
        let record = run.finished();
        assert_eq!(
            (record.reason, record.exit_code),
            (EndReason::Exited, Some(0)),
            "{script}"
        );
    }
}

#[test]
fn without_a_limit_a_quiet_run_is_left_alone() {
    let run = Run::launched("sleep 1");
    assert_eq!(run.finished().reason, EndReason::Exited);
}

fn done_line(linger_ms: u64) -> Option<DoneLine> {
    Some(DoneLine {
        has: [("type".to_owned(), "result".into())].into_iter().collect(),
        lacks: [("is_error".to_owned(), true.into())].into_iter().collect(),
        linger_ms,
    })
}

const DONE: &str = r#"echo '{"type":"result","is_error":false}'"#;

#[test]
fn a_program_that_said_it_was_done_and_stays_is_ended_as_a_success() {
    for script in [
        format!("{DONE}; exec sleep {FOR_EVER}"),
        format!("{DONE}; echo a word more; exec sleep {FOR_EVER}"),
        format!("printf '{{\"type\":\"result\"}}'; exec sleep {FOR_EVER}"),
    ] {
        let run = Run::new();
        let mut spec = run.spec(&script);
        spec.run.done = done_line(100);
        launch(&spec).unwrap();
        let record = run.finished();
        assert_eq!(
            (record.reason, record.signal),
            (EndReason::Lingered, Some(15)),
            "{script}"
        );
        assert!(read_progress(&run.dir).unwrap().unwrap().done_at_ms.is_some());
    }
}

#[test]
fn a_program_that_is_stopped_right_after_it_said_so_has_done_its_work() {
    let run = Run::new();
    run.fifo("said");
    let mut spec = run.spec(&format!(
        "{DONE}; until grep -q result \"$ORCHD_RUN_DIR/stdout.log\"; do :; done; echo > said; exec sleep {FOR_EVER}"
    ));
    spec.run.done = done_line(600_000);
    launch(&spec).unwrap();
    run.text("said");
    run.signal_runner(rustix::process::Signal::TERM);
    assert_eq!(run.finished().reason, EndReason::Lingered);
}

#[test]
fn one_that_exits_by_itself_or_takes_it_back_is_not_touched() {
    let failed = r#"echo '{"type":"result","is_error":true}'"#;
    for (script, code) in [
        (format!("{DONE}; exit 3"), 3),
        (format!("{DONE}; {failed}; sleep 0.5; exit 4"), 4),
        (format!("{failed}; sleep 0.5; exit 5"), 5),
    ] {
        let run = Run::new();
        let mut spec = run.spec(&script);
        spec.run.done = done_line(100);
        launch(&spec).unwrap();
        let record = run.finished();
        assert_eq!(
            (record.reason, record.exit_code),
            (EndReason::Exited, Some(code)),
            "{script}"
        );
    }
}

#[test]
fn a_run_called_off_was_called_off_whatever_it_said() {
    let run = Run::new();
    run.fifo("said");
    let mut spec = run.spec(&format!("{DONE}; echo > said; exec sleep {FOR_EVER}"));
    spec.run.done = done_line(600_000);
    launch(&spec).unwrap();
    run.text("said");
    cancel(&run.dir).unwrap();
    assert_eq!(run.finished().reason, EndReason::Cancelled);
}

#[test]
fn progress_shows_output_processes_memory_and_processor_time() {
    let run = Run::new();
    run.fifo("go");
    run.launch("echo one; echo two >&2; while :; do :; done & read word < go")
        .unwrap();
    let seen = await_progress(&run, |progress| progress.cpu_ms >= 50 && progress.processes >= 2);
    assert_eq!((seen.stdout_bytes, seen.stderr_bytes, seen.lines), (4, 4, 2));
    assert!(seen.rss_bytes > 0 && seen.peak_rss_bytes >= seen.rss_bytes);
    assert!(seen.last_output_at_ms.unwrap() >= seen.started_at_ms);
    assert!(seen.at_ms >= seen.last_output_at_ms.unwrap());
    fs::write(run.path("go"), "go\n").unwrap();
    let record = run.finished();
    let last = read_progress(&run.dir).unwrap().unwrap();
    assert_eq!((last.processes, last.stopping), (0, Some(EndReason::Exited)));
    let resources = record.resources;
    assert_eq!(resources.source, ResourceSource::Proc);
    assert!(resources.cpu_ms.unwrap() >= seen.cpu_ms, "{resources:?}");
    assert!(
        resources.peak_rss_bytes.unwrap() >= seen.peak_rss_bytes,
        "{resources:?}"
    );
}

#[test]
fn a_run_that_never_began_has_no_progress() {
    let run = Run::new();
    fs::create_dir_all(&run.dir).unwrap();
    assert_eq!(read_progress(&run.dir).unwrap(), None);
}
