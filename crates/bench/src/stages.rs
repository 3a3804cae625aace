//! A task through all nine stages of the built-in pipeline: the real engine, rules and store, and an outside that answers at once. What is left is
//! what orchd itself costs. Knows of the engine only what the wiring knows.

mod board;
mod repository;
mod agents;
mod world;

use std::time::Duration;

use anyhow::{Context, bail};
use pipeline_core::event::LogEntry;
use pipeline_core::id::TaskId;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::tasks::{TaskFilter, TaskKey, TaskStore};
use pipeline_core::project::Project;
use pipeline_core::task::Task;
use serde_json::json;
use store_sqlite::{Commits, SqliteStore};

use crate::clock::Stopwatch;
use crate::figure::{Conditions, Sheet};
use crate::limits::per_second;
use crate::place::Place;
use crate::samples::Samples;
use crate::stages::world::{Crowd, World};

/// Nothing takes so long; a measurement that waits longer has found a fault.
const STUCK: Duration = Duration::from_secs(60);

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    for (in_flight, tasks) in [(1, 200), (64, 2_000)] {
        let folder = place.fresh(&format!("stages-{in_flight}"))?;
        let crowd = Crowd {
            tasks: place.many(tasks),
            in_flight,
            projects: in_flight.min(8),
        };
        let course = runtime()?.block_on(async {
            let world = World::new(&folder, crowd)?;
            run(world, crowd).await
        })?;
        course.put(sheet);
    }
    Ok(())
}

/// What a task that went through every stage left: for measurements of the rules alone.
pub(crate) struct History {
    pub(crate) task: Task,
    pub(crate) log: Vec<LogEntry>,
    pub(crate) pipeline: Pipeline,
    pub(crate) project: Project,
}

/// Lets one task go through every stage.
pub(crate) fn history(folder: &std::path::Path) -> anyhow::Result<History> {
    let crowd = Crowd {
        tasks: 1,
        in_flight: 1,
        projects: 1,
    };
    runtime()?.block_on(async {
        let world = World::new(folder, crowd)?;
        let store = world.store();
        let project = world.project();
        run(world, crowd).await?;
        let key = TaskKey::Id(TaskId(1));
        let task = store.task(&key).await?.context("the task is gone")?;
        let log = store.log(task.id).await?;
        Ok(History {
            task,
            log,
            pipeline: Pipeline::built_in(),
            project,
        })
    })
}

/// As the daemon's own.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().context("start the runtime")
}

/// How it went.
struct Course {
    crowd: Crowd,
    seconds: f64,
    rate: f64,
    steps: u64,
    commits: Commits,
    latency: Samples,
    settings: Vec<(&'static str, String)>,
}

async fn run(mut world: World, crowd: Crowd) -> anyhow::Result<Course> {
    let engine = world.engine();
    engine.recover().await?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(async move { engine.run(stopped).await });
    let store = world.store();
    let before = store.commits();
    let watch = Stopwatch::start();
    let mut latency = Samples::default();
    let mut ordered = 0;
    while ordered < crowd.in_flight.min(crowd.tasks) {
        world.order();
        ordered += 1;
    }
    for _ in 0..crowd.tasks {
        match tokio::time::timeout(STUCK, world.finished()).await {
            Ok(time) => latency.add(time),
            Err(_) => bail!("no task ends any more: {}", standing(&store).await?),
        }
        if ordered < crowd.tasks {
            world.order();
            ordered += 1;
        }
    }
    let (seconds, rate) = (watch.seconds(), per_second(crowd.tasks, watch));
    let after = store.commits();
    stop.send_replace(true);
    running.await.context("end the engine")?;
    let tasks = store.tasks(TaskFilter::All).await?;
    Ok(Course {
        crowd,
        seconds,
        rate,
        steps: tasks.iter().map(|task| task.revision).sum(),
        commits: Commits {
            transactions: after.transactions - before.transactions,
            writes: after.writes - before.writes,
        },
        latency,
        settings: store.settings().await?,
    })
}

async fn standing(store: &SqliteStore) -> anyhow::Result<String> {
    let open = store.tasks(TaskFilter::Open).await?;
    let places = open
        .iter()
        .map(|task| format!("{} {}/{:?}", task.work_item, task.stage, task.state));
    Ok(places.take(3).collect::<Vec<_>>().join(", "))
}

impl Course {
    fn put(&self, sheet: &mut Sheet) {
        let crowd = self.crowd;
        let name = |what: &str| format!("stages.{what}.{}", crowd.in_flight);
        let mut conditions = Conditions::from([
            ("in_flight", json!(crowd.in_flight)),
            ("projects", json!(crowd.projects)),
            ("steps_per_task", json!(self.steps / crowd.tasks.max(1))),
            ("log", json!("off")),
        ]);
        for (name, value) in &self.settings {
            conditions.insert(name, json!(value));
        }
        let tasks = crowd.tasks;
        sheet.put(&name("tasks"), (self.rate, "1/s"), tasks, &conditions);
        let busy = self.seconds * 1000.0 * float(crowd.in_flight);
        sheet.put(
            &name("step"),
            (busy / float(self.steps), "ms"),
            self.steps,
            &conditions,
        );
        for (percent, what) in [(50, "p50"), (99, "p99")] {
            let value = self.latency.percentile(percent);
            sheet.put(&name(what), (value, "ms"), self.latency.count(), &conditions);
        }
        let Commits { transactions, writes } = self.commits;
        for (what, count) in [("commits", transactions), ("writes", writes)] {
            let each = float(count) / float(tasks);
            sheet.put(&name(what), (each, "per task"), tasks, &conditions);
        }
        let limit = match crowd.in_flight {
            1 => "limit.sqlite.single",
            _ => "limit.sqlite.grouped",
        };
        if let Some(limit) = sheet.value(limit) {
            let ratio = float(writes) / self.seconds / limit;
            sheet.put(&name("of_limit"), (ratio, "ratio"), tasks, &conditions);
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of a measurement are small")]
fn float(count: u64) -> f64 {
    count as f64
}
