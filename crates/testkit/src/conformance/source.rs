//! What every source with a feed has to do.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::ProjectId;
use pipeline_core::observation::Hint;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, RawWebhook};
use pipeline_core::time::Timestamp;

use self as feed;

/// A source, and somebody who changes what it watches.
#[async_trait]
pub trait SourceHarness: Send + Sync {
    /// The source.
    fn source(&self) -> Arc<dyn EventSource>;

    /// Changes some object, another one each time, and answers with the hint that has to appear.
    async fn change(&self) -> (ProjectId, Hint);
}

suite! {
    Arc<dyn SourceHarness>:
    feed {
        a_change_appears_in_the_feed,
        the_feed_goes_on_after_the_cursor,
        a_page_that_is_read_again_is_the_same,
        many_changes_come_in_pages_without_gaps,
        tidying_loses_nothing_that_was_not_read,
        a_change_wakes_whoever_waits,
        what_is_not_understood_is_ignored,
        an_unsigned_webhook_is_not_believed,
    }
}

/// As the hint to look at the object.
pub async fn a_change_appears_in_the_feed(harness: Arc<dyn SourceHarness>) {
    let changed = harness.change().await;
    let (hints, _) = read_all(&harness, None).await;
    assert!(hints.contains(&changed), "{hints:?}");
}

/// What was read is not read again.
pub async fn the_feed_goes_on_after_the_cursor(harness: Arc<dyn SourceHarness>) {
    let first = harness.change().await;
    let (_, cursor) = read_all(&harness, None).await;
    let (nothing, same) = read_all(&harness, Some(cursor.clone())).await;
    assert_eq!((nothing, &same), (Vec::new(), &cursor));
    let second = harness.change().await;
    let (hints, _) = read_all(&harness, Some(cursor)).await;
    assert!(hints.contains(&second), "{hints:?}");
    assert!(!hints.contains(&first), "{hints:?}");
}

/// With the same duplicate keys, so that a crash between reading and storing doubles nothing.
pub async fn a_page_that_is_read_again_is_the_same(harness: Arc<dyn SourceHarness>) {
    harness.change().await;
    harness.change().await;
    let one = harness.source().news(None).await.unwrap();
    let other = harness.source().news(None).await.unwrap();
    assert_eq!(one, other);
    let keys: BTreeSet<&String> = one.news.iter().map(|news| &news.key).collect();
    assert_eq!(keys.len(), one.news.len(), "keys differ within the page");
}

/// Each of them is found, with a key of its own.
pub async fn many_changes_come_in_pages_without_gaps(harness: Arc<dyn SourceHarness>) {
    let mut changed = Vec::new();
    for _ in 0..50 {
        changed.push(harness.change().await);
    }
    let (hints, _) = read_all(&harness, None).await;
    for hint in changed {
        assert!(hints.contains(&hint), "{hint:?} is missing");
    }
}

/// However old it is; and no key is given twice.
pub async fn tidying_loses_nothing_that_was_not_read(harness: Arc<dyn SourceHarness>) {
    let source = harness.source();
    harness.change().await;
    let (_, read) = read_all(&harness, None).await;
    let old = source.news(None).await.unwrap().news;
    let unread = harness.change().await;
    source.tidy(&read, Timestamp(i64::MAX)).await.unwrap();
    let (hints, cursor) = read_all(&harness, Some(read.clone())).await;
    assert!(hints.contains(&unread), "{hints:?}");

    source.tidy(&cursor, Timestamp(i64::MAX)).await.unwrap();
    let (nothing, same) = read_all(&harness, Some(cursor.clone())).await;
    assert_eq!((nothing, &same), (Vec::new(), &cursor));
    let next = harness.change().await;
    let page = source.news(Some(cursor.clone())).await.unwrap();
    assert!(
        page.news
            .iter()
            .all(|new| old.iter().all(|old| old.key != new.key))
    );
    let (hints, _) = read_all(&harness, Some(cursor)).await;
    assert!(hints.contains(&next), "{hints:?}");
}

/// Also when the change came just before the wait.
pub async fn a_change_wakes_whoever_waits(harness: Arc<dyn SourceHarness>) {
    let waiting = {
        let source = harness.source();
        tokio::spawn(async move { source.wait().await })
    };
    tokio::task::yield_now().await;
    harness.change().await;
    waiting.await.unwrap();
}

/// Whatever it is.
pub async fn what_is_not_understood_is_ignored(harness: Arc<dyn SourceHarness>) {
    let bodies: [&[u8]; 4] = [b"", b"{", b"\xff\xfe", b"[1,2]"];
    for body in bodies {
        let decoded = harness.source().decode("no-such-kind", body);
        assert!(matches!(decoded, Decoded::Ignored(_)), "{decoded:?}");
    }
}

/// Whatever it says.
pub async fn an_unsigned_webhook_is_not_believed(harness: Arc<dyn SourceHarness>) {
    let webhook = RawWebhook {
        headers: Vec::new(),
        body: b"{}".to_vec(),
    };
    assert!(harness.source().verify(&webhook).is_err());
}

/// Every hint after the cursor, and the last cursor.
async fn read_all(
    harness: &Arc<dyn SourceHarness>,
    mut cursor: Option<String>,
) -> (Vec<(ProjectId, Hint)>, String) {
    let source = harness.source();
    let mut hints = Vec::new();
    loop {
        let FeedPage { news, cursor: next } = source.news(cursor).await.unwrap();
        if news.is_empty() {
            return (hints, next);
        }
        for new in news {
            match source.decode(&new.kind, &new.body) {
                Decoded::Hints(found) => hints.extend(found),
                Decoded::Ignored(why) => panic!("our own news is ignored: {why}"),
            }
        }
        cursor = Some(next);
    }
}
