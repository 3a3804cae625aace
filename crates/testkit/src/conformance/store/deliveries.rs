//! News and what is remembered of issues.

use std::sync::Arc;

use pipeline_core::id::{ActivityId, DeliveryId, IssueId, ProjectId};
use pipeline_core::orders::ItemMark;
use pipeline_core::port::source::NewDelivery;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::deliveries::{Delivery, Recorded, Settlement};
use pipeline_core::port::store::tasks::{Commit, Committed};
use pipeline_core::stage::Column;
use pipeline_core::time::Timestamp;

use crate::conformance::store::commit;
use crate::sample::at;

/// Within one call, across calls, after it was settled; another source may use the same key.
pub async fn news_is_kept_once_per_key_and_source(store: Arc<dyn Store>) {
    assert_eq!(record(&store, "board", &["a", "b", "a"]).await, (2, 1));
    assert_eq!(record(&store, "board", &["b", "c"]).await, (1, 1));
    assert_eq!(record(&store, "forge", &["a"]).await, (1, 0));
    let ids = waiting_ids(&store, at(0)).await;
    store.settle(&ids, Settlement::Done).await.unwrap();
    assert_eq!(record(&store, "board", &["a"]).await, (0, 1));
    assert_eq!(store.waiting(at(0), 10).await.unwrap(), []);
}

/// Per source; a webhook leaves it as it is.
pub async fn the_cursor_is_kept_with_the_news(store: Arc<dyn Store>) {
    assert_eq!(store.cursor("board").await.unwrap(), None);
    let page = vec![news("a")];
    let cursor = Some("7".to_owned());
    store.record("board", page, cursor.clone(), at(0)).await.unwrap();
    assert_eq!(store.cursor("board").await.unwrap(), cursor);
    record(&store, "board", &["b"]).await;
    assert_eq!(store.cursor("board").await.unwrap(), cursor);
    assert_eq!(store.cursor("forge").await.unwrap(), None);
    let later = Some("9".to_owned());
    store
        .record("board", Vec::new(), later.clone(), at(0))
        .await
        .unwrap();
    assert_eq!(store.cursor("board").await.unwrap(), later);
}

/// With everything that was sent, and not more than asked for.
pub async fn deliveries_wait_in_order_of_arrival(store: Arc<dyn Store>) {
    record(&store, "board", &["c", "a"]).await;
    record(&store, "forge", &["b"]).await;
    let all = waiting(&store, at(0)).await;
    let bodies: Vec<&[u8]> = all.iter().map(|delivery| delivery.body.as_slice()).collect();
    assert_eq!(bodies, [&b"c"[..], b"a", b"b"]);
    let last = &all[2];
    assert_eq!(
        (last.source.as_str(), last.kind.as_str(), last.attempts),
        ("forge", "note", 0)
    );
    assert!(all[0].id < all[1].id && all[1].id < all[2].id);
    assert_eq!(store.waiting(at(0), 2).await.unwrap(), all[..2]);
}

/// Done, ignored, or dead.
pub async fn settled_deliveries_wait_no_more(store: Arc<dyn Store>) {
    for settlement in [
        Settlement::Done,
        Settlement::Ignored("not ours".to_owned()),
        Settlement::Dead("cannot be read".to_owned()),
    ] {
        let key = format!("{settlement:?}");
        record(&store, "board", &[&key]).await;
        let ids = waiting_ids(&store, at(0)).await;
        assert_eq!(ids.len(), 1);
        store.settle(&ids, settlement).await.unwrap();
        assert_eq!(waiting(&store, at(1_000)).await, [], "{key}");
    }
}

/// And says how often it was tried.
pub async fn a_delivery_is_tried_again_when_it_is_due(store: Arc<dyn Store>) {
    record(&store, "board", &["a"]).await;
    for attempts in 1..=2_u32 {
        let due = at(i64::from(attempts) * 100);
        let ids = waiting_ids(&store, due).await;
        let retry = Settlement::Retry {
            error: "the board does not answer".to_owned(),
            at: due,
        };
        store.settle(&ids, retry).await.unwrap();
        assert_eq!(waiting(&store, Timestamp(due.0 - 1)).await, []);
        assert_eq!(waiting(&store, due).await[0].attempts, attempts);
    }
}

