//! Tidying: removes what the rules of retention give free, and names what is kept. It fails closed: what cannot be told stays.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::id::{BranchName, ProjectId, RunId, TaskId};
use pipeline_core::port::PortError;
use pipeline_core::port::storage::AtWork;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::{Commit, TaskFilter};
use pipeline_core::retention::{FinishedTask, Kept, RetentionReport, runs_to_remove};
use pipeline_core::run::RunRow;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;

use crate::context::{Context, ProjectPorts};

/// Rows at a time: other writers get their turn in between.
const BATCH: usize = 500;
/// Batches in a round; what is left waits for the next one.
const BATCHES: usize = 40;

/// One round: rows of lost runs, directories of runs, leftovers of finished tasks, old rows, and feeds that were read.
pub(crate) async fn tick(context: &Context) -> Result<(), StoreError> {
    let before = context.store.retention().await?.map(|told| told.report);
    let mut report = RetentionReport::default();
    mend_runs(context, &mut report).await?;
    remove_runs(context, &mut report).await?;
    leave_finished_tasks(context, &mut report).await?;
    forget_rows(context, &mut report).await?;
    shorten_feeds(context, &mut report).await?;
    report.kept.sort();
    report.failed.sort();
    say(&report, &before.unwrap_or_default());
    context.store.tell_retention(&report, context.clock.now()).await
}

/// A run that was lost with its daemon has no end in its row.
async fn mend_runs(context: &Context, report: &mut RetentionReport) -> Result<(), StoreError> {
    for row in context.store.open_runs(BATCH).await? {
        let at = context.clock.now();
        let run = RunRow {
            finished_at: Some(at),
            outcome: "lost".to_owned(),
            ..row
        };
        let commit = Commit {
            at,
            run: Some(run),
            ..Commit::default()
        };
        context.store.commit(commit).await?;
        report.mended += 1;
    }
    Ok(())
}

async fn remove_runs(context: &Context, report: &mut RetentionReport) -> Result<(), StoreError> {
    let stored = match context.run_storage.stored().await {
        Ok(stored) => stored,
        Err(error) => {
            report.failed.push(failed("directories of runs", "", &error));
            return Ok(());
        }
    };
    // Asked last: a run that is leased by now is not removed, whatever its directory says.
    let leased = context.store.leased().await?;
    let busy: BTreeSet<RunId> = leased
        .iter()
        .map(|job| RunId {
            job: job.id,
            fence: job.fence,
        })
        .collect();
    let now = context.clock.now();
    for run in runs_to_remove(&stored, &busy, (&context.settings.retention, now)) {
        match context.run_storage.remove(&run).await {
            Ok(()) => report.runs += 1,
            Err(error) => {
                let place = context.run_log.place(&run);
                report
                    .failed
                    .push(failed(&format!("the directory of run {run}"), &place, &error));
            }
        }
    }
    Ok(())
}

async fn leave_finished_tasks(context: &Context, report: &mut RetentionReport) -> Result<(), StoreError> {
    let before = earlier(context, context.settings.retention.tasks_for);
    let mut finished: BTreeMap<ProjectId, Vec<FinishedTask>> = BTreeMap::new();
    for task in context.store.finished_tasks(before).await? {
        finished.entry(task.project.clone()).or_default().push(task);
    }
    let open = context.store.tasks(TaskFilter::Open).await?;
    let old = earlier(context, context.settings.retention.rows_for);
    for (project, ports) in &context.projects {
        let tasks = finished.remove(project).unwrap_or_default();
        let at_work = at_work(open.iter().filter(|task| task.project == *project), before);
        if let Err(error) = leave(ports, (tasks, at_work), report).await {
            report
                .failed
                .push(failed("leftovers of finished tasks", project.as_str(), &error));
            continue;
        }
        match ports.storage.pack(old).await {
            Ok(packed) => report.packed += usize::from(packed),
            Err(error) => report.failed.push(failed(
                "what a repository holds too much",
                project.as_str(),
                &error,
            )),
        }
    }
    Ok(())
}

