//! The feed.

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use forge_local::{LocalForge, LocalForgeFeed};
use pipeline_core::effect::{MergeStyle, StatusState};
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::forge::Forge;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, RawWebhook, Unverified};

use crate::rig::{BRANCH, Rig, git, merge_of, status};

fn feed(rig: &Rig) -> LocalForgeFeed {
    LocalForgeFeed::new(vec![Arc::clone(&rig.forge)])
}

fn branches(feed: &LocalForgeFeed, page: &FeedPage) -> Vec<String> {
    let mut names = Vec::new();
    for one in &page.news {
        match feed.decode(&one.kind, &one.body) {
            Decoded::Hints(hints) => names.extend(hints.into_iter().map(|(project, hint)| match hint {
                Hint::Branch(branch) => format!("{project}:{branch}"),
                Hint::Item(issue) => panic!("an issue: {issue}"),
            })),
            Decoded::Ignored(why) => panic!("ignored: {why}"),
        }
    }
    names
}

#[tokio::test]
async fn a_push_from_outside_is_news_once_and_the_cursor_resumes_after_it() {
    let rig = Rig::new();
    let source = feed(&rig);
    assert_eq!(source.news(None).await.unwrap().news, []);
    rig.push(BRANCH, &[("c.txt", "c\n")]);
    let first = source.news(None).await.unwrap();
    assert_eq!(branches(&source, &first), [format!("et:{BRANCH}")]);

    let rig = rig.reopen();
    let source = feed(&rig);
    rig.push(BRANCH, &[("d.txt", "d\n")]);
    git(&rig.work, &["push", "--quiet", "origin", ":users-own"]);
    let second = source.news(Some(first.cursor.clone())).await.unwrap();
    assert_eq!(
        branches(&source, &second),
        [format!("et:{BRANCH}"), "et:users-own".to_owned()]
    );
    assert!(second.news.iter().all(|one| one.key != first.news[0].key));
    let third = source.news(Some(second.cursor.clone())).await.unwrap();
    assert_eq!((third.news, third.cursor), (Vec::new(), second.cursor));
    let all = source.news(None).await.unwrap();
    assert_eq!(all.news, [first.news, second.news].concat());
}

#[tokio::test]
async fn statuses_pull_requests_and_merges_are_news_of_their_branch() {
    let rig = Rig::new();
    let source = feed(&rig);
    let head = rig.push(BRANCH, &[("c.txt", "c\n")]);
    let mut cursor = source.news(None).await.unwrap().cursor;
    let mut next = async || {
        let page = source.news(Some(cursor.clone())).await.unwrap();
        cursor.clone_from(&page.cursor);
        branches(&source, &page)
    };

    rig.forge
        .set_status(&head, &status("ci", StatusState::Success))
        .await
        .unwrap();
    assert_eq!(next().await, [format!("et:{BRANCH}")]);
    rig.forge
        .open_pull_request(&BRANCH.into(), "Export", "")
        .await
        .unwrap();
    assert_eq!(next().await, [format!("et:{BRANCH}")]);
    rig.forge
        .open_pull_request(&BRANCH.into(), "Export", "")
        .await
        .unwrap();
    assert_eq!(next().await, [""; 0]);
    rig.forge
        .merge(&merge_of(&head, MergeStyle::Merge))
        .await
        .unwrap();
    assert_eq!(next().await, [format!("et:{BRANCH}"), "et:main".to_owned()]);
}

#[tokio::test]
async fn one_source_serves_all_projects_in_pages() {
    let rig = Rig::new();
    let other = LocalForge::create(&rig.home, &"xx".into(), &rig.user(), None).unwrap();
    let source = LocalForgeFeed::new(vec![Arc::clone(&rig.forge), Arc::clone(&other)]);
    let start = source.news(None).await.unwrap().cursor;
    let main = rig.main();
    let mut orders = String::new();
    for number in 0..600 {
        orders.push_str(&format!("create refs/heads/b{number} {main}\n"));
    }
    let list = rig.folder.path().join("orders");
    std::fs::write(&list, orders).unwrap();
    let script = format!("git update-ref --stdin < '{}'", list.display());
    for forge in [&rig.forge, &other] {
        let done = process::Command::new("sh")
            .args(["-c", &script])
            .cwd(forge.remote())
            .run()
            .unwrap();
        assert!(done.status.success());
    }

    let mut cursor = start;
    let mut seen = Vec::new();
    for expected in [500, 500, 200, 0] {
        let page = source.news(Some(cursor)).await.unwrap();
        assert_eq!(page.news.len(), expected);
        seen.extend(page.news.iter().map(|one| one.key.clone()));
        cursor = page.cursor;
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 1200);
}

