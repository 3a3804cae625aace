//! Tidying: removes what the rules of retention give free, and names what is kept. It fails closed: what cannot be told stays.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::id::{BranchName, ProjectId, RunId, TaskId};
use pipeline_core::port::PortError;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::Commit;
use pipeline_core::retention::{FinishedTask, Kept, RetentionReport, runs_to_remove};
use pipeline_core::run::RunRow;

use crate::context::{Context, ProjectPorts};

/// Rows at a time: other writers get their turn in between.
const BATCH: usize = 500;
/// Batches in a round; what is left waits for the next one.
const BATCHES: usize = 40;

/// One round: rows of lost runs, directories of runs, leftovers of finished tasks, old rows.
pub(crate) async fn tick(context: &Context) -> Result<(), StoreError> {
    let before = context.store.retention().await?.map(|told| told.report);
    let mut report = RetentionReport::default();
    mend_runs(context, &mut report).await?;
    remove_runs(context, &mut report).await?;
    leave_finished_tasks(context, &mut report).await?;
    forget_rows(context, &mut report).await?;
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
    for (project, ports) in &context.projects {
        let tasks = finished.remove(project).unwrap_or_default();
        if let Err(error) = leave(ports, tasks, report).await {
            report
                .failed
                .push(failed("leftovers of finished tasks", project.as_str(), &error));
        }
    }
    Ok(())
}

/// Checkouts first: what they hold is judged by their pins.
async fn leave(
    ports: &ProjectPorts,
    tasks: Vec<FinishedTask>,
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

fn earlier(context: &Context, by: std::time::Duration) -> pipeline_core::time::Timestamp {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    pipeline_core::time::Timestamp(context.clock.now().0.saturating_sub(by))
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
        ..
    } = report;
    if runs + checkouts + pins + rows + mended > 0 {
        tracing::info!(runs, checkouts, pins, rows, mended, "tidied up");
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
