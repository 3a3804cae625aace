//! What a start takes up before its loops begin: a store full of open tasks, and runs of an earlier daemon that live, have ended or were lost. The
//! store, the engine and the runner are the real ones; the runs are the directories that they leave.

mod left;

use std::path::Path;
use std::sync::Arc;

use agent_process::{Prices, ProcessRunner, RunnerSettings};
use anyhow::ensure;
use app::clock::SystemClock;
use pipeline_core::id::InstanceId;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::jobs::{ClaimRequest, JobStore, LeasedJob};
use pipeline_core::port::store::tasks::Commit;
use pipeline_engine::Engine;
use serde_json::json;

use crate::clock::Stopwatch;
use crate::figure::Sheet;
use crate::idle;
use crate::place::Place;
use crate::recovery::left::{Left, Run};
use crate::samples::Samples;
use crate::specimen;
use crate::store::{Kept, each, runtime};

const OPEN_TASKS: u64 = 10_000;
const LEASED: u64 = 200;
/// Starts that are measured, each with a state of its own; the fastest counts.
const ROUNDS: u64 = 3;

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let (tasks, leased) = (place.many(OPEN_TASKS), place.many(LEASED).max(3));
    let rounds = if place.is_smoke() { 1 } else { ROUNDS };
    let (mut openings, mut recoveries) = (Samples::default(), Samples::default());
    let mut conditions = crate::figure::Conditions::default();
    let mut commits = 0;
    for round in 0..rounds {
        let folder = place.fresh(&format!("recovery-{round}"))?;
        let left = runtime()?.block_on(leave(&folder, tasks.max(leased), leased))?;
        // The earlier daemon's store is closed by now; the locks of the runs that live are held by `left`.
        let watch = Stopwatch::start();
        let kept = Kept::open(&folder)?;
        openings.add(watch.elapsed());
        let runtime = runtime()?;
        runtime.block_on(async {
            let before = kept.commits()?;
            let watch = Stopwatch::start();
            engine(&kept, &folder).recover().await?;
            recoveries.add(watch.elapsed());
            commits = kept.commits()? - before;
            conditions = kept.conditions().await?;
            check(&kept, &left).await
        })?;
        drop((runtime, kept, left));
        std::fs::remove_dir_all(&folder)?;
    }
    conditions.extend([
        ("open_tasks", json!(tasks)),
        ("leased_runs", json!(leased)),
        ("runs", json!("a third each alive, ended and lost")),
        ("commits", json!(commits)),
    ]);
    for (metric, samples) in [("recovery.open", &openings), ("recovery.recover", &recoveries)] {
        sheet.put(
            metric,
            (samples.percentile(0) / 1000.0, "s"),
            samples.count(),
            &conditions,
        );
    }
    Ok(())
}

/// What an earlier daemon left.
async fn leave(folder: &Path, tasks: u64, leased: u64) -> anyhow::Result<Left> {
    let kept = Kept::open(folder)?;
    each(&kept, 1..=i64::try_from(tasks)?, |id| Commit {
        jobs: vec![specimen::agent_job(specimen::job_id(id, 1))],
        ..specimen::insert(specimen::task(id))
    })
    .await?;
    let mut jobs: Vec<LeasedJob> = Vec::new();
    while jobs.len() < usize::try_from(leased)? {
        let request = ClaimRequest {
            owner: InstanceId::new("bench-earlier"),
            ..specimen::claim(SystemClock.now(), usize::try_from(leased)? - jobs.len())
        };
        let claimed = kept.store.claim(request).await?.taken();
        ensure!(!claimed.is_empty(), "there are too few jobs to be claimed");
        jobs.extend(claimed);
    }
    each(&kept, &jobs, |job| Commit {
        run: Some(specimen::begun_run(job)),
        ..Commit::default()
    })
    .await?;
    Left::of(&folder.join("runs"), &jobs)
}

fn engine(kept: &Kept, folder: &Path) -> Engine {
    let runner = ProcessRunner::new(RunnerSettings {
        runs_dir: folder.join("runs"),
        runner_exe: "/nonexistent/orchd".into(),
        runner_args: Vec::new(),
        projects: [].into(),
        kill_grace: std::time::Duration::from_secs(10),
        output_cap: 1 << 20,
        stall: None,
        prices: Prices::default(),
    });
    Engine::new(Arc::new(idle::context(kept.port(), Arc::new(runner))))
}

/// Runs that live are ours now, and lost ones wait for their next attempt.
async fn check(kept: &Kept, left: &Left) -> anyhow::Result<()> {
    let leased = kept.store.leased().await?;
    for (job, run) in &left.runs {
        let ours = leased
            .iter()
            .any(|now| now.id == *job && now.owner.as_str() == idle::INSTANCE);
        match run {
            Run::Lives => ensure!(ours, "the run of job {job} lives and was not adopted"),
            Run::Lost => ensure!(!ours, "the run of job {job} was lost and its job is leased"),
            Run::Ended => {}
        }
    }
    Ok(())
}
