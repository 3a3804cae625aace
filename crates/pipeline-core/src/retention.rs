//! Retention: what may be removed, and what is kept and named. Pure; whoever removes comes back with what came of it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{BranchName, ProjectId, RunId, TaskId};
use crate::time::Timestamp;

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionRule {
    /// Directories of runs, after their end.
    pub runs_for: Duration,
    /// So many of the newest, whatever their age.
    pub runs_at_most: usize,
    /// Checkouts and pins of a task, after its end.
    pub tasks_for: Duration,
    /// Delivered effects of finished tasks, and handled news.
    pub rows_for: Duration,
}

/// The directory of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredRun {
    /// Whose.
    pub run: RunId,
    /// When it ended; none: it lives, or that is not known.
    pub ended_at: Option<Timestamp>,
}

/// A task that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedTask {
    /// Which.
    pub task: TaskId,
    /// Its project.
    pub project: ProjectId,
    /// Its branch.
    pub branch: BranchName,
}

/// Something that is kept although its time is over, or that could not be removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kept {
    /// What it is.
    pub what: String,
    /// Where it is.
    pub place: String,
    /// Why it is kept.
    pub why: String,
}

/// What came of a round.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RetentionReport {
    /// Directories of runs that were removed.
    pub runs: usize,
    /// Checkouts that were given back.
    pub checkouts: usize,
    /// Pinned commits that were let go: the forge has them.
    pub pins: usize,
    /// Rows of delivered effects and handled news that were removed, and entries of feeds.
    pub rows: usize,
    /// Rows of lost runs that had no end and got one.
    pub mended: usize,
    /// Repositories that were packed.
    #[serde(default)]
    pub packed: usize,
    /// Work that is nowhere else: it stays until somebody takes it or removes it by hand.
    pub kept: Vec<Kept>,
    /// What could not be removed; tried again at the next round.
    pub failed: Vec<Kept>,
}

impl RetentionReport {
    /// Nothing was done, and nothing is to be said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The directories whose time is over: older than the rule says, or not among the newest. One that lives, or whose job is `busy`, never is.
#[must_use]
pub fn runs_to_remove(
    stored: &[StoredRun],
    busy: &BTreeSet<RunId>,
    (rule, now): (&RetentionRule, Timestamp),
) -> Vec<RunId> {
    let mut ended: Vec<(Timestamp, RunId)> = stored
        .iter()
        .filter(|stored| !busy.contains(&stored.run))
        .filter_map(|stored| stored.ended_at.map(|at| (at, stored.run)))
        .collect();
    ended.sort_unstable();
    let newest_first = ended.into_iter().rev().enumerate();
    newest_first
        .filter(|(place, (at, _))| *place >= rule.runs_at_most || now.since(*at) > rule.runs_for)
        .map(|(_, (_, run))| run)
        .collect()
}

#[cfg(test)]
mod cases {
    use super::*;
    use crate::id::JobId;

    const DAY: i64 = 86_400_000;
    const RULE: RetentionRule = RetentionRule {
        runs_for: Duration::from_secs(30 * 86_400),
        runs_at_most: 3,
        tasks_for: Duration::ZERO,
        rows_for: Duration::ZERO,
    };

    fn run(number: u32) -> RunId {
        let job = JobId {
            task: TaskId(1),
            number,
        };
        RunId { job, fence: 1 }
    }

    /// Runs by number and the days since their end; the answer is numbers.
    fn check(stored: &[(u32, Option<i64>)], busy: &[u32], expected: &[u32]) {
        let now = Timestamp(100 * DAY);
        let stored: Vec<StoredRun> = stored
            .iter()
            .map(|(number, days)| StoredRun {
                run: run(*number),
                ended_at: days.map(|days| Timestamp(now.0 - days * DAY)),
            })
            .collect();
        let busy = busy.iter().map(|number| run(*number)).collect();
        let removed = runs_to_remove(&stored, &busy, (&RULE, now));
        let mut removed: Vec<u32> = removed.iter().map(|run| run.job.number).collect();
        removed.sort_unstable();
        assert_eq!(removed, expected);
    }

    #[test]
    fn whichever_ends_first_counts() {
        check(&[(1, Some(1)), (2, Some(30)), (3, Some(31))], &[], &[3]);
        check(
            &[
                (1, Some(4)),
                (2, Some(1)),
                (3, Some(2)),
                (4, Some(3)),
                (5, Some(5)),
            ],
            &[],
            &[1, 5],
        );
    }

    #[test]
    fn what_lives_or_is_busy_is_never_removed() {
        check(&[(1, None), (2, Some(90)), (3, Some(90))], &[2], &[3]);
        check(&[(1, None); 5], &[], &[]);
    }
}
