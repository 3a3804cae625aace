//! What a claim, a step and the pages of operators cost with few and with very many tasks in the store.

mod fill;
mod asking;

use std::path::Path;

use anyhow::{Context, ensure};
use app::clock::SystemClock;
use pipeline_core::job::JobStatus;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::port::store::tasks::{Commit, JobEnd, TaskKey, TaskStore};
use serde_json::json;

use crate::clock::Stopwatch;
use crate::figure::{Conditions, Sheet};
use crate::growth::asking::Admin;
use crate::place::Place;
use crate::samples::Samples;
use crate::specimen;
use crate::store::{Kept, is_kept, runtime};

/// Tasks in the store; all but [`OPEN`] are over.
const SIZES: [u64; 3] = [100, 10_000, 1_000_000];
/// Tasks that are not over, at every size.
const OPEN: u64 = 50;
/// Times that each is done; the median counts.
const TIMES: u32 = 300;

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let folder = place.fresh("growth")?;
    let open = place.many(OPEN);
    runtime()?.block_on(async { fill::open_tasks(&folder, open).await })?;
    let mut there = open + 1;
    let mut first: Vec<(&'static str, f64)> = Vec::new();
    for size in SIZES {
        let tasks = place.many(size).max(open + 1);
        fill::finished_tasks(&folder, there..tasks)?;
        there = tasks;
        let costs = runtime()?.block_on(costs(&folder, place))?;
        let mut conditions = costs.conditions;
        conditions.extend([
            ("tasks", json!(tasks)),
            ("open", json!(open)),
            (
                "file_mib",
                json!(std::fs::metadata(folder.join(crate::store::FILE))?.len() >> 20),
            ),
            (
                "filled",
                json!("open tasks by the store, finished ones as copies of one by SQL"),
            ),
        ]);
        for (name, unit, samples) in costs.samples {
            let median = samples.percentile(50);
            let metric = format!("growth.{name}.{size}");
            sheet.put(&metric, (median, unit), samples.count(), &conditions);
            if size == SIZES[0] {
                first.push((name, median));
            } else if let Some((_, before)) = first.iter().find(|(known, _)| *known == name)
                && Some(&size) == SIZES.last()
            {
                let metric = format!("growth.{name}.ratio");
                sheet.put(
                    &metric,
                    (median / before.max(1e-6), "ratio"),
                    samples.count(),
                    &conditions,
                );
            }
        }
    }
    Ok(())
}

struct Costs {
    samples: Vec<(&'static str, &'static str, Samples)>,
    conditions: Conditions,
}

async fn costs(folder: &Path, place: &Place) -> anyhow::Result<Costs> {
    let watch = Stopwatch::start();
    let kept = Kept::open(folder)?;
    let mut opening = Samples::default();
    opening.add(watch.elapsed());
    let times = if place.is_smoke() { 2 } else { TIMES };
    let (mut claims, mut steps) = (Samples::default(), Samples::default());
    for _ in 0..times {
        let (claim, step) = claim_and_step(&kept).await?;
        claims.add(claim);
        steps.add(step);
    }
    let mut admin = Admin::start(&kept).await?;
    let status = admin.ask("/status", times).await?;
    let queue = admin.ask("/queue", times).await?;
    admin.stop().await?;
    Ok(Costs {
        samples: vec![
            ("open", "ms", opening),
            ("claim", "ms", claims),
            ("step", "ms", steps),
            ("status", "ms", status),
            ("queue", "ms", queue),
        ],
        conditions: kept.conditions().await?,
    })
}

/// Claims a job, and ends it by a step that queues the next and tells people.
async fn claim_and_step(kept: &Kept) -> anyhow::Result<(std::time::Duration, std::time::Duration)> {
    let watch = Stopwatch::start();
    let mut jobs = kept
        .store
        .claim(specimen::claim(SystemClock.now(), 1))
        .await?
        .taken();
    let claim = watch.elapsed();
    let job = jobs.pop().context("nothing waits to be claimed")?;
    let watch = Stopwatch::start();
    let task = kept.store.task(&TaskKey::Id(job.id.task)).await?;
    let task = task.context("the job's task is not there")?;
    let next = specimen::job_id(job.id.task.0, job.id.number + 1);
    let commit = Commit {
        job_end: Some(JobEnd {
            job: job.id,
            fence: job.fence,
            status: JobStatus::Done,
        }),
        jobs: vec![specimen::agent_job(next)],
        effects: vec![specimen::comment(job.id.task.0, format!("{next}-comment"))],
        ..specimen::update(task)
    };
    is_kept(kept.store.commit(commit).await?)?;
    let step = watch.elapsed();
    ensure!(jobs.is_empty(), "one job was asked for");
    Ok((claim, step))
}
