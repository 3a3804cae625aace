//! Whatever goes wrong: each comment is there once, in the order of its task.

use std::sync::Arc;

use pipeline_core::id::EffectKey;
use pipeline_engine::Engine;

use crate::moody::{Mood, MoodyTracker};
use crate::office::Office;

const TASKS: i64 = 200;
const EACH: u32 = 5;
const SEEDS: [u64; 2] = [0x6f72_6368, 20_260_101];

#[tokio::test]
async fn with_one_call_in_five_failing_each_comment_is_there_once_and_in_order() {
    for seed in SEEDS {
        let office = Office::with_tasks(TASKS).await;
        office.comments(EACH).await;
        let tracker = MoodyTracker::new(&office, seed);
        let daemon = office.daemon(
            "a",
            Arc::clone(&tracker) as Arc<_>,
            Arc::clone(&office.chat) as Arc<_>,
        );
        office.until_sent(&[daemon], 20_000).await;
        every_mood_was_met(&tracker);
        each_once_and_in_order(&office, &tracker);
        let told = office.chat.alerts();
        assert!(
            told.iter().all(|alert| !alert.text.contains('📭')),
            "something died: {told:?}"
        );
    }
}

#[tokio::test]
async fn with_two_daemons_of_which_one_is_killed_it_is_the_same() {
    for seed in SEEDS {
        let office = Office::with_tasks(TASKS).await;
        office.comments(EACH).await;
        let tracker = MoodyTracker::new(&office, seed);
        let daemon = |name: &str| {
            let chat = Arc::clone(&office.chat) as Arc<_>;
            office.daemon(name, Arc::clone(&tracker) as Arc<_>, chat)
        };
        let mut daemons: Vec<Engine> = vec![daemon("a"), daemon("b")];
        for killed in 0..5 {
            some_rounds(&office, &daemons).await;
            // Its rows stay in flight until their leases run out.
            daemons[killed % 2] = daemon(&format!("successor-{killed}"));
        }
        office.until_sent(&daemons, 20_000).await;
        every_mood_was_met(&tracker);
        each_once_and_in_order(&office, &tracker);
    }
}

async fn some_rounds(office: &Office, daemons: &[Engine]) {
    for _ in 0..10 {
        office.round(daemons).await;
        office.clock.advance(std::time::Duration::from_secs(1));
    }
    assert!(!office.open().await.is_empty());
}

fn every_mood_was_met(tracker: &MoodyTracker) {
    let moods = tracker.moods();
    let total: u32 = moods.values().sum();
    let faults = total - moods[&Mood::Works];
    assert_eq!(moods.len(), 6, "{moods:?}");
    assert!(faults * 100 >= total * 15, "{faults} faults in {total} calls");
}

fn each_once_and_in_order(office: &Office, tracker: &MoodyTracker) {
    for (task, issue) in (1_i64..).zip(&office.issues) {
        let wanted: Vec<EffectKey> = (1..=EACH)
            .map(|number| EffectKey::new(format!("{task}-e{number}")))
            .collect();
        let written = office.board.comments(issue).into_iter();
        let written: Vec<EffectKey> = written.filter_map(|comment| comment.key).collect();
        assert_eq!(written, wanted);
        let mut calls = tracker.calls(issue);
        calls.dedup();
        assert_eq!(calls, wanted, "an earlier comment was sent after a later one");
    }
}
