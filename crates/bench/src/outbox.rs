//! How fast effects that are due leave the outbox: the engine's own loops and settlement, into a world that takes everything at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use app::clock::SystemClock;
use async_trait::async_trait;
use pipeline_core::id::IssueId;
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::outbox::{OutboxFilter, OutboxStore};
use pipeline_core::port::store::tasks::Commit;
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::stage::Column;
use pipeline_core::task::{Task, TaskState};
use pipeline_engine::Engine;
use serde_json::json;
use tokio::sync::{Notify, watch};

use crate::clock::Stopwatch;
use crate::figure::Sheet;
use crate::idle::{self, IdleWorld};
use crate::limits::per_second;
use crate::place::Place;
use crate::processor::Processor;
use crate::specimen;
use crate::store::{Kept, each, ratio, runtime};

/// Tasks with effects, each a lane of its own, and effects of each.
const TASKS: u64 = 1_000;
const OF_EACH: u64 = 4;
/// Between two looks whether the last ends are stored.
const LOOK: Duration = Duration::from_millis(1);

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let folder = place.fresh("outbox")?;
    runtime()?.block_on(async {
        let kept = Kept::open(&folder)?;
        let tasks = place.many(TASKS);
        each(&kept, 1..=i64::try_from(tasks)?, with_effects).await?;
        let effects = tasks * OF_EACH;
        let (before, used) = (kept.commits()?, Processor::now());
        let watch = Stopwatch::start();
        drain(&kept, effects).await?;
        let rate = per_second(effects, watch);
        let commits = kept.commits()? - before;
        let mut conditions = kept.conditions().await?;
        let used = Processor::now().since(used, effects);
        conditions.extend(used.map(|(name, time)| (name, json!(time))));
        conditions.extend([
            ("lanes", json!(tasks)),
            ("projects", json!(1)),
            ("adapters", json!("answer at once")),
        ]);
        sheet.put("outbox.drain", (rate, "1/s"), effects, &conditions);
        let commits = (ratio(commits, effects), "1/effect");
        sheet.put("outbox.commits", commits, effects, &conditions);
        Ok(())
    })
}

/// A task that is over: nothing but its effects is left to do.
fn with_effects(id: i64) -> Commit {
    let task = Task {
        state: TaskState::Done,
        ..specimen::task(id)
    };
    Commit {
        effects: (0..OF_EACH)
            .map(|number| specimen::comment(id, format!("{id}-{number}")))
            .collect(),
        ..specimen::insert(task)
    }
}

/// Runs the daemon's loops until the last effect has arrived and its end is stored.
async fn drain(kept: &Kept, effects: u64) -> anyhow::Result<()> {
    let tracker = Arc::new(Arrivals {
        left: AtomicU64::new(effects),
        all: Notify::new(),
    });
    let mut context = idle::context(kept.port(), Arc::new(IdleWorld));
    for ports in context.projects.values_mut() {
        ports.tracker = Arc::<Arrivals>::clone(&tracker);
    }
    let engine = Engine::new(Arc::new(context));
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(async move { engine.run(stopped).await });
    tracker.all.notified().await;
    while !kept.store.effects(OutboxFilter::Open).await?.is_empty() {
        SystemClock.sleep(LOOK).await;
    }
    stop.send_replace(true);
    running.await.context("end the engine")?;
    ensure!(
        tracker.left.load(Ordering::Relaxed) == 0,
        "an effect was sent twice"
    );
    Ok(())
}

/// Takes comments, and says when all have come.
struct Arrivals {
    left: AtomicU64,
    all: Notify,
}

#[async_trait]
impl Tracker for Arrivals {
    async fn observe(&self, issue: &IssueId) -> Result<ItemObservation, PortError> {
        IdleWorld.observe(issue).await
    }

    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError> {
        IdleWorld.open_issues().await
    }

    async fn comment(&self, _: &NewComment) -> Result<(), PortError> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.all.notify_one();
        }
        Ok(())
    }

    async fn move_to(&self, issue: &IssueId, column: Column) -> Result<Moved, PortError> {
        IdleWorld.move_to(issue, column).await
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}