#[tokio::test]
async fn a_line_that_a_crash_cut_short_is_passed_over() {
    let rig = Rig::new();
    let source = feed(&rig);
    rig.push(BRANCH, &[("c.txt", "c\n")]);
    let first = source.news(None).await.unwrap();
    let lines = rig.home.root.join("et/feed/feed.jsonl");
    let mut file = OpenOptions::new().append(true).open(lines).unwrap();
    file.write_all(b"{\"branch\":\"feat").unwrap();

    let between = source.news(Some(first.cursor.clone())).await.unwrap();
    assert_eq!((&between.news, &between.cursor), (&Vec::new(), &first.cursor));
    rig.push(BRANCH, &[("d.txt", "d\n")]);
    let second = source.news(Some(between.cursor)).await.unwrap();
    assert_eq!(branches(&source, &second), [format!("et:{BRANCH}")]);
}

#[tokio::test]
async fn what_was_read_and_is_old_is_cut_off_and_the_offsets_go_on() {
    let rig = Rig::new();
    let source = feed(&rig);
    rig.push(BRANCH, &[("c.txt", "c\n")]);
    let read = source.news(None).await.unwrap();
    rig.push("other", &[("d.txt", "d\n")]);
    let unread = source.news(Some(read.cursor.clone())).await.unwrap();
    let (young, old) = (
        rig.home.clock.now(),
        rig.home.clock.now().plus(Duration::from_secs(1)),
    );
    assert_eq!(source.tidy(&unread.cursor, young).await, Ok(0));
    assert_eq!(source.tidy(&read.cursor, old).await, Ok(1));
    assert_eq!(source.tidy(&read.cursor, old).await, Ok(0), "once");

    let rig = rig.reopen();
    let source = feed(&rig);
    assert_eq!(
        source.news(None).await.unwrap(),
        unread,
        "its keys are what they were"
    );
    assert_eq!(source.news(Some(read.cursor)).await.unwrap(), unread);
    assert_eq!(source.tidy(&unread.cursor, old).await, Ok(1));
    let none = source.news(Some(unread.cursor.clone())).await.unwrap();
    assert_eq!((none.news.len(), &none.cursor), (0, &unread.cursor));
    rig.push(BRANCH, &[("e.txt", "e\n")]);
    let next = source.news(Some(unread.cursor)).await.unwrap();
    assert_eq!(branches(&source, &next), [format!("et:{BRANCH}")]);
    assert!(
        [&read.news[0], &unread.news[0]]
            .iter()
            .all(|seen| seen.key != next.news[0].key)
    );
}

/// Their lines say no time: they are old, and go when they were read.
#[tokio::test]
async fn a_feed_of_the_first_version_is_read_and_cut() {
    let rig = Rig::new();
    let source = feed(&rig);
    let lines = rig.home.root.join("et/feed/feed.jsonl");
    std::fs::write(lines, "\n{\"branch\":\"main\"}\n{\"branch\":\"feature/x\"}\n").unwrap();
    let read = source.news(None).await.unwrap();
    assert_eq!(branches(&source, &read), ["et:main", "et:feature/x"]);
    assert_eq!(source.tidy(&read.cursor, rig.home.clock.now()).await, Ok(2));
    rig.push(BRANCH, &[("c.txt", "c\n")]);
    let next = source.news(Some(read.cursor)).await.unwrap();
    assert_eq!(branches(&source, &next), [format!("et:{BRANCH}")]);
}

#[tokio::test]
async fn waiting_ends_with_the_next_change_made_here() {
    let rig = Rig::new();
    let other = LocalForge::create(&rig.home, &"xx".into(), &rig.user(), None).unwrap();
    let source = LocalForgeFeed::new(vec![other, Arc::clone(&rig.forge)]);
    let waiter = tokio::spawn(async move { source.wait().await });
    rig.forge
        .set_status(&rig.main(), &status("ci", StatusState::Success))
        .await
        .unwrap();
    waiter.await.unwrap();
}

#[tokio::test]
async fn what_is_not_understood_is_ignored_and_webhooks_are_not_believed() {
    let rig = Rig::new();
    let source = feed(&rig);
    for (kind, body) in [
        ("branch", "{"),
        ("branch", "{\"project\":1}"),
        ("issue", "{}"),
        ("", ""),
    ] {
        let decoded = source.decode(kind, body.as_bytes());
        assert!(matches!(decoded, Decoded::Ignored(_)), "{kind} {body}");
    }
    let webhook = RawWebhook {
        headers: Vec::new(),
        body: b"{\"project\":\"et\",\"branch\":\"main\"}".to_vec(),
    };
    assert_eq!(
        source.verify(&webhook),
        Err(Unverified::NoSecret("local-forge".to_owned()))
    );
    let news = source.news(Some("x".to_owned())).await;
    assert!(matches!(news, Err(PortError::Permanent(_))));
}
