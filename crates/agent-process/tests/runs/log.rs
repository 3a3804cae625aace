//! The logs of runs.

use pipeline_core::port::PortError;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::runner::Runner;

use crate::bench::{Bench, DONE, end_of, id};

#[tokio::test]
async fn a_log_has_the_end_of_both_outputs_without_control_characters() {
    let bench = Bench::new();
    let spec = bench.command("1-1-1", r"printf '\033[31mout\033[0m\n'; echo err >&2");
    end_of(&bench.runner(DONE), &spec).await;
    let log = bench.log();
    assert_eq!(
        log.tail(&spec.run, 1_000).await.unwrap(),
        "out\n--- stderr ---\nerr\n"
    );
    assert_eq!(log.place(&spec.run), bench.run_dir("1-1-1").display().to_string());
}

#[tokio::test]
async fn a_log_can_be_read_while_the_run_writes_it() {
    let bench = Bench::new();
    bench.fifo("born");
    let runner = bench.runner("echo early; echo > born; exec sleep 1000");
    let spec = bench.agent("1-1-1");
    runner.start(&spec).await.unwrap();
    bench.text("born");
    while bench.log().tail(&spec.run, 100).await.unwrap() != "early\n" {
        tokio::task::yield_now().await;
    }
    runner.cancel(&spec.run).await.unwrap();
    runner.wait(&spec.run).await.unwrap();
}

#[tokio::test]
async fn the_progress_of_a_run_can_be_read_while_it_runs() {
    let bench = Bench::new();
    assert_eq!(bench.log().progress(&id("9-9-9")).await, Ok(None));
    let runner = bench.runner("echo early; exec sleep 1000");
    let spec = bench.agent("1-1-1");
    runner.start(&spec).await.unwrap();
    while bench
        .log()
        .progress(&spec.run)
        .await
        .unwrap()
        .is_none_or(|progress| progress.output_bytes == 0)
    {
        tokio::task::yield_now().await;
    }
    runner.cancel(&spec.run).await.unwrap();
    runner.wait(&spec.run).await.unwrap();
}

#[tokio::test]
async fn a_run_that_wrote_nothing_is_not_one_that_is_not_there() {
    let bench = Bench::new();
    let spec = bench.command("1-1-1", "true");
    end_of(&bench.runner(DONE), &spec).await;
    assert_eq!(bench.log().tail(&spec.run, 100).await, Ok(String::new()));
    let missing = bench.log().tail(&id("1-1-2"), 100).await;
    assert!(matches!(missing, Err(PortError::NotFound(_))), "{missing:?}");
}
