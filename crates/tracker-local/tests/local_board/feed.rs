//! The feed.

use std::time::Duration;

use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::board::Board;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, RawWebhook, Unverified};
use pipeline_core::port::tracker::Tracker;
use pipeline_core::stage::Column;

use crate::rig::{Rig, comment};

fn issues_of(rig: &Rig, page: &FeedPage) -> Vec<String> {
    page.news
        .iter()
        .map(|one| match rig.board.decode(&one.kind, &one.body) {
            Decoded::Hints(hints) => format!("{hints:?}"),
            Decoded::Ignored(why) => panic!("ignored: {why}"),
        })
        .collect()
}

fn hint(rig: &Rig, issue: &str) -> String {
    format!("{:?}", vec![(rig.project.clone(), Hint::Item(issue.into()))])
}

#[tokio::test]
async fn every_change_is_news_once_and_the_cursor_resumes_after_it() {
    let rig = Rig::new();
    let issue = rig.issue("Export").await;
    rig.board
        .relocate(&rig.project, &issue, Column::InProgress, "bob")
        .await
        .unwrap();
    let first = rig.board.news(None).await.unwrap();
    assert_eq!(issues_of(&rig, &first), [hint(&rig, "1"), hint(&rig, "1")]);
    let keys: Vec<_> = first.news.iter().map(|one| one.key.clone()).collect();

    let rig = rig.reopen();
    rig.tracker()
        .comment(&comment("7-e1", &issue, "x"))
        .await
        .unwrap();
    rig.tracker()
        .comment(&comment("7-e1", &issue, "x"))
        .await
        .unwrap();
    rig.tracker().move_to(&issue, Column::InProgress).await.unwrap();
    let second = rig.board.news(Some(first.cursor)).await.unwrap();

    assert_eq!(issues_of(&rig, &second), [hint(&rig, "1")]);
    assert!(!keys.contains(&second.news[0].key));
    let third = rig.board.news(Some(second.cursor.clone())).await.unwrap();
    assert_eq!((third.news.len(), third.cursor), (0, second.cursor));
}

#[tokio::test]
async fn issues_that_wait_are_news_when_their_blocker_moves() {
    let rig = Rig::new();
    let (waiting, blocker) = (rig.issue("A").await, rig.issue("B").await);
    rig.board
        .relate_blocked_by(&rig.project, &waiting, &blocker)
        .await
        .unwrap();
    let before = rig.board.news(None).await.unwrap().cursor;
    rig.tracker().move_to(&blocker, Column::Done).await.unwrap();

    let page = rig.board.news(Some(before)).await.unwrap();
    assert_eq!(issues_of(&rig, &page), [hint(&rig, "2"), hint(&rig, "1")]);
}

#[tokio::test]
async fn a_long_feed_comes_in_pages() {
    let rig = Rig::new();
    for number in 0..502 {
        rig.issue(&format!("Issue {number}")).await;
    }
    let first = rig.board.news(None).await.unwrap();
    let second = rig.board.news(Some(first.cursor)).await.unwrap();
    assert_eq!((first.news.len(), second.news.len()), (500, 2));
}

#[tokio::test]
async fn what_was_read_and_is_old_goes_and_the_numbers_go_on() {
    let rig = Rig::new();
    rig.issue("Old and read").await;
    let read = rig.board.news(None).await.unwrap();
    let (unread, before) = (
        rig.issue("Old").await,
        rig.clock.now().plus(Duration::from_secs(1)),
    );
    assert_eq!(
        rig.board.tidy(&read.cursor, rig.clock.now()).await,
        Ok(0),
        "young"
    );
    assert_eq!(rig.board.tidy(&read.cursor, before).await, Ok(1));
    let left = rig.board.news(None).await.unwrap();
    assert_eq!(issues_of(&rig, &left), [hint(&rig, unread.as_str())]);
    assert_eq!(
        rig.board.news(Some(read.cursor)).await.unwrap(),
        left,
        "a cursor stays good"
    );

    assert_eq!(rig.board.tidy(&left.cursor, before).await, Ok(1));
    let empty = rig.board.news(Some(left.cursor.clone())).await.unwrap();
    assert_eq!((empty.news.len(), &empty.cursor), (0, &left.cursor));
    let rig = rig.reopen();
    rig.issue("New").await;
    let new = rig.board.news(Some(left.cursor)).await.unwrap();
    assert_eq!(new.news.len(), 1);
    assert!(!new.news[0].key.is_empty() && new.news[0].key != left.news[0].key);
}

#[tokio::test]
async fn waiting_ends_with_the_next_write() {
    let rig = Rig::new();
    rig.issue("Export").await;
    rig.board.wait().await;
    let (board, project) = (rig.board.clone(), rig.project.clone());
    let waiter = tokio::spawn(async move { board.wait().await });
    assert!(!waiter.is_finished());
    rig.board
        .say(&project, &"1".into(), "hello", "ann")
        .await
        .unwrap();
    waiter.await.unwrap();
}

#[tokio::test]
async fn what_is_not_understood_is_ignored_and_webhooks_are_not_believed() {
    let rig = Rig::new();
    for (kind, body) in [
        ("issue", "{"),
        ("issue", "{\"project\":1}"),
        ("push", "{}"),
        ("", ""),
    ] {
        let decoded = rig.board.decode(kind, body.as_bytes());
        assert!(matches!(decoded, Decoded::Ignored(_)), "{kind} {body}");
    }
    let webhook = RawWebhook {
        headers: Vec::new(),
        body: b"{\"project\":\"et\",\"issue\":\"1\"}".to_vec(),
    };
    assert_eq!(
        rig.board.verify(&webhook),
        Err(Unverified::NoSecret("local-board".to_owned()))
    );
    let news = rig.board.news(Some("x".to_owned())).await;
    assert!(matches!(news, Err(PortError::Permanent(_))));
}
