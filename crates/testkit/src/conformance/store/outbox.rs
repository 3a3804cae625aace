//! Append rows: order within lanes, claims, what a crash leaves.

use std::sync::Arc;

use pipeline_core::effect::{EffectKind, Lane, NewEffect, System};
use pipeline_core::id::{EffectKey, InstanceId, IssueId, ProjectId, TaskId};
use pipeline_core::port::store::Store;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow, Postponement};
use pipeline_core::port::store::tasks::{Commit, EffectEnd};
use pipeline_core::stage::Column;
use pipeline_core::time::Timestamp;

use crate::conformance::store::{commit, with_task};
use crate::sample::{self, at};

/// The next row waits until the one before is done.
pub async fn a_lane_sends_one_row_at_a_time_in_order(store: Arc<dyn Store>) {
    write(&store, vec![sample::alert(1, "k1"), sample::alert(1, "k2")]).await;
    let first = claim(&store, at(0)).await;
    assert_eq!(keys(&first), ["k1"]);
    assert_eq!((first[0].status, first[0].attempts), (EffectStatus::Pending, 0));
    assert_eq!(claim(&store, at(0)).await, []);
    end(&store, &first[0], None).await;
    assert_eq!(keys(&claim(&store, at(0)).await), ["k2"]);
}

/// A hanging chat delays nothing elsewhere.
pub async fn lanes_do_not_wait_for_each_other(store: Arc<dyn Store>) {
    write(&store, vec![sample::alert(1, "k1"), sample::alert(2, "k2")]).await;
    assert_eq!(keys(&claim(&store, at(0)).await), ["k1", "k2"]);
}

/// The rest is taken by the next claim.
pub async fn claims_are_limited(store: Arc<dyn Store>) {
    let rows = (1..=3).map(|task| sample::alert(task, &format!("k{task}")));
    write(&store, rows.collect()).await;
    let request = sample::effect_claim("a", at(0), 2);
    let first = store.claim_effects(request.clone()).await.unwrap();
    assert_eq!(keys(&first), ["k1", "k2"]);
    let rest = store.claim_effects(request).await.unwrap();
    assert_eq!(rest.len(), 1);
}

/// Each system of each project has its own room.
pub async fn a_system_without_room_is_left_alone(store: Arc<dyn Store>) {
    let column = EffectKind::SetColumn {
        issue: IssueId::new("issue-1"),
        column: Column::Todo,
    };
    let elsewhere = NewEffect {
        project: ProjectId::new("other"),
        lane: Lane("other:chat".to_owned()),
        ..sample::alert(1, "k3")
    };
    let rows = vec![sample::alert(1, "k1"), sample::effect(1, "k2", column), elsewhere];
    write(&store, rows).await;
    let mut request = sample::effect_claim("a", at(0), 5);
    request
        .rooms
        .retain(|(channel, _)| channel.system != System::Chat);
    let claimed = store.claim_effects(request).await.unwrap();
    assert_eq!(keys(&claimed), ["k2"]);
    assert_eq!(keys(&claim(&store, at(0)).await), ["k1"]);
}

/// Order is more than speed.
pub async fn a_postponed_row_holds_its_lane_until_it_is_due(store: Arc<dyn Store>) {
    write(&store, vec![sample::alert(1, "k1"), sample::alert(1, "k2")]).await;
    let first = claim(&store, at(0)).await;
    postpone(&store, &first[0], at(30), false).await;
    assert_eq!(claim(&store, at(29)).await, []);
    let again = claim(&store, at(30)).await;
    assert_eq!(keys(&again), ["k1"]);
    assert_eq!(again[0].attempts, 1);
    assert_eq!(again[0].status, EffectStatus::Pending);
    assert_eq!(again[0].error.as_deref(), Some("it hangs"));
}

/// Later ones are sent.
pub async fn a_dead_row_does_not_hold_its_lane(store: Arc<dyn Store>) {
    write(&store, vec![sample::alert(1, "k1"), sample::alert(1, "k2")]).await;
    let first = claim(&store, at(0)).await;
    end(&store, &first[0], Some("no such chat")).await;
    assert_eq!(keys(&claim(&store, at(0)).await), ["k2"]);
    let rows = store.effects(OutboxFilter::OfTask(TaskId(1))).await.unwrap();
    assert_eq!(rows[0].status, EffectStatus::Dead);
    assert_eq!(rows[0].error.as_deref(), Some("no such chat"));
}

/// The same key again, done or not, is left alone.
pub async fn a_row_is_written_once_per_key(store: Arc<dyn Store>) {
    write(&store, vec![sample::alert(1, "k1")]).await;
    write(&store, vec![sample::alert(1, "k1")]).await;
    let first = claim(&store, at(0)).await;
    end(&store, &first[0], None).await;
    write(&store, vec![sample::alert(1, "k1")]).await;
    assert_eq!(claim(&store, at(0)).await, []);
    let rows = store.effects(OutboxFilter::OfTask(TaskId(1))).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].status, EffectStatus::Done);
}

