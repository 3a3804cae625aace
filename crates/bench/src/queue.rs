//! The queue through the store port, as the engine uses it: a job is queued by a step's commit, claimed under a lease, and ended by the commit of the
//! step that takes its result. Each of these is durable before the next.

mod worker;

use std::path::Path;
use std::sync::Arc;

use pipeline_core::id::JobId;
use pipeline_core::port::store::tasks::Commit;
use serde_json::json;
use tokio::task::JoinSet;

use crate::clock::Stopwatch;
use crate::figure::{Conditions, Sheet};
use crate::limits::per_second;
use crate::place::Place;
use crate::processor::Processor;
use crate::queue::worker::{Line, Work, Worker};
use crate::specimen::{self, START};
use crate::store::{Kept, each, is_kept, ratio, runtime};

/// Jobs of the largest load.
const JOBS: u64 = 24_000;
/// Tasks whose jobs these are.
const TASKS: u64 = 600;
/// Commits that queue jobs, side by side.
const PRODUCERS: u64 = 64;

/// A way to use the queue.
struct Load {
    name: &'static str,
    work: Work,
    workers: u64,
    /// Jobs that a worker claims at once, and carries out side by side.
    at_once: usize,
    /// The share of [`JOBS`] that is enough to see it.
    share: u64,
    /// The jobs are there before the workers begin.
    filled: bool,
}

const LOADS: &[Load] = &[
    Load::of("queue.claim_complete", Work::Jobs, (8, 64), (1, true)),
    Load::of("queue.end_to_end.1", Work::Jobs, (1, 1), (40, false)),
    Load::of("queue.end_to_end.8", Work::Jobs, (8, 1), (8, false)),
    Load::of("queue.end_to_end.batches.1", Work::Jobs, (1, 64), (2, false)),
    Load::of("queue.end_to_end.batches.8", Work::Jobs, (8, 64), (1, false)),
    Load::of("queue.steps.8", Work::Steps, (8, 64), (1, true)),
];

impl Load {
    const fn of(
        name: &'static str,
        work: Work,
        (workers, at_once): (u64, usize),
        (share, filled): (u64, bool),
    ) -> Self {
        Self {
            name,
            work,
            workers,
            at_once,
            share,
            filled,
        }
    }
}

/// What came of a load.
struct Found {
    rate: f64,
    jobs: u64,
    commits: u64,
}

/// Where a load began.
struct Begun {
    commits: u64,
    used: Processor,
    watch: Stopwatch,
}

impl Begun {
    fn now(kept: &Kept) -> anyhow::Result<Self> {
        Ok(Self {
            commits: kept.commits()?,
            used: Processor::now(),
            watch: Stopwatch::start(),
        })
    }

    async fn end(self, kept: &Kept, jobs: u64) -> anyhow::Result<(Found, Conditions)> {
        let found = Found {
            rate: per_second(jobs, self.watch),
            jobs,
            commits: kept.commits()? - self.commits,
        };
        let used = Processor::now().since(self.used, jobs);
        let mut conditions = kept.conditions().await?;
        conditions.extend(used.map(|(name, time)| (name, json!(time))));
        Ok((found, conditions))
    }
}

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let tasks = place.many(TASKS);
    let of_each = JOBS / TASKS;
    let folder = place.fresh("queue.enqueue")?;
    let (found, mut conditions) = runtime()?.block_on(enqueue(&folder, (tasks, of_each)))?;
    conditions.insert("producers", json!(PRODUCERS));
    put(sheet, "queue.enqueue", &found, &conditions);
    for load in LOADS {
        let folder = place.fresh(load.name)?;
        let size = ((tasks / load.share).max(1), of_each);
        let (found, mut conditions) = runtime()?.block_on(carry(&folder, load, size))?;
        conditions.extend([
            ("workers", json!(load.workers)),
            ("claimed_at_once", json!(load.at_once)),
            ("writes", json!(load.work.about())),
        ]);
        if !load.filled {
            conditions.insert("producers", json!(PRODUCERS));
        }
        put(sheet, load.name, &found, &conditions);
    }
    Ok(())
}

fn put(sheet: &mut Sheet, name: &str, found: &Found, conditions: &Conditions) {
    sheet.put(name, (found.rate, "1/s"), found.jobs, conditions);
    let commits = (ratio(found.commits, found.jobs), "1/job");
    sheet.put(&format!("{name}.commits"), commits, found.jobs, conditions);
    if let Some(limit) = sheet.value("limit.fdatasync") {
        let metric = format!("{name}.of_fdatasync");
        sheet.put(&metric, (found.rate / limit, "ratio"), found.jobs, conditions);
    }
}

async fn enqueue(folder: &Path, (tasks, of_each): (u64, u64)) -> anyhow::Result<(Found, Conditions)> {
    let kept = Kept::open(folder)?;
    let ids = 1..=i64::try_from(tasks)?;
    each(&kept, ids, |id| specimen::insert(specimen::task(id))).await?;
    let line = Arc::new(Line::new(tasks * of_each));
    let begun = Begun::now(&kept)?;
    produce(&kept, (tasks, of_each), &line).await?;
    begun.end(&kept, tasks * of_each).await
}

async fn carry(
    folder: &Path,
    load: &Load,
    (tasks, of_each): (u64, u64),
) -> anyhow::Result<(Found, Conditions)> {
    let kept = Kept::open(folder)?;
    let jobs = tasks * of_each;
    let line = Arc::new(Line::new(jobs));
    let ids = 1..=i64::try_from(tasks)?;
    each(&kept, ids, |id| begun(id, load.work)).await?;
    match load.work {
        Work::Jobs if load.filled => produce(&kept, (tasks, of_each), &line).await?,
        Work::Jobs => {}
        Work::Steps => line.queued(usize::try_from(tasks)?),
    }
    let beginning = Begun::now(&kept)?;
    let mut working = JoinSet::new();
    for _ in 0..load.workers {
        let worker = Worker {
            store: kept.port(),
            line: Arc::clone(&line),
            work: load.work,
            at_once: load.at_once,
            of_each: u32::try_from(of_each)?,
        };
        working.spawn(worker.run());
    }
    if !load.filled {
        produce(&kept, (tasks, of_each), &line).await?;
    }
    while let Some(ended) = working.join_next().await {
        ended??;
    }
    beginning.end(&kept, jobs).await
}

/// A task; where its steps queue its jobs, with the first of them.
fn begun(id: i64, work: Work) -> Commit {
    let commit = specimen::insert(specimen::task(id));
    match work {
        Work::Jobs => commit,
        Work::Steps => Commit {
            jobs: vec![specimen::agent_job(specimen::job_id(id, 1))],
            ..commit
        },
    }
}

/// Queues all jobs, each by a commit of its own.
async fn produce(kept: &Kept, (tasks, of_each): (u64, u64), line: &Arc<Line>) -> anyhow::Result<()> {
    let mut producing = JoinSet::new();
    for producer in 0..PRODUCERS {
        let (store, line) = (kept.port(), Arc::clone(line));
        producing.spawn(async move {
            for number in (producer..tasks * of_each).step_by(usize::try_from(PRODUCERS)?) {
                let id: JobId = specimen::job_id(
                    i64::try_from(number % tasks + 1)?,
                    u32::try_from(number / tasks + 1)?,
                );
                let commit = Commit {
                    at: START,
                    jobs: vec![specimen::agent_job(id)],
                    ..Commit::default()
                };
                is_kept(store.commit(commit).await?)?;
                line.queued(1);
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = producing.join_next().await {
        ended??;
    }
    Ok(())
}
