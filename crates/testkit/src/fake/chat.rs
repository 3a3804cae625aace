//! A chat that remembers what it showed.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pipeline_core::id::{EffectKey, TaskId};
use pipeline_core::port::PortError;
use pipeline_core::port::board::ChatMessage;
use pipeline_core::port::chat::Chat;
use pipeline_core::port::clock::Clock;
use pipeline_core::time::Timestamp;

use crate::fake::faults::Faults;

/// The live message of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveMessage {
    /// Whose.
    pub task: TaskId,
    /// As it stands now.
    pub text: String,
    /// How often it was changed after it was sent.
    pub edits: u32,
    /// When it was sent or last changed.
    pub at: Timestamp,
}

/// A message that rang.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAlert {
    /// Its key.
    pub key: EffectKey,
    /// Its text.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A chat that remembers what it showed.
pub struct FakeChat {
    /// Which calls fail.
    pub faults: Faults,
    clock: Arc<dyn Clock>,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    messages: Vec<LiveMessage>,
    alerts: Vec<SentAlert>,
}

impl FakeChat {
    /// An empty chat.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            faults: Faults::default(),
            clock,
            shown: Mutex::default(),
        }
    }

    /// The live messages, in the order in which they were first sent.
    #[must_use]
    pub fn messages(&self) -> Vec<LiveMessage> {
        self.with(|shown| shown.messages.clone())
    }

    /// The live message of a task.
    #[must_use]
    pub fn message(&self, task: TaskId) -> Option<LiveMessage> {
        self.with(|shown| {
            shown
                .messages
                .iter()
                .find(|message| message.task == task)
                .cloned()
        })
    }

    /// The messages that rang, oldest first.
    #[must_use]
    pub fn alerts(&self) -> Vec<SentAlert> {
        self.with(|shown| shown.alerts.clone())
    }

    /// A person deletes a live message.
    pub fn delete_message(&self, task: TaskId) {
        self.with(|shown| shown.messages.retain(|message| message.task != task));
    }

    pub(super) fn shown_to_people(&self) -> Vec<ChatMessage> {
        self.with(|shown| {
            let live = shown.messages.iter().map(|message| ChatMessage {
                text: message.text.clone(),
                alert: false,
                at: message.at,
            });
            let rang = shown.alerts.iter().map(|alert| ChatMessage {
                text: alert.text.clone(),
                alert: true,
                at: alert.at,
            });
            let mut all: Vec<ChatMessage> = live.chain(rang).collect();
            all.sort_by_key(|message| message.at);
            all
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Shown) -> T) -> T {
        work(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Chat for FakeChat {
    async fn show(&self, task: TaskId, text: &str) -> Result<(), PortError> {
        self.faults.port("show", || {
            let at = self.clock.now();
            self.with(
                |shown| match shown.messages.iter_mut().find(|message| message.task == task) {
                    Some(message) if message.text == text => {}
                    Some(message) => {
                        text.clone_into(&mut message.text);
                        message.edits += 1;
                        message.at = at;
                    }
                    None => shown.messages.push(LiveMessage {
                        task,
                        text: text.to_owned(),
                        edits: 0,
                        at,
                    }),
                },
            );
            Ok(())
        })
    }

    async fn alert(&self, key: &EffectKey, text: &str) -> Result<(), PortError> {
        self.faults.port("alert", || {
            let alert = SentAlert {
                key: key.clone(),
                text: text.to_owned(),
                at: self.clock.now(),
            };
            self.with(|shown| {
                if shown.alerts.iter().all(|other| other.key != alert.key) {
                    shown.alerts.push(alert);
                }
            });
            Ok(())
        })
    }

    async fn check(&self) -> Result<(), PortError> {
        self.faults.port("check", || Ok(()))
    }
}