/// After a crash the sender is told to look first; its own rows are left alone.
pub async fn rows_of_another_owner_become_ambiguous(store: Arc<dyn Store>) {
    write(&store, vec![sample::alert(1, "k1"), sample::alert(2, "k2")]).await;
    let dead = sample::effect_claim("dead", at(0), 1);
    store.claim_effects(dead).await.unwrap();
    claim(&store, at(0)).await;

    assert_eq!(store.reclaim(&InstanceId::new("a")).await.unwrap(), 1);
    assert_eq!(store.reclaim(&InstanceId::new("a")).await.unwrap(), 0);
    let again = claim(&store, at(0)).await;
    assert_eq!(keys(&again), ["k1"]);
    assert_eq!(again[0].status, EffectStatus::Ambiguous);
    end(&store, &again[0], None).await;
    assert_eq!(claim(&store, at(0)).await, []);
}

/// Also when it is put back by its owner.
pub async fn a_row_that_may_have_arrived_says_so(store: Arc<dyn Store>) {
    write(&store, vec![sample::alert(1, "k1")]).await;
    let first = claim(&store, at(0)).await;
    postpone(&store, &first[0], at(0), true).await;
    let again = claim(&store, at(0)).await;
    assert_eq!(again[0].status, EffectStatus::Ambiguous);
}

/// Of rows that could be claimed, not of those behind them or in flight.
pub async fn the_next_due_time_is_known(store: Arc<dyn Store>) {
    assert_eq!(store.next_effect().await.unwrap(), None);
    write(&store, vec![sample::alert(1, "k1"), sample::alert(1, "k2")]).await;
    let due = store.next_effect().await.unwrap().expect("a row waits");
    assert!(due <= at(0), "{due:?}");
    let first = claim(&store, at(0)).await;
    assert_eq!(store.next_effect().await.unwrap(), None);
    postpone(&store, &first[0], at(30), false).await;
    assert_eq!(store.next_effect().await.unwrap(), Some(at(30)));
}

/// Of a task, or all that are not done.
pub async fn rows_are_listed(store: Arc<dyn Store>) {
    write(&store, vec![sample::alert(1, "k1"), sample::alert(1, "k2")]).await;
    write(&store, vec![sample::alert(2, "k3")]).await;
    let of_first = store.effects(OutboxFilter::OfTask(TaskId(1))).await.unwrap();
    assert_eq!(keys(&of_first), ["k1", "k2"]);
    assert_eq!(of_first[0].effect, sample::alert(1, "k1"));
    assert_eq!(of_first[0].created_at, at(0));
    end(&store, &of_first[0], None).await;
    let open = store.effects(OutboxFilter::Open).await.unwrap();
    assert_eq!(keys(&open), ["k2", "k3"]);
    let underway = OutboxFilter::Underway(of_first[0].effect.lane.clone());
    assert_eq!(keys(&store.effects(underway).await.unwrap()), ["k2"]);
    let one = store
        .effects(OutboxFilter::One(EffectKey::new("k3")))
        .await
        .unwrap();
    assert_eq!(keys(&one), ["k3"]);
}

/// Writes rows in one step; their tasks are made first.
pub(super) async fn write(store: &Arc<dyn Store>, effects: Vec<NewEffect>) {
    for task in effects.iter().filter_map(|effect| effect.task) {
        let key = pipeline_core::port::store::tasks::TaskKey::Id(task);
        if store.task(&key).await.unwrap().is_none() {
            with_task(store, task.0).await;
        }
    }
    let step = Commit {
        at: at(0),
        effects,
        ..Commit::default()
    };
    commit(store, step).await;
}

pub(super) async fn claim(store: &Arc<dyn Store>, now: Timestamp) -> Vec<OutboxRow> {
    let mut rows = store
        .claim_effects(sample::effect_claim("a", now, 10))
        .await
        .unwrap();
    rows.sort_by(|one, other| one.effect.key.cmp(&other.effect.key));
    rows
}

pub(super) async fn postpone(store: &Arc<dyn Store>, row: &OutboxRow, at: Timestamp, ambiguous: bool) {
    let back = Postponement {
        key: row.effect.key.clone(),
        fence: row.fence,
        at,
        error: "it hangs".to_owned(),
        ambiguous,
        costs_a_try: true,
    };
    store.postpone(back).await.unwrap();
}

pub(super) async fn end(store: &Arc<dyn Store>, row: &OutboxRow, dead: Option<&str>) {
    commit(store, the_end(row, dead)).await;
}

pub(super) fn the_end(row: &OutboxRow, dead: Option<&str>) -> Commit {
    Commit {
        effect_end: Some(EffectEnd {
            key: row.effect.key.clone(),
            generation: row.generation,
            fence: row.fence,
            dead: dead.map(str::to_owned),
        }),
        ..Commit::default()
    }
}

pub(super) fn keys(rows: &[OutboxRow]) -> Vec<&str> {
    rows.iter().map(|row| row.effect.key.as_str()).collect()
}