/// What the open tasks of a project need, at least of the time since `before`.
fn at_work<'a>(open: impl Iterator<Item = &'a Task>, before: Timestamp) -> AtWork {
    let mut at_work = AtWork {
        since: before,
        heads: BTreeSet::new(),
    };
    for task in open {
        at_work.since = at_work.since.min(task.created_at);
        at_work.heads.extend(task.head.clone());
    }
    at_work
}

/// Checkouts first: what they hold is judged by their pins.
async fn leave(
    ports: &ProjectPorts,
    (tasks, at_work): (Vec<FinishedTask>, AtWork),
    report: &mut RetentionReport,
) -> Result<(), PortError> {
    let branches: Vec<BranchName> = tasks.iter().map(|task| task.branch.clone()).collect();
    let mut stuck: BTreeSet<BranchName> = BTreeSet::new();
    for branch in ports.storage.checkouts(branches).await? {
        match ports.workspace.release(&branch).await {
            Ok(()) => report.checkouts += 1,
            // It was moved aside and is named with everything that was.
            Err(PortError::Conflict(_)) => {}
            Err(error) => {
                report
                    .failed
                    .push(failed("a checkout", &format!("branch {branch}"), &error));
                stuck.insert(branch);
            }
        }
    }
    let loose = tasks.iter().filter(|task| !stuck.contains(&task.branch));
    let loose: BTreeSet<TaskId> = loose.map(|task| task.task).collect();
    if !loose.is_empty() {
        let unpinned = ports.storage.unpin(loose).await?;
        report.pins += unpinned.removed;
        report.kept.extend(unpinned.kept);
    }
    let unpinned = ports.storage.unpin_rest(at_work).await?;
    report.pins += unpinned.removed;
    report.kept.extend(unpinned.kept);
    report.kept.extend(ports.storage.set_aside().await?);
    Ok(())
}

async fn forget_rows(context: &Context, report: &mut RetentionReport) -> Result<(), StoreError> {
    let before = earlier(context, context.settings.retention.rows_for);
    for _ in 0..BATCHES {
        let forgotten = context.store.forget_effects(before, BATCH).await?
            + context.store.forget_deliveries(before, BATCH).await?;
        report.rows += forgotten;
        if forgotten == 0 {
            break;
        }
    }
    Ok(())
}

/// A feed is ours alone, and what we have read of it is stored as deliveries.
async fn shorten_feeds(context: &Context, report: &mut RetentionReport) -> Result<(), StoreError> {
    let before = earlier(context, context.settings.retention.rows_for);
    for source in &context.sources {
        let Some(read) = context.store.cursor(source.name()).await? else {
            continue;
        };
        match source.tidy(&read, before).await {
            Ok(forgotten) => report.rows += forgotten,
            Err(error) => report
                .failed
                .push(failed("old news that was read", source.name(), &error)),
        }
    }
    Ok(())
}

fn earlier(context: &Context, by: std::time::Duration) -> Timestamp {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp(context.clock.now().0.saturating_sub(by))
}

fn failed(what: &str, place: &str, error: &PortError) -> Kept {
    Kept {
        what: what.to_owned(),
        place: place.to_owned(),
        why: error.to_string(),
    }
}

/// What was done, and what is kept or failed as soon as it is known.
fn say(report: &RetentionReport, before: &RetentionReport) {
    let RetentionReport {
        runs,
        checkouts,
        pins,
        rows,
        mended,
        packed,
        ..
    } = report;
    if runs + checkouts + pins + rows + mended + packed > 0 {
        tracing::info!(runs, checkouts, pins, rows, mended, packed, "tidied up");
    }
    for kept in report.kept.iter().filter(|kept| !before.kept.contains(kept)) {
        tracing::warn!(what = kept.what, place = kept.place, why = kept.why, "kept");
    }
    for left in report.failed.iter().filter(|left| !before.failed.contains(left)) {
        tracing::error!(
            what = left.what,
            place = left.place,
            why = left.why,
            "failed to remove; tried again later"
        );
    }
}
