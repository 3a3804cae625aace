//! What every run log has to do.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::RunId;
use pipeline_core::port::PortError;
use pipeline_core::port::run_log::RunLog;

use crate::sample::run_id;

use self as tails;

/// A run log without runs, and runs that write.
#[async_trait]
pub trait RunLogHarness: Send + Sync {
    /// The log.
    fn log(&self) -> Arc<dyn RunLog>;

    /// The run has written this.
    async fn write(&self, run: RunId, text: &[u8]);
}

suite! {
    Arc<dyn RunLogHarness>:
    tails {
        the_last_bytes_are_shown,
        a_run_that_wrote_nothing_is_empty,
        an_unknown_run_is_not_found,
        control_characters_are_taken_out,
        the_place_names_the_run,
        an_unknown_run_has_no_progress,
    }
}

/// Never more than asked for, also when letters have several bytes.
pub async fn the_last_bytes_are_shown(harness: Arc<dyn RunLogHarness>) {
    let run = run_id(1, 1, 1);
    harness.write(run, "first\nsecond\nпривет\n".as_bytes()).await;
    let log = harness.log();
    assert_eq!(log.tail(&run, 1_000).await.unwrap(), "first\nsecond\nпривет\n");
    for most in 0..=13 {
        let tail = log.tail(&run, most).await.unwrap();
        assert!(tail.len() <= most.max(3), "{most}: {tail:?}");
    }
    let tail = log.tail(&run, 13).await.unwrap();
    assert!("привет\n".ends_with(tail.as_str()), "{tail:?}");
}

/// Not an error.
pub async fn a_run_that_wrote_nothing_is_empty(harness: Arc<dyn RunLogHarness>) {
    let run = run_id(1, 1, 1);
    harness.write(run, b"").await;
    assert_eq!(harness.log().tail(&run, 1_000).await.unwrap(), "");
}

/// It never was, or was pruned.
pub async fn an_unknown_run_is_not_found(harness: Arc<dyn RunLogHarness>) {
    let answer = harness.log().tail(&run_id(9, 9, 9), 1_000).await;
    assert!(matches!(answer, Err(PortError::NotFound(_))), "{answer:?}");
}

/// What a terminal would obey.
pub async fn control_characters_are_taken_out(harness: Arc<dyn RunLogHarness>) {
    let run = run_id(1, 1, 1);
    harness.write(run, b"a\x1b]0;title\x07b\x08c\n").await;
    let tail = harness.log().tail(&run, 1_000).await.unwrap();
    let bad = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    assert!(!tail.contains(bad), "{tail:?}");
    assert!(
        tail.contains('a') && tail.contains('b') && tail.contains('c'),
        "{tail:?}"
    );
}

/// So that an operator finds it.
pub async fn the_place_names_the_run(harness: Arc<dyn RunLogHarness>) {
    let place = harness.log().place(&run_id(7, 3, 1));
    assert!(place.contains("7-3-1"), "{place}");
}

/// Nobody has looked at it.
pub async fn an_unknown_run_has_no_progress(harness: Arc<dyn RunLogHarness>) {
    assert_eq!(harness.log().progress(&run_id(9, 9, 9)).await.unwrap(), None);
    assert_eq!(harness.log().activity(&run_id(9, 9, 9)).await.unwrap(), None);
}
