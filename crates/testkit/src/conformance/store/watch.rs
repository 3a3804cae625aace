//! Whether anything was written, and when something falls due.

use std::sync::Arc;

use pipeline_core::id::TaskId;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::jobs::Claim;
use pipeline_core::port::store::tasks::{Commit, EffectEnd};
use pipeline_core::timer::{TimerChange, TimerKind};

use crate::conformance::store::{commit, with_task};
use crate::sample::{self, at, job_id};

/// Whatever it is, whoever waits is woken and finds another version.
pub async fn a_write_is_told(store: Arc<dyn Store>) {
    for task in 1..=3 {
        let before = settled(&store).await;
        with_task(&store, task).await;
        while store.version() == before {
            store.written().await;
        }
    }
}

/// Nor does a claim that takes nothing.
pub async fn reading_writes_nothing(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    let before = settled(&store).await;
    store.due().await.unwrap();
    store.leased().await.unwrap();
    store.waiting(at(99), 10).await.unwrap();
    let claim = store.claim(sample::claim("a", at(99))).await.unwrap();
    assert_eq!(claim, Claim::Empty { next: None });
    let claimed = store.claim_effects(sample::effect_claim("a", at(99), 9)).await;
    assert_eq!(claimed.unwrap(), []);
    assert_eq!(settled(&store).await, before);
}

/// The earliest of jobs, effects and timers; what runs waits for nothing.
pub async fn the_next_moment_is_known(store: Arc<dyn Store>) {
    with_task(&store, 1).await;
    assert_eq!(store.due().await.unwrap(), None);
    let timer = TimerChange::Arm {
        kind: TimerKind::CiPoll,
        generation: 1,
        due: at(50),
    };
    let mut job = sample::job(job_id(1, 1), sample::agent_job());
    job.available_at = at(40);
    for (change, due) in [
        (
            Commit {
                timers: vec![(TaskId(1), timer)],
                ..Commit::default()
            },
            50,
        ),
        (
            Commit {
                jobs: vec![job],
                ..Commit::default()
            },
            40,
        ),
        (
            Commit {
                at: at(30),
                effects: vec![sample::alert(1, "a")],
                ..Commit::default()
            },
            30,
        ),
    ] {
        commit(&store, change).await;
        assert_eq!(store.due().await.unwrap(), Some(at(due)));
    }
    let sent = store
        .claim_effects(sample::effect_claim("a", at(30), 9))
        .await
        .unwrap();
    assert_eq!(store.due().await.unwrap(), Some(at(30)), "it is on its way");
    let end = EffectEnd {
        key: sent[0].effect.key.clone(),
        generation: sent[0].generation,
        fence: sent[0].fence,
        dead: None,
    };
    let arrived = Commit {
        effect_end: Some(end),
        ..Commit::default()
    };
    commit(&store, arrived).await;
    assert_eq!(store.due().await.unwrap(), Some(at(40)));
    store.claim(sample::claim("a", at(40))).await.unwrap();
    assert_eq!(store.due().await.unwrap(), Some(at(50)), "the job runs");
}

/// The version when everything that was written so far is in it.
async fn settled(store: &Arc<dyn Store>) -> u64 {
    // Looks at what others have written, and tells it.
    store.unanswered().await.unwrap();
    store.version()
}
