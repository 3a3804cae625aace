//! The rules by themselves, on one thread: verdicts on reports as agents write them, and the decisions of a task that went through every stage.

use std::hint::black_box;

use anyhow::{Context, bail};
use pipeline_core::decision::Decision;
use pipeline_core::event::{Event, LogEntry};
use pipeline_core::start::start;
use pipeline_core::task::Task;
use pipeline_core::transition::{Rules, decide};
use pipeline_core::verdict::report::{JudgeOptions, judge_bytes};
use serde_json::json;

use crate::clock::Stopwatch;
use crate::figure::{Conditions, Sheet};
use crate::limits::per_second;
use crate::place::Place;
use crate::stages::{History, history};

/// The fixtures that are whole reports.
const REPORTS: [(&str, &[u8]); 9] = [
    (
        "12-review.md",
        include_bytes!("../../../fixtures/reports/TRK-021/12-review.md"),
    ),
    (
        "12-review-v4.md",
        include_bytes!("../../../fixtures/reports/TRK-021/12-review-v4.md"),
    ),
    (
        "13-test-report.md",
        include_bytes!("../../../fixtures/reports/TRK-021/13-test-report.md"),
    ),
    (
        "14-deploy-log.md",
        include_bytes!("../../../fixtures/reports/TRK-021/14-deploy-log.md"),
    ),
    (
        "15-staging-log.md",
        include_bytes!("../../../fixtures/reports/TRK-021/15-staging-log.md"),
    ),
    (
        "12-review.md",
        include_bytes!("../../../fixtures/reports/SHOP-007/12-review.md"),
    ),
    (
        "13-test-report.md",
        include_bytes!("../../../fixtures/reports/SHOP-007/13-test-report.md"),
    ),
    (
        "14-deploy-log.md",
        include_bytes!("../../../fixtures/reports/SHOP-007/14-deploy-log.md"),
    ),
    (
        "15-staging-log.md",
        include_bytes!("../../../fixtures/reports/SHOP-007/15-staging-log.md"),
    ),
];

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    verdicts(place, sheet);
    decisions(place, sheet)
}

fn verdicts(place: &Place, sheet: &mut Sheet) {
    let rounds = place.many(20_000);
    let watch = Stopwatch::start();
    for _ in 0..rounds {
        for (name, bytes) in REPORTS {
            black_box(judge_bytes(name, black_box(bytes), &JudgeOptions::default()));
        }
    }
    let count = rounds * REPORTS.len() as u64;
    let bytes: usize = REPORTS.iter().map(|(_, bytes)| bytes.len()).sum();
    let conditions = Conditions::from([
        ("threads", json!(1)),
        ("mean_bytes", json!(bytes / REPORTS.len())),
    ]);
    sheet.put(
        "rules.verdicts",
        (per_second(count, watch), "1/s"),
        count,
        &conditions,
    );
}

fn decisions(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let history = history(&place.fresh("history")?)?;
    let pairs = pairs(&history)?;
    let rounds = place.many(5_000);
    let watch = Stopwatch::start();
    for _ in 0..rounds {
        for (task, entry) in &pairs {
            black_box(decide(black_box(task), &entry.event, rules(&history, entry)));
        }
    }
    let count = rounds * pairs.len() as u64;
    let conditions = Conditions::from([("threads", json!(1)), ("steps_of_a_task", json!(pairs.len()))]);
    sheet.put(
        "rules.decisions",
        (per_second(count, watch), "1/s"),
        count,
        &conditions,
    );
    Ok(())
}

/// Every decision of the task's life: the task before it, and what happened.
fn pairs(history: &History) -> anyhow::Result<Vec<(Task, &LogEntry)>> {
    let (first, rest) = history.log.split_first().context("the event log is empty")?;
    let Event::ItemObserved { item, order: Some(_) } = &first.event else {
        bail!("the event log begins with {}", first.event.name());
    };
    let work_item = history.task.work_item.clone();
    let mut task = start(history.task.id, work_item, item, rules(history, first)).task;
    let mut pairs = Vec::new();
    for entry in rest {
        let Decision::Change(change) = decide(&task, &entry.event, rules(history, entry)) else {
            bail!("the rules refuse {} of the log", entry.event.name());
        };
        pairs.push((std::mem::replace(&mut task, change.task), entry));
    }
    Ok(pairs)
}

fn rules<'a>(history: &'a History, entry: &LogEntry) -> Rules<'a> {
    Rules {
        pipeline: &history.pipeline,
        project: &history.project,
        now: entry.at,
    }
}
