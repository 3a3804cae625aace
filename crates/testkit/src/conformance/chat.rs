//! What every chat has to do.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{EffectKey, TaskId};
use pipeline_core::port::chat::Chat;

use self as messages;

/// A chat without messages, and the people who read it.
#[async_trait]
pub trait ChatHarness: Send + Sync {
    /// The chat.
    fn chat(&self) -> Arc<dyn Chat>;

    /// The texts of its live messages.
    async fn live(&self) -> Vec<String>;

    /// The texts of the messages that rang, oldest first.
    async fn rang(&self) -> Vec<String>;

    /// Somebody deletes the live message of a task; false where messages cannot be deleted.
    async fn delete_live(&self, _task: TaskId) -> bool {
        false
    }
}

suite! {
    Arc<dyn ChatHarness>:
    messages {
        a_task_has_one_live_message,
        the_same_text_again_changes_nothing,
        a_deleted_message_is_sent_anew,
        an_alert_rings_once_per_key,
        a_chat_in_order_passes_its_check,
    }
}

/// Edited in place; another task has its own.
pub async fn a_task_has_one_live_message(harness: Arc<dyn ChatHarness>) {
    let chat = harness.chat();
    for (task, text) in [(1, "one begins"), (2, "two begins"), (1, "one goes on")] {
        chat.show(TaskId(task), text).await.unwrap();
    }
    let mut live = harness.live().await;
    live.sort();
    assert_eq!(live, ["one goes on", "two begins"]);
    assert_eq!(harness.rang().await, [""; 0]);
}

/// And is no error.
pub async fn the_same_text_again_changes_nothing(harness: Arc<dyn ChatHarness>) {
    for _ in 0..3 {
        harness.chat().show(TaskId(1), "the same").await.unwrap();
    }
    assert_eq!(harness.live().await, ["the same"]);
}

/// Holds by itself where messages cannot be deleted.
pub async fn a_deleted_message_is_sent_anew(harness: Arc<dyn ChatHarness>) {
    harness.chat().show(TaskId(1), "before").await.unwrap();
    if harness.delete_live(TaskId(1)).await {
        harness.chat().show(TaskId(1), "after").await.unwrap();
        assert_eq!(harness.live().await, ["after"]);
    }
}

/// In the order in which they were sent.
pub async fn an_alert_rings_once_per_key(harness: Arc<dyn ChatHarness>) {
    for (key, text) in [("1-e1", "first"), ("1-e1", "first"), ("1-e2", "second")] {
        harness.chat().alert(&EffectKey::new(key), text).await.unwrap();
    }
    assert_eq!(harness.rang().await, ["first", "second"]);
    assert_eq!(harness.live().await, [""; 0]);
}

/// Nothing is sent by it.
pub async fn a_chat_in_order_passes_its_check(harness: Arc<dyn ChatHarness>) {
    harness.chat().check().await.unwrap();
    assert_eq!(harness.rang().await, [""; 0]);
}
