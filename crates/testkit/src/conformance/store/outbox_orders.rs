//! What operators make of outbox rows.

use std::sync::Arc;

use pipeline_core::id::EffectKey;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow};
use pipeline_core::port::store::tasks::{Commit, Committed, EffectChange, RowChange};

use crate::conformance::store::commit;
use crate::conformance::store::outbox::{claim, end, keys, postpone, write};
use crate::sample::{alert, at, live_message};

/// It need not wait for its time.
pub async fn a_waiting_row_becomes_due(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let rows = claim(&store, at(0)).await;
    postpone(&store, &rows[0], at(900), false).await;
    change(&store, RowChange::Due, Committed::Yes).await;
    let again = claim(&store, at(30)).await;
    assert_eq!((again[0].attempts, again[0].fence), (0, 2));
}

/// Its old result is forgotten only when the new one comes.
pub async fn a_dead_row_lives_again_with_all_its_tries(store: Arc<dyn Store>) {
    dead(&store).await;
    change(&store, RowChange::Due, Committed::Yes).await;
    let again = claim(&store, at(30)).await;
    assert_eq!(keys(&again), ["k1"]);
    assert_eq!((again[0].status, again[0].attempts), (EffectStatus::Pending, 0));
    assert_eq!(again[0].error.as_deref(), Some("no such chat"));
    end(&store, &again[0], None).await;
    let stored = row(&store).await;
    assert_eq!((stored.status, stored.error), (EffectStatus::Done, None));
}

/// The sender is told.
pub async fn a_row_that_may_have_arrived_goes_on_saying_so(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let rows = claim(&store, at(0)).await;
    postpone(&store, &rows[0], at(900), true).await;
    change(&store, RowChange::Due, Committed::Yes).await;
    assert_eq!(claim(&store, at(30)).await[0].status, EffectStatus::Ambiguous);
}

/// Later rows of the lane go on, and no list of what is open names it.
pub async fn a_dropped_row_is_not_sent_and_holds_nothing(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1"), alert(1, "k2")]).await;
    let drop = RowChange::Drop("ann: not wanted".to_owned());
    change(&store, drop.clone(), Committed::Yes).await;
    let stored = row(&store).await;
    assert_eq!(stored.status, EffectStatus::Dropped);
    assert_eq!(stored.error.as_deref(), Some("ann: not wanted"));
    let open = store.effects(OutboxFilter::Open).await.unwrap();
    assert_eq!(keys(&open), ["k2"]);
    assert_eq!(keys(&claim(&store, at(30)).await), ["k2"]);
    change(&store, drop, Committed::Fenced).await;
}

/// Somebody is sending it; nothing of the step is written.
pub async fn a_row_in_flight_cannot_be_changed(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    claim(&store, at(0)).await;
    for wanted in [RowChange::Due, RowChange::Drop("ann".to_owned())] {
        change(&store, wanted, Committed::Fenced).await;
    }
    assert_eq!(row(&store).await.status, EffectStatus::InFlight);
}

/// It was claimed, or it was pending and is dead.
pub async fn a_row_that_changed_since_it_was_read_is_left_alone(store: Arc<dyn Store>) {
    write(&store, vec![alert(1, "k1")]).await;
    let read = row(&store).await;
    let rows = claim(&store, at(0)).await;
    end(&store, &rows[0], Some("no such chat")).await;
    let step = changed(&read, RowChange::Drop("ann".to_owned()));
    assert_eq!(store.commit(step).await, Ok(Committed::Fenced));
    assert_eq!(row(&store).await.status, EffectStatus::Dead);
}

/// An older state is not shown after a newer one; it can be taken out.
pub async fn a_dead_state_with_a_newer_one_stays_dead(store: Arc<dyn Store>) {
    write(&store, vec![live_message(1, "k1", "old")]).await;
    let rows = claim(&store, at(0)).await;
    end(&store, &rows[0], Some("no such chat")).await;
    write(&store, vec![live_message(1, "k2", "new")]).await;
    change(&store, RowChange::Due, Committed::Fenced).await;
    change(&store, RowChange::Drop("ann".to_owned()), Committed::Yes).await;
    assert_eq!(keys(&claim(&store, at(0)).await), ["k2"]);
}

async fn dead(store: &Arc<dyn Store>) {
    write(store, vec![alert(1, "k1")]).await;
    let rows = claim(store, at(0)).await;
    end(store, &rows[0], Some("no such chat")).await;
}

/// Changes row `k1` as it stands.
async fn change(store: &Arc<dyn Store>, wanted: RowChange, expected: Committed) {
    let step = changed(&row(store).await, wanted);
    if expected == Committed::Yes {
        commit(store, step).await;
    } else {
        assert_eq!(store.commit(step).await, Ok(expected));
    }
}

fn changed(row: &OutboxRow, change: RowChange) -> Commit {
    Commit {
        at: at(20),
        effect_change: Some(EffectChange {
            key: row.effect.key.clone(),
            status: row.status,
            fence: row.fence,
            change,
        }),
        ..Commit::default()
    }
}

async fn row(store: &Arc<dyn Store>) -> OutboxRow {
    let key = OutboxFilter::One(EffectKey::new("k1"));
    store.effects(key).await.unwrap().remove(0)
}
