//! Several daemons on one store: a row has one sender, and a sender that lost its row is not heard.

use std::sync::Arc;
use std::time::Duration;

use pipeline_core::port::store::outbox::EffectStatus;
use pipeline_engine::Engine;

use crate::moody::SilentChat;
use crate::office::{LEASE, Office};

fn with_chat(office: &Office, name: &str, chat: &Arc<SilentChat>) -> Engine {
    office.daemon(
        name,
        Arc::clone(&office.board) as Arc<_>,
        Arc::clone(chat) as Arc<_>,
    )
}

fn well(office: &Office, name: &str) -> Engine {
    office.daemon(
        name,
        Arc::clone(&office.board) as Arc<_>,
        Arc::clone(&office.chat) as Arc<_>,
    )
}

#[tokio::test]
async fn a_row_that_takes_longer_than_its_lease_stays_with_a_sender_that_lives() {
    let office = Office::with_tasks(1).await;
    office.alerts().await;
    let chat = Arc::new(SilentChat::default());
    let daemons = [with_chat(&office, "a", &chat), well(&office, "b")];
    for _ in 0..200 {
        office.round(&daemons).await;
        office.clock.advance(Duration::from_secs(1));
    }
    let rows = office.rows(1).await;
    assert_eq!((rows[0].status, rows[0].fence), (EffectStatus::InFlight, 1));
    assert!(office.chat.alerts().is_empty());
    // Even the most patient sender gives a system up some time.
    for _ in 0..300 {
        office.round(&daemons).await;
        office.clock.advance(Duration::from_secs(1));
    }
    assert!(office.rows(1).await[0].fence > 1);
}

#[tokio::test]
async fn a_row_of_a_daemon_that_died_is_sent_by_the_other_when_its_lease_ran_out() {
    let office = Office::with_tasks(1).await;
    office.alerts().await;
    let chat = Arc::new(SilentChat::default());
    let dying = [with_chat(&office, "a", &chat)];
    office.round(&dying).await;
    drop(dying);
    let other = [well(&office, "b")];
    office.clock.advance(LEASE - Duration::from_secs(1));
    office.round(&other).await;
    assert!(office.chat.alerts().is_empty());
    office.clock.advance(Duration::from_secs(1));
    office.round(&other).await;
    office.round(&other).await;
    assert_eq!(office.chat.alerts().len(), 1);
    assert!(office.open().await.is_empty());
}

#[tokio::test]
async fn the_late_result_of_a_daemon_that_stood_still_is_dropped() {
    let office = Office::with_tasks(1).await;
    office.alerts().await;
    let chat = Arc::new(SilentChat::default());
    let stalled = with_chat(&office, "a", &chat);
    office.round(std::slice::from_ref(&stalled)).await;
    office.clock.advance(LEASE);
    let other = [well(&office, "b")];
    office.round(&other).await;
    office.round(&other).await;
    assert_eq!(office.rows(1).await[0].status, EffectStatus::Done);
    // Its sender gives up only now, and says that it may have arrived.
    office.clock.advance(Duration::from_secs(300));
    office.round(&[stalled]).await;
    let rows = office.rows(1).await;
    assert_eq!((rows[0].status, rows[0].fence), (EffectStatus::Done, 2));
    assert_eq!(office.chat.alerts().len(), 1);
}
