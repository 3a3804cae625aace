//! Owner, lease and fence of outbox rows: several daemons, each row sent by one.

use std::sync::Arc;

use pipeline_core::id::{EffectKey, InstanceId, TaskId};
use pipeline_core::port::store::Store;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow, Postponement};
use pipeline_core::port::store::tasks::{Commit, Committed};
use pipeline_core::time::Timestamp;

use crate::conformance::store::outbox::{claim, end, keys, postpone, the_end, write};
use crate::sample::{self, alert, at};

/// Whoever holds the newest one owns the row.
pub async fn each_claim_of_a_row_has_the_next_fence(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    for fence in 1..=3 {
        let rows = claim_as(&store, "a", at(0)).await;
        assert_eq!(rows[0].fence, fence);
        let stored = row(&store).await;
        assert_eq!((stored.fence, stored.owner), (fence, Some(InstanceId::new("a"))));
        postpone(&store, &rows[0], at(0), false).await;
        assert_eq!(row(&store).await.owner, None);
    }
}

/// It may have arrived; while the lease holds, nobody else sends it.
pub async fn a_row_whose_lease_ran_out_goes_to_another_owner(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1"), alert(1, "k2")]).await;
    claim_as(&store, "a", at(0)).await;
    assert_eq!(claim_as(&store, "b", at(59)).await, []);
    let taken = claim_as(&store, "b", at(60)).await;
    assert_eq!(keys(&taken), ["k1"]);
    assert_eq!((taken[0].status, taken[0].fence), (EffectStatus::Ambiguous, 2));
}

/// A push may take longer than a lease.
pub async fn a_renewed_lease_keeps_the_row(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let rows = claim_as(&store, "a", at(0)).await;
    renew(&store, "a", &rows[0], at(100)).await;
    assert_eq!(claim_as(&store, "b", at(99)).await, []);
    assert_eq!(keys(&claim_as(&store, "b", at(100)).await), ["k1"]);
}

/// Neither by its former owner nor by a stranger.
pub async fn a_lease_that_was_lost_cannot_be_renewed(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let lost = claim_as(&store, "a", at(0)).await;
    let held = claim_as(&store, "b", at(60)).await;
    renew(&store, "a", &lost[0], at(900)).await;
    renew(&store, "c", &held[0], at(900)).await;
    assert_eq!(keys(&claim_as(&store, "c", at(120)).await), ["k1"]);
}

/// Nothing else of the step either: somebody else settles the row.
pub async fn the_end_under_an_old_fence_writes_nothing(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let late = claim_as(&store, "a", at(0)).await;
    let newer = claim_as(&store, "b", at(60)).await;
    for dead in [None, Some("no such chat")] {
        let step = Commit {
            effects: vec![alert(1, "k2")],
            ..the_end(&late[0], dead)
        };
        assert_eq!(store.commit(step).await, Ok(Committed::Fenced));
    }
    assert_eq!(row(&store).await.status, EffectStatus::InFlight);
    end(&store, &newer[0], None).await;
    let rows = store.effects(OutboxFilter::OfTask(TaskId(1))).await.unwrap();
    assert_eq!(keys(&rows), ["k1"]);
}

/// The answer to the first end may have been lost; the second one is told that it is late.
pub async fn a_row_ends_once(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let rows = claim_as(&store, "a", at(0)).await;
    end(&store, &rows[0], None).await;
    let again = store.commit(the_end(&rows[0], Some("it failed"))).await;
    assert_eq!(again, Ok(Committed::Fenced));
    assert_eq!(row(&store).await.status, EffectStatus::Done);
}

/// The row stays with its new owner.
pub async fn an_old_fence_puts_nothing_back(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let late = claim_as(&store, "a", at(0)).await;
    claim_as(&store, "b", at(60)).await;
    postpone(&store, &late[0], at(60), false).await;
    let stored = row(&store).await;
    assert_eq!(
        (stored.status, stored.owner),
        (EffectStatus::InFlight, Some(InstanceId::new("b")))
    );
    assert_eq!(claim_as(&store, "c", at(61)).await, []);
}

async fn claim_as(store: &Arc<dyn Store>, owner: &str, now: Timestamp) -> Vec<OutboxRow> {
    let request = sample::effect_claim(owner, now, 10);
    store.claim_effects(request).await.unwrap()
}

async fn renew(store: &Arc<dyn Store>, owner: &str, row: &OutboxRow, until: Timestamp) {
    let claims = vec![(row.effect.key.clone(), row.fence)];
    let owner = InstanceId::new(owner);
    store.renew_effects(&owner, claims, until).await.unwrap();
}

async fn row(store: &Arc<dyn Store>) -> OutboxRow {
    let key = OutboxFilter::One(EffectKey::new("k1"));
    store.effects(key).await.unwrap().remove(0)
}

/// Who stood back was not tried.
pub async fn standing_back_costs_no_try(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let mut tries = Vec::new();
    for (second, costs_a_try) in [(0, false), (1, false), (2, true), (3, false), (4, true)] {
        let row = claim(&store, at(second)).await.remove(0);
        tries.push(row.attempts);
        let back = Postponement {
            key: row.effect.key,
            fence: row.fence,
            at: at(second + 1),
            error: "somebody else comes first".to_owned(),
            ambiguous: false,
            costs_a_try,
        };
        store.postpone(back).await.unwrap();
    }
    assert_eq!(tries, [0, 0, 0, 1, 1]);
}
