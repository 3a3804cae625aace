//! Directories of runs that are removed, and those that are not.

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent_process::ProcessRunStorage;
use async_trait::async_trait;
use pipeline_core::id::RunId;
use pipeline_core::port::PortError;
use pipeline_core::port::run_storage::RunStorage;
use pipeline_core::port::runner::Runner;
use testkit::conformance::run_storage::{self, RunStorageHarness};

use crate::bench::{Bench, DONE, end_of, id};

fn storage(bench: &Bench) -> ProcessRunStorage {
    ProcessRunStorage::new(bench.folder().join("runs"))
}

/// Runs, and whether each has ended.
async fn stored(bench: &Bench) -> Vec<(RunId, bool)> {
    let mut stored = storage(bench).stored().await.unwrap();
    stored.sort_by_key(|stored| stored.run);
    let ended = stored
        .iter()
        .map(|stored| (stored.run, stored.ended_at.is_some()));
    ended.collect()
}

/// Runs of a bench; those that live end with it.
struct Harness {
    bench: Bench,
    living: Mutex<Vec<RunId>>,
}

impl Harness {
    fn new() -> Self {
        Self {
            bench: Bench::new(),
            living: Mutex::default(),
        }
    }
}

#[async_trait]
impl RunStorageHarness for Harness {
    fn storage(&self) -> Arc<dyn RunStorage> {
        Arc::new(storage(&self.bench))
    }

    async fn ended(&self, run: RunId) {
        let spec = self.bench.command(&run.to_string(), "true");
        end_of(&self.bench.runner(DONE), &spec).await;
    }

    async fn living(&self, run: RunId) {
        let spec = self.bench.command(&run.to_string(), "exec sleep 1000");
        self.bench.runner(DONE).start(&spec).await.unwrap();
        self.living.lock().unwrap().push(run);
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        for run in self.living.lock().unwrap().iter() {
            let folder = self.bench.run_dir(&run.to_string());
            process::cancel(&folder).unwrap();
            process::wait(&folder, Duration::from_secs(60)).unwrap();
        }
    }
}

#[tokio::test]
async fn the_directories_of_processes_conform() {
    run_storage::all(|| async { Arc::new(Harness::new()) as Arc<dyn RunStorageHarness> }).await;
}

#[tokio::test]
async fn a_run_that_ended_is_removed_and_one_that_lives_is_not() {
    let bench = Bench::new();
    assert_eq!(stored(&bench).await, []);
    bench.fifo("born");
    let runner = bench.runner("echo > born; exec sleep 1000");
    end_of(&runner, &bench.command("7-1-1", "echo text")).await;
    let living = bench.agent("7-2-1");
    runner.start(&living).await.unwrap();
    bench.text("born");
    assert_eq!(stored(&bench).await, [(id("7-1-1"), true), (id("7-2-1"), false)]);

    storage(&bench).remove(&id("7-1-1")).await.unwrap();
    storage(&bench).remove(&id("7-1-1")).await.unwrap();
    let refused = storage(&bench).remove(&id("7-2-1")).await;
    assert!(matches!(refused, Err(PortError::Conflict(_))), "{refused:?}");
    assert_eq!(stored(&bench).await, [(id("7-2-1"), false)]);
    runner.cancel(&living.run).await.unwrap();
    runner.wait(&living.run).await.unwrap();
    storage(&bench).remove(&id("7-2-1")).await.unwrap();
    assert_eq!(stored(&bench).await, []);
}

#[tokio::test]
async fn a_lost_run_ended_when_its_directory_last_changed() {
    let bench = Bench::new();
    fs::create_dir_all(bench.run_dir("7-1-1")).unwrap();
    assert_eq!(stored(&bench).await, [(id("7-1-1"), true)]);
    storage(&bench).remove(&id("7-1-1")).await.unwrap();
    assert!(!bench.run_dir("7-1-1").exists());
}

#[tokio::test]
async fn what_is_no_run_is_left_alone_and_a_removal_that_was_cut_off_is_finished() {
    let bench = Bench::new();
    end_of(&bench.runner(DONE), &bench.command("7-1-1", "true")).await;
    fs::create_dir_all(bench.run_dir("somebody-elses")).unwrap();
    fs::create_dir_all(bench.run_dir(".removed-6-1-1").join("deep")).unwrap();
    fs::write(bench.run_dir("7-2-1"), "a file").unwrap();
    assert_eq!(stored(&bench).await, [(id("7-1-1"), true)]);
    assert!(bench.run_dir("somebody-elses").exists() && bench.run_dir("7-2-1").exists());
    assert!(!bench.run_dir(".removed-6-1-1").exists());
}
