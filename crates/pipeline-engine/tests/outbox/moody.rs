//! A tracker and a chat with moods: by chance they fail, lose their answer, or hang. They notice when two senders come at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::id::{EffectKey, IssueId, TaskId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::chat::Chat;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::stage::Column;
use testkit::fake::board::FakeBoard;
use testkit::fake::clock::FakeClock;

use crate::office::Office;

/// How a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mood {
    Works,
    FailsBefore,
    AsksForPause,
    LosesAnswer,
    HangsBefore,
    HangsAfter,
}

const HANGS_FOR: Duration = Duration::from_secs(30);

/// A tracker in front of the board.
pub(crate) struct MoodyTracker {
    board: Arc<FakeBoard>,
    clock: Arc<FakeClock>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// The state of the generator; 0: always in a good mood.
    seed: u64,
    moods: BTreeMap<Mood, u32>,
    busy: BTreeSet<IssueId>,
    calls: BTreeMap<IssueId, Vec<EffectKey>>,
}

impl MoodyTracker {
    /// One call in five goes wrong, by this seed.
    pub(crate) fn new(office: &Office, seed: u64) -> Arc<Self> {
        let seen = Seen {
            seed,
            ..Seen::default()
        };
        Arc::new(Self {
            board: Arc::clone(&office.board),
            clock: Arc::clone(&office.clock),
            seen: Arc::new(Mutex::new(seen)),
        })
    }

    /// How often it was in which mood.
    pub(crate) fn moods(&self) -> BTreeMap<Mood, u32> {
        self.with(|seen| seen.moods.clone())
    }

    /// The keys of all calls for an issue, in order.
    pub(crate) fn calls(&self, issue: &IssueId) -> Vec<EffectKey> {
        self.with(|seen| seen.calls.get(issue).cloned().unwrap_or_default())
    }

    fn mood(&self) -> Mood {
        self.with(|seen| {
            let mood = match seen.roll() {
                0..=4 => Mood::FailsBefore,
                5..=6 => Mood::AsksForPause,
                7..=12 => Mood::LosesAnswer,
                13..=15 => Mood::HangsBefore,
                16..=19 => Mood::HangsAfter,
                _ => Mood::Works,
            };
            *seen.moods.entry(mood).or_default() += 1;
            mood
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Seen) -> T) -> T {
        work(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn hangs(&self) -> PortError {
        self.clock.sleep_until(self.clock.now().plus(HANGS_FOR)).await;
        PortError::Ambiguous("timed out".to_owned())
    }
}

impl Seen {
    /// 0 to 99 (SplitMix64).
    fn roll(&mut self) -> u64 {
        if self.seed == 0 {
            return 99;
        }
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % 100
    }
}

/// Marks an issue as being written on; a sender that is killed leaves.
struct Visit(Arc<Mutex<Seen>>, IssueId);

impl Visit {
    fn new(seen: &Arc<Mutex<Seen>>, comment: &NewComment) -> Self {
        let mut inner = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let issue = comment.issue.clone();
        assert!(inner.busy.insert(issue.clone()), "two senders on {issue} at once");
        inner
            .calls
            .entry(issue.clone())
            .or_default()
            .push(comment.key.clone());
        Self(Arc::clone(seen), issue)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.busy.remove(&self.1);
    }
}

#[async_trait]
impl Tracker for MoodyTracker {
    async fn observe(&self, issue: &IssueId) -> Result<ItemObservation, PortError> {
        self.board.observe(issue).await
    }

    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError> {
        self.board.open_issues().await
    }

    async fn comment(&self, comment: &NewComment) -> Result<(), PortError> {
        let _visit = Visit::new(&self.seen, comment);
        match self.mood() {
            Mood::Works => self.board.comment(comment).await,
            Mood::FailsBefore => Err(PortError::retry("502")),
            Mood::AsksForPause => Err(PortError::Retry {
                message: "429".to_owned(),
                after: Some(Duration::from_secs(20)),
            }),
            Mood::LosesAnswer => {
                self.board.comment(comment).await?;
                Err(PortError::Ambiguous("connection reset".to_owned()))
            }
            Mood::HangsBefore => Err(self.hangs().await),
            Mood::HangsAfter => {
                self.board.comment(comment).await?;
                Err(self.hangs().await)
            }
        }
    }

    async fn move_to(&self, issue: &IssueId, column: Column) -> Result<Moved, PortError> {
        self.board.move_to(issue, column).await
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}

/// A chat that takes every call and never answers; counts them.
#[derive(Default)]
pub(crate) struct SilentChat(Mutex<u32>);

impl SilentChat {
    pub(crate) fn calls(&self) -> u32 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn silence(&self) -> Result<(), PortError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        std::future::pending().await
    }
}

#[async_trait]
impl Chat for SilentChat {
    async fn show(&self, _task: TaskId, _text: &str) -> Result<(), PortError> {
        self.silence().await
    }

    async fn alert(&self, _key: &EffectKey, _text: &str) -> Result<(), PortError> {
        self.silence().await
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}
