//! Fills a store: open tasks by the store itself; finished ones as copies of one that the store made, because a million of them would take hours
//! otherwise.

use std::ops::Range;
use std::path::Path;

use app::clock::SystemClock;
use pipeline_core::effect::NewEffect;
use pipeline_core::job::JobStatus;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::source::NewDelivery;
use pipeline_core::port::store::deliveries::{DeliveryStore, Settlement};
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::port::store::outbox::{Channel, EffectClaim, OutboxStore};
use pipeline_core::port::store::tasks::{Commit, EffectEnd, JobEnd, TaskStore};
use pipeline_core::task::{Task, TaskState};
use rusqlite::{Connection, params};

use crate::specimen::{self, START};
use crate::store::{FILE, Kept, each, is_kept};

/// Tasks in one transaction.
const BATCH: u64 = 20_000;
/// The task that the others are copies of.
const PATTERN: i64 = 1;

/// The pattern of a finished task, and open ones with a job that waits each.
pub(super) async fn open_tasks(folder: &Path, open: u64) -> anyhow::Result<()> {
    let kept = Kept::open(folder)?;
    finish(&kept).await?;
    // The pattern counts as finished, so the open ones begin behind it.
    let ids = PATTERN + 1..=i64::try_from(open)? + PATTERN;
    each(&kept, ids, |id| Commit {
        jobs: vec![specimen::agent_job(specimen::job_id(id, 1))],
        ..specimen::insert(specimen::task(id))
    })
    .await
}

/// Brings one task from its first to its last row.
async fn finish(kept: &Kept) -> anyhow::Result<()> {
    let (task, job) = (specimen::task(PATTERN), specimen::job_id(PATTERN, 1));
    let effect: NewEffect = specimen::comment(PATTERN, "pattern");
    let begin = Commit {
        jobs: vec![specimen::agent_job(job)],
        effects: vec![effect.clone()],
        ..specimen::insert(task.clone())
    };
    is_kept(kept.store.commit(begin).await?)?;
    let now = SystemClock.now();
    for claimed in kept.store.claim(specimen::claim(now, 1)).await?.taken() {
        let end = Commit {
            job_end: Some(JobEnd {
                job: claimed.id,
                fence: claimed.fence,
                status: JobStatus::Done,
            }),
            run: Some(specimen::ended_run(&claimed)),
            ..specimen::update(Task {
                state: TaskState::Done,
                ..task.clone()
            })
        };
        is_kept(kept.store.commit(end).await?)?;
    }
    let claim = EffectClaim {
        owner: specimen::claim(now, 1).owner,
        now,
        lease_until: now,
        rooms: vec![(Channel::of(&effect), 1)],
    };
    for row in kept.store.claim_effects(claim).await? {
        let end = Commit {
            effect_end: Some(EffectEnd {
                key: row.effect.key,
                generation: row.generation,
                fence: row.fence,
                dead: None,
            }),
            ..Commit::default()
        };
        is_kept(kept.store.commit(end).await?)?;
    }
    let news = NewDelivery {
        key: "pattern".to_owned(),
        kind: "push".to_owned(),
        body: vec![b'x'; 512],
    };
    kept.store.record("gitea", vec![news], None, START).await?;
    let waiting = kept.store.waiting(now, 10).await?;
    let ids: Vec<_> = waiting.into_iter().map(|delivery| delivery.id).collect();
    Ok(kept.store.settle(&ids, Settlement::Done).await?)
}

/// `?1` is the number of the copy. Every table that grows with tasks.
const COPIES: [&str; 6] = [
    "INSERT INTO tasks SELECT ?1, project, 'issue-' || ?1, 'ET-' || ?1, 'feature/ET-' || ?1, pipeline, stage, state, revision, since,
        json_set(body, '$.id', ?1, '$.issue', 'issue-' || ?1, '$.work_item', 'ET-' || ?1, '$.branch', 'feature/ET-' || ?1)
        FROM tasks WHERE id = ?2",
    "INSERT INTO event_log (task, revision, at, event, note, project)
        SELECT ?1, revision, at, event, note, project FROM event_log WHERE task = ?2",
    "INSERT INTO jobs (task, number, project, class, status, available_at, created_at, fence, settled, body)
        SELECT ?1, number, project, class, status, available_at, created_at, fence, settled, body FROM jobs WHERE task = ?2",
    "INSERT INTO runs SELECT ?1, number, fence, stage, role, started_at, finished_at, outcome, record FROM runs WHERE task = ?2",
    "INSERT INTO outbox (key, task, project, system, lane, target, need, kind, generation, status, fence, attempts, available_at, created_at)
        SELECT key || ?1, ?1, project, system, ?1 || ':tracker', target, need, kind, generation, status, fence, attempts, available_at, created_at
        FROM outbox WHERE task = ?2",
    "INSERT INTO deliveries (source, key, kind, body, received_at, status, available_at)
        SELECT source, key || ?1, kind, body, received_at, status, available_at FROM deliveries WHERE source = 'gitea' AND key = 'pattern' AND ?2 > 0",
];

/// Copies of the pattern up to this number of tasks. Nobody else may have the file open; it is not durable before the last one.
pub(super) fn finished_tasks(folder: &Path, from_to: Range<u64>) -> anyhow::Result<()> {
    let mut connection = Connection::open(folder.join(FILE))?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -200_000)?;
    let mut next = from_to.start;
    while next < from_to.end {
        let until = (next + BATCH).min(from_to.end);
        let transaction = connection.transaction()?;
        for sql in COPIES {
            let mut statement = transaction.prepare(sql)?;
            for number in next..until {
                // Behind the pattern and the open ones.
                statement.execute(params![i64::try_from(number)? + PATTERN, PATTERN])?;
            }
        }
        transaction.commit()?;
        next = until;
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}
