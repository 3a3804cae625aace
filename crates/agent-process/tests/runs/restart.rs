//! Runs and the next daemon, which knows nothing but the folder of runs.

use std::fs;
use std::path::Path;

use pipeline_core::port::runner::{RunStatus, Runner};
use pipeline_core::run::FailureClass;

use crate::bench::{Bench, DONE, end_of, ended};

#[tokio::test]
async fn a_running_run_is_adopted() {
    let bench = Bench::new();
    bench.fifo("go");
    let spec = bench.agent("1-1-1");
    let script = format!("read word < go; {DONE}");
    bench.runner(&script).start(&spec).await.unwrap();
    let next = bench.restarted();
    assert_eq!(next.status(&spec.run).await, Ok(RunStatus::Running));
    next.start(&spec).await.unwrap();
    fs::write(bench.path("go"), "on\n").unwrap();
    let end = ended(next.wait(&spec.run).await.unwrap());
    assert_eq!((end.failure, end.record.summary.as_str()), (None, "done"));
}

#[tokio::test]
async fn an_ended_run_is_harvested_by_the_rules_of_its_kind() {
    let bench = Bench::new();
    let (agent, command) = (bench.agent("1-1-1"), bench.command("1-2-1", "exit 75"));
    let runner = bench.runner("exit 75");
    let before = [end_of(&runner, &agent).await, end_of(&runner, &command).await];
    let next = bench.restarted();
    let after = [
        ended(next.wait(&agent.run).await.unwrap()),
        ended(next.status(&command.run).await.unwrap()),
    ];
    assert_eq!(after, before);
    let classes = after.map(|end| end.failure.map(|failure| failure.class));
    assert_eq!(classes, [Some(FailureClass::Transient), None]);
}

#[tokio::test]
async fn a_run_whose_runner_was_killed_is_lost_and_leaves_no_process() {
    let bench = Bench::new();
    bench.fifo("born");
    let spec = bench.agent("1-1-1");
    let runner = bench.runner("setsid sh -c 'echo $$ > born; exec sleep 1000' & wait");
    runner.start(&spec).await.unwrap();
    let orphan = bench.text("born");
    bench.kill_runner("1-1-1");
    let next = bench.restarted();
    assert_eq!(next.wait(&spec.run).await, Ok(RunStatus::Lost));
    assert!(!lives(&orphan));
    assert_eq!(next.status(&spec.run).await, Ok(RunStatus::Lost));
    runner.start(&spec).await.unwrap();
    assert_eq!(
        runner.status(&spec.run).await,
        Ok(RunStatus::Lost),
        "it is not started again"
    );
}

#[tokio::test]
async fn an_agent_that_had_said_everything_when_its_runner_was_killed_is_not_lost() {
    let bench = Bench::new();
    bench.fifo("said");
    // The runner must have written the record to the log before it is killed.
    let script = format!(
        "{DONE}; until grep -q done \"$ORCHD_RUN_DIR/stdout.log\"; do :; done; echo > said; exec sleep 1000"
    );
    let spec = bench.agent("1-1-1");
    bench.runner(&script).start(&spec).await.unwrap();
    bench.text("said");
    bench.kill_runner("1-1-1");
    let end = ended(bench.restarted().wait(&spec.run).await.unwrap());
    assert_eq!((end.failure, end.record.exit_code), (None, None));
    assert_eq!(end.record.summary, "done");
    assert!(end.log_tail.contains("[the runner was lost;"), "{}", end.log_tail);
}

#[tokio::test]
async fn a_command_whose_runner_was_killed_is_lost_whatever_it_printed() {
    let bench = Bench::new();
    bench.fifo("born");
    let spec = bench.command("1-1-1", &format!("{DONE}; echo > born; exec sleep 1000"));
    let runner = bench.runner(DONE);
    runner.start(&spec).await.unwrap();
    bench.text("born");
    bench.kill_runner("1-1-1");
    assert_eq!(runner.wait(&spec.run).await, Ok(RunStatus::Lost));
}

#[tokio::test]
async fn files_that_cannot_be_understood_make_a_run_lost() {
    let bench = Bench::new();
    let runner = bench.runner("exit 1");
    for (run, file, content) in [
        ("1-1-1", "exit.json", "{\"exit_code\": 0, \"rea"),
        ("1-2-1", "work.json", "{\"kind\":\"ritual\",\"timeout_ms\":1}"),
        ("1-3-1", "work.json", "\0\0\0"),
    ] {
        let spec = bench.agent(run);
        end_of(&runner, &spec).await;
        wait_for_the_lock(&bench.run_dir(run));
        fs::write(bench.run_dir(run).join(file), content).unwrap();
        assert_eq!(runner.wait(&spec.run).await, Ok(RunStatus::Lost), "{file}");
        runner.start(&spec).await.unwrap();
    }
}

/// The marker is there before the runner, on its way out, lets go of the lock.
fn wait_for_the_lock(run_dir: &Path) {
    while process::lock_held(run_dir).unwrap() {
        std::thread::yield_now();
    }
}

/// A zombie does not live, but nobody here can collect it.
fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}