/// In the same transaction as everything else.
pub async fn a_step_acknowledges_its_deliveries(store: Arc<dyn Store>) {
    record(&store, "board", &["a", "b", "c"]).await;
    let ids = waiting_ids(&store, at(0)).await;
    let step = Commit {
        acknowledge: vec![ids[0], ids[2]],
        ..Commit::default()
    };
    commit(&store, step).await;
    assert_eq!(waiting_ids(&store, at(0)).await, [ids[1]]);
}

/// The newest mark of an issue, per project.
pub async fn an_issue_is_remembered(store: Arc<dyn Store>) {
    let (project, issue) = (ProjectId::new("et"), IssueId::new("issue-1"));
    assert_eq!(store.mark(&project, &issue).await.unwrap(), None);
    let marks = [(0, None, vec![Column::Todo]), (1, Some("7"), vec![])];
    for (revision, handled, written) in marks {
        let mark = ItemMark {
            revision,
            project: project.clone(),
            issue: issue.clone(),
            handled: (at(5), handled.map(ActivityId::new)),
            written,
        };
        let step = Commit {
            mark: Some(mark.clone()),
            ..Commit::default()
        };
        commit(&store, step).await;
        let stored = ItemMark {
            revision: revision + 1,
            ..mark
        };
        assert_eq!(store.mark(&project, &issue).await.unwrap(), Some(stored));
    }
    let other = ProjectId::new("other");
    assert_eq!(store.mark(&other, &issue).await.unwrap(), None);
}

/// Whoever read it before the other wrote is told, and nothing of the step is written.
pub async fn a_mark_that_changed_meanwhile_is_not_overwritten(store: Arc<dyn Store>) {
    record(&store, "board", &["a"]).await;
    let ids = waiting_ids(&store, at(0)).await;
    let (project, issue) = (ProjectId::new("et"), IssueId::new("issue-1"));
    let step = |revision, written| Commit {
        acknowledge: ids.clone(),
        mark: Some(ItemMark {
            project: project.clone(),
            issue: issue.clone(),
            handled: (at(5), None),
            written,
            revision,
        }),
        ..Commit::default()
    };
    let write = Commit {
        acknowledge: Vec::new(),
        ..step(0, vec![Column::Todo])
    };
    commit(&store, write).await;
    for stale in [0, 2] {
        let answer = store.commit(step(stale, Vec::new())).await;
        assert_eq!(answer, Ok(Committed::Stale));
    }
    assert_eq!(waiting_ids(&store, at(0)).await, ids);
    commit(&store, step(1, vec![Column::Done])).await;
    let stored = store
        .mark(&project, &issue)
        .await
        .unwrap()
        .expect("it was written");
    assert_eq!((stored.revision, stored.written), (2, vec![Column::Done]));
}

/// The first call is remembered.
pub async fn a_project_is_connected_once(store: Arc<dyn Store>) {
    let (one, other) = (ProjectId::new("et"), ProjectId::new("other"));
    assert_eq!(store.connected_at(&one, at(1)).await.unwrap(), at(1));
    assert_eq!(store.connected_at(&one, at(2)).await.unwrap(), at(1));
    assert_eq!(store.connected_at(&other, at(3)).await.unwrap(), at(3));
}

fn news(key: &str) -> NewDelivery {
    NewDelivery {
        key: key.to_owned(),
        kind: "note".to_owned(),
        body: key.as_bytes().to_vec(),
    }
}

async fn record(store: &Arc<dyn Store>, source: &str, keys: &[&str]) -> (usize, usize) {
    let page = keys.iter().map(|key| news(key)).collect();
    let Recorded { stored, duplicates } = store.record(source, page, None, at(0)).await.unwrap();
    (stored, duplicates)
}

async fn waiting(store: &Arc<dyn Store>, now: Timestamp) -> Vec<Delivery> {
    store.waiting(now, 10).await.unwrap()
}

async fn waiting_ids(store: &Arc<dyn Store>, now: Timestamp) -> Vec<DeliveryId> {
    let all = waiting(store, now).await;
    all.iter().map(|delivery| delivery.id).collect()
}
