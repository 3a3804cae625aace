//! From the move on the board to the first byte that the agent's process writes: webhook, intake, decision, branch, checkout, runner, shell.

use std::fs;

use serde_json::json;

use crate::clock::Stopwatch;
use crate::daemon::{Daemon, until};
use crate::figure::{Conditions, Sheet};
use crate::installation::Installation;
use crate::place::Place;
use crate::samples::Samples;

/// Writes one byte, and then what the analyst owes, so that the task comes to rest.
const AGENT: &str = "
echo > 'PLACE/first'
cat > /dev/null
docs=\"docs/work-items/$ORCHD_WORK_ITEM\"
for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do echo text > \"$docs/$name\"; done
echo '{\"type\":\"result\"}'
echo > 'PLACE/over'
";

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let tasks = place.many(50);
    let installation = Installation::new(&place.fresh("first-byte")?, AGENT, 4)?;
    let daemon = Daemon::start(&installation)?;
    let mut samples = Samples::default();
    for number in 0..tasks {
        let issue = daemon.write_issue(&format!("Add greeting number {number}"))?;
        let (first, over) = (installation.path("first"), installation.path("over"));
        let watch = Stopwatch::start();
        daemon.begin(&issue)?;
        until("the agent's first byte", || Ok(first.exists().then_some(())))?;
        samples.add(watch.elapsed());
        until("the agent's end", || Ok(over.exists().then_some(())))?;
        at_rest(&installation, number + 1)?;
        fs::remove_file(&first)?;
        fs::remove_file(&over)?;
    }
    daemon.stop()?;
    let conditions = Conditions::from([
        ("agent", json!("sh")),
        ("from", json!("POST of the move")),
        ("files", json!(1)),
    ]);
    for (percent, what) in [(50, "p50"), (99, "p99")] {
        let value = (samples.percentile(percent), "ms");
        sheet.put(&format!("first-byte.{what}"), value, samples.count(), &conditions);
    }
    Ok(())
}

/// Nothing of an earlier task is under way any more.
fn at_rest(installation: &Installation, tasks: u64) -> anyhow::Result<()> {
    use pipeline_core::port::store::outbox::{OutboxFilter, OutboxStore};
    use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
    use pipeline_core::task::TaskState;

    let store = store_sqlite::SqliteStore::attach(&installation.places().database())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    until("the task to wait for its approval", || {
        let (all, effects) = runtime.block_on(async {
            let all = store.tasks(TaskFilter::Open).await?;
            let effects = store.effects(OutboxFilter::Open).await?;
            anyhow::Ok((all, effects))
        })?;
        let waiting = all
            .iter()
            .filter(|task| matches!(task.state, TaskState::Waiting(_)));
        Ok((waiting.count() as u64 == tasks && effects.is_empty()).then_some(()))
    })
}
