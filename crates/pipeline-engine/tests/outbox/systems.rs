//! One system that hangs, refuses or is down delays no other, and costs nobody his tries.

use std::sync::Arc;
use std::time::Duration;

use pipeline_core::port::store::outbox::EffectStatus;
use pipeline_engine::Engine;
use testkit::fake::faults::Fault;

use crate::moody::{MoodyTracker, SilentChat};
use crate::office::Office;

/// A seed whose first call asks for a pause of 20 s; the second one works.
const ASKS_FOR_A_PAUSE: u64 = 54;

#[tokio::test]
async fn a_chat_that_hangs_for_many_tasks_delays_nothing_on_the_board() {
    let office = Office::with_tasks(60).await;
    office.alerts().await;
    office.comments(1).await;
    let chat = Arc::new(SilentChat::default());
    let daemon = office.daemon(
        "a",
        Arc::clone(&office.board) as Arc<_>,
        Arc::clone(&chat) as Arc<_>,
    );
    for _ in 0..10 {
        office.round(std::slice::from_ref(&daemon)).await;
    }
    let written = office
        .issues
        .iter()
        .filter(|issue| office.board.comments(issue).len() == 1);
    assert_eq!(written.count(), 60, "without a second passing");
    assert_eq!(chat.calls(), 8, "and the chat has only its own room");
}

#[tokio::test]
async fn a_system_that_is_down_is_asked_by_one_row_at_a_time_and_costs_no_tries() {
    let mut office = Office::with_tasks(40).await;
    office.attempts = 3;
    office.alerts().await;
    office.chat.faults.outage(true);
    let daemons = [office.daemon(
        "a",
        Arc::clone(&office.board) as Arc<_>,
        Arc::clone(&office.chat) as Arc<_>,
    )];
    for _ in 0..2 * 3_600 {
        office.round(&daemons).await;
        office.clock.advance(Duration::from_secs(1));
    }
    let asked = office.chat.faults.calls();
    assert!((10..=80).contains(&asked), "asked {asked} times in two hours");
    office.chat.faults.outage(false);
    let seconds = office.until_sent(&daemons, 1_500).await;
    assert_eq!(office.chat.alerts().len(), 40, "all arrived after {seconds} s");
}

#[tokio::test]
async fn people_are_told_once_that_a_system_is_down_and_once_that_it_answers_again() {
    let office = Office::with_tasks(20).await;
    office.comments(1).await;
    office.board.faults.outage(true);
    let daemons = [well(&office)];
    for _ in 0..3_600 {
        office.round(&daemons).await;
        office.clock.advance(Duration::from_secs(1));
    }
    let told = office.chat.alerts();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].text.starts_with("🔌 et tracker: "), "{told:?}");
    assert!(told[0].text.contains("Queue paused until "), "{told:?}");

    office.board.faults.outage(false);
    office.until_sent(&daemons, 1_500).await;
    let told = office.chat.alerts();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1].text, "🔌 et tracker: working again.");
}

#[tokio::test]
async fn a_chat_that_is_down_does_not_tell_of_itself() {
    let office = Office::with_tasks(20).await;
    office.alerts().await;
    office.chat.faults.outage(true);
    let daemons = [well(&office)];
    for _ in 0..60 {
        office.round(&daemons).await;
        office.clock.advance(Duration::from_secs(1));
    }
    office.chat.faults.outage(false);
    office.until_sent(&daemons, 1_500).await;
    assert_eq!(office.chat.alerts().len(), 20);
}

#[tokio::test]
async fn a_system_that_asks_for_a_pause_gets_it_for_all_its_rows() {
    let office = Office::with_tasks(1).await;
    office.comments(1).await;
    let tracker = MoodyTracker::new(&office, ASKS_FOR_A_PAUSE);
    let daemons = [office.daemon(
        "a",
        Arc::clone(&tracker) as Arc<_>,
        Arc::clone(&office.chat) as Arc<_>,
    )];
    office.round(&daemons).await;
    let row = &office.open().await[0];
    assert_eq!(row.status, EffectStatus::Pending);
    assert!(row.available_at >= testkit::sample::at(20), "{row:?}");
    for _ in 0..19 {
        office.clock.advance(Duration::from_secs(1));
        office.round(&daemons).await;
    }
    assert_eq!(tracker.calls(&office.issues[0]).len(), 1);
    office.until_sent(&daemons, 1_000).await;
}

#[tokio::test]
async fn an_effect_that_always_fails_dies_and_is_told_once_and_the_next_one_goes_on() {
    let mut office = Office::with_tasks(1).await;
    office.attempts = 4;
    office.comments(2).await;
    office.board.faults.fail_next("comment", 4, &Fault::Before);
    let daemons = [well(&office)];
    office.until_settled(&daemons, 1_000).await;
    let rows = office.rows(1).await;
    let stand: Vec<EffectStatus> = rows.iter().map(|row| row.status).collect();
    // The third row is the alert.
    assert_eq!(
        stand,
        [EffectStatus::Dead, EffectStatus::Done, EffectStatus::Done]
    );
    assert_eq!(office.chat.alerts().len(), 1);
    assert_eq!(office.board.comments(&office.issues[0]).len(), 1);
}

fn well(office: &Office) -> Engine {
    office.daemon(
        "a",
        Arc::clone(&office.board) as Arc<_>,
        Arc::clone(&office.chat) as Arc<_>,
    )
}
