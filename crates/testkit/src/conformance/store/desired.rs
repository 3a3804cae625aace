//! Desired rows: only the newest state of a target is sent.

use std::sync::Arc;

use pipeline_core::port::store::Store;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter};

use crate::conformance::store::outbox::{claim, end, keys, postpone, write};
use crate::sample::{at, live_message};

/// Three states, one message.
pub async fn a_newer_row_replaces_the_unsent_one(store: Arc<dyn Store>) {
    for key in ["k1", "k2", "k3"] {
        write(&store, vec![live_message(1, key, key)]).await;
    }
    let rows = claim(&store, at(0)).await;
    assert_eq!(keys(&rows), ["k3"]);
    assert_eq!(rows[0].effect, live_message(1, "k3", "k3"));
    end(&store, &rows[0], None).await;
    assert_eq!(claim(&store, at(0)).await, []);
    assert_eq!(store.effects(OutboxFilter::Open).await.unwrap(), []);
}

/// What is being sent is not changed under the sender's hands, and the newer state is sent after it.
pub async fn a_newer_row_waits_for_the_one_in_flight(store: Arc<dyn Store>) {
    write(&store, vec![live_message(1, "k1", "old")]).await;
    let first = claim(&store, at(0)).await;
    write(&store, vec![live_message(1, "k2", "new")]).await;
    assert_eq!(claim(&store, at(0)).await, []);
    end(&store, &first[0], None).await;
    let second = claim(&store, at(0)).await;
    assert_eq!(second[0].effect.kind, live_message(1, "k2", "new").kind);
    end(&store, &second[0], None).await;
    assert_eq!(claim(&store, at(0)).await, []);
    assert_eq!(store.effects(OutboxFilter::Open).await.unwrap(), []);
}

/// A state that is not wanted any more is not sent again.
pub async fn a_postponed_row_gives_way_to_the_newer_one(store: Arc<dyn Store>) {
    write(&store, vec![live_message(1, "k1", "old")]).await;
    let first = claim(&store, at(0)).await;
    write(&store, vec![live_message(1, "k2", "new")]).await;
    postpone(&store, &first[0], at(30), false).await;
    let next = claim(&store, at(30)).await;
    assert_eq!(next[0].effect.kind, live_message(1, "k2", "new").kind);
    end(&store, &next[0], None).await;
    assert_eq!(claim(&store, at(60)).await, []);
    assert_eq!(store.effects(OutboxFilter::Open).await.unwrap(), []);
}

/// The states of two tasks have nothing to do with each other.
pub async fn targets_do_not_replace_each_other(store: Arc<dyn Store>) {
    write(&store, vec![live_message(1, "k1", "one")]).await;
    write(&store, vec![live_message(2, "k2", "two")]).await;
    assert_eq!(keys(&claim(&store, at(0)).await), ["k1", "k2"]);
}

/// A late answer for a replaced state does not finish the state that replaced it.
pub async fn the_end_of_an_older_generation_leaves_the_newer_row(store: Arc<dyn Store>) {
    write(&store, vec![live_message(1, "k1", "old")]).await;
    let first = claim(&store, at(0)).await;
    postpone(&store, &first[0], at(0), true).await;
    write(&store, vec![live_message(1, "k2", "new")]).await;
    end(&store, &first[0], None).await;
    let next = claim(&store, at(0)).await;
    assert_eq!(next.len(), 1);
    assert_eq!(next[0].effect.kind, live_message(1, "k2", "new").kind);
}

/// Whoever sends it can ask the system for it; newer states among themselves still give way.
pub async fn a_state_that_may_have_arrived_is_sent_again_before_the_newer_one(store: Arc<dyn Store>) {
    write(&store, vec![live_message(1, "k1", "old")]).await;
    let first = claim(&store, at(0)).await;
    postpone(&store, &first[0], at(0), true).await;
    write(&store, vec![live_message(1, "k2", "newer")]).await;
    write(&store, vec![live_message(1, "k3", "newest")]).await;
    for expected in [
        ("k1", 1, EffectStatus::Ambiguous),
        ("k3", 3, EffectStatus::Pending),
    ] {
        let rows = claim(&store, at(0)).await;
        let seen = rows
            .iter()
            .map(|row| (row.effect.key.as_str(), row.generation, row.status));
        assert_eq!(seen.collect::<Vec<_>>(), [expected]);
        end(&store, &rows[0], None).await;
    }
    assert_eq!(store.next_effect().await.unwrap(), None);
}

/// Also when everything before it was sent.
pub async fn a_generation_is_never_used_twice(store: Arc<dyn Store>) {
    for (generation, key) in [(1, "k1"), (2, "k2"), (3, "k3")] {
        write(&store, vec![live_message(1, key, key)]).await;
        let rows = claim(&store, at(0)).await;
        assert_eq!(rows[0].generation, generation);
        end(&store, &rows[0], None).await;
    }
}
