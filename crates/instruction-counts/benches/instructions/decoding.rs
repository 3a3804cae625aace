//! Decoding: news of the embedded systems into hints, and what the store keeps as JSON, read back; the task is written at every step as well.
#![allow(clippy::expect_used, reason = "a measurement stops when it cannot go on")]

use std::hint::black_box;
use std::sync::Arc;

use async_trait::async_trait;
use forge_local::LocalForgeFeed;
use pipeline_core::decision::{Change, Decision};
use pipeline_core::effect::EffectKind;
use pipeline_core::event::Event;
use pipeline_core::job::JobKind;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::source::EventSource;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracker_local::LocalBoard;

use crate::Case;
use crate::decisions::scene::{Scene, scene};

/// So many moments of the night are looked through: enough for a task that has lived long, and soon done under callgrind.
const LOOKED_AT: usize = 1_000;

pub(crate) fn cases() -> Vec<Case> {
    let scene = scene();
    let moments = || scene.moments.iter().take(LOOKED_AT);
    let task = longest(moments().map(|moment| &moment.task));
    let event = longest(moments().map(|moment| &moment.event));
    let changes = changes(scene);
    let job = longest(
        changes
            .iter()
            .flat_map(|change| &change.jobs)
            .map(|job| &job.kind),
    );
    let effects = changes.iter().flat_map(|change| &change.effects);
    let effect = longest(effects.map(|effect| &effect.kind));
    let mut cases = vec![
        read_back::<Task>("task", task),
        read_back::<Event>("event", event),
        read_back::<JobKind>("job", job),
        read_back::<EffectKind>("effect", effect),
        Case::new("write: task".to_owned(), move || {
            let _ = black_box(serde_json::to_string(black_box(task)));
        }),
    ];
    cases.extend(news());
    cases
}

/// The one with the longest text: it stands for those that lived long.
fn longest<'a, T: Serialize>(values: impl Iterator<Item = &'a T>) -> &'a T {
    values
        .max_by_key(|value| json(value).len())
        .expect("the night has one")
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what the store keeps can be written")
}

fn changes(scene: &Scene) -> Vec<Change> {
    let moments = scene.moments.iter().take(LOOKED_AT);
    let decided = moments.map(|moment| scene.decide(moment));
    let changes = decided.filter_map(|decision| match decision {
        Decision::Change(change) => Some(*change),
        Decision::Ignore(_) | Decision::Illegal(_) => None,
    });
    changes.collect()
}

fn read_back<T: Serialize + DeserializeOwned>(name: &str, value: &T) -> Case {
    let text = json(value);
    Case::new(format!("read back: {name}"), move || {
        let read: Result<T, _> = serde_json::from_str(black_box(&text));
        let _ = black_box(read);
    })
}

/// News as their sources wrote them. On the heap, as they come: how texts lie in memory counts.
fn news() -> [Case; 2] {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = LocalBoard::open(&folder.path().join("board.db"), Arc::new(Evening)).expect("a new board");
    let forge = LocalForgeFeed::new(Vec::new());
    let issue = br#"{"project":"example-shop","issue":"1042"}"#.to_vec();
    let branch = br#"{"project":"example-shop","branch":"feature/shop-1042-a-basket-for-guests"}"#.to_vec();
    [
        Case::new("decode: news of the board".to_owned(), move || {
            black_box(board.decode("issue", black_box(&issue)));
        }),
        Case::new("decode: news of the forge".to_owned(), move || {
            black_box(forge.decode("branch", black_box(&branch)));
        }),
    ]
}

/// Nothing asks it: decoding needs no time.
struct Evening;

#[async_trait]
impl Clock for Evening {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    async fn sleep_until(&self, _until: Timestamp) {}
}
