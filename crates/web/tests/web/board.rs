//! What a person does on the board.

use pipeline_core::port::PortError;
use pipeline_core::stage::Column;

use crate::support::World;

#[tokio::test]
async fn an_issue_is_created_started_commented_rejected_and_approved() {
    let world = World::new();
    let fields = [
        ("title", " A greeting "),
        ("description", "Greet\r\nthe person"),
        ("column", "Todo"),
        ("by", "Анна"),
    ];
    let created = world.post("/board/et/issues", &fields).await;
    assert_eq!(created.is(303).header("location"), "/board/et/issues/issue-1");
    let item = world.board.item("issue-1");
    assert_eq!(
        (item.title.as_str(), item.description.as_str()),
        ("A greeting", "Greet\nthe person")
    );
    world
        .get("/board/et")
        .await
        .is(200)
        .shows("A greeting")
        .shows("ET-001");

    let page = "/board/et/issues/issue-1";
    for (what, text, column) in [
        ("start", "", Column::InProgress),
        ("comment", "Say hello too", Column::InProgress),
        ("reject", "Too short", Column::Rejected),
        ("approve", "", Column::Approved),
    ] {
        let answer = world
            .post(&format!("{page}/{what}"), &[("text", text), ("by", "Анна")])
            .await;
        assert_eq!(answer.is(303).header("location"), page, "{what}");
        assert_eq!(world.board.item("issue-1").column, Some(column), "{what}");
    }
    let item = world.board.item("issue-1");
    let said: Vec<_> = item
        .comments
        .iter()
        .map(|comment| (comment.author.as_str(), comment.text.as_str()))
        .collect();
    assert_eq!(said, [("Анна", "Say hello too"), ("Анна", "Too short")]);
    let moved: Vec<_> = item
        .activities
        .iter()
        .map(|activity| activity.actor.as_str())
        .collect();
    assert_eq!(moved, ["Анна"; 3]);
    let shown = world.get(page).await;
    shown.is(200).shows("Too short").shows("moved it to Approved");
    // Created, moved three times, commented twice.
    assert_eq!(world.woken(), 6);
}

#[tokio::test]
async fn an_issue_moves_to_any_column() {
    let world = World::new();
    let issue = world.board.put("Greeting", "");
    for column in Column::ALL {
        let path = format!("/board/et/issues/{issue}/move");
        world.post(&path, &[("column", column.as_str())]).await.is(303);
        assert_eq!(world.board.item(&issue).column, Some(column));
    }
    let wrong = world
        .post(
            &format!("/board/et/issues/{issue}/move"),
            &[("column", "Nowhere")],
        )
        .await;
    wrong.is(422).shows("Nowhere").shows("known: Backlog, Todo");
}

#[tokio::test]
async fn a_rejection_without_a_reason_is_not_one() {
    let world = World::new();
    let issue = world.board.put("Greeting", "");
    for what in ["reject", "comment"] {
        let path = format!("/board/et/issues/{issue}/{what}");
        world
            .post(&path, &[("text", " \r\n ")])
            .await
            .is(422)
            .shows("Go back");
    }
    let item = world.board.item(&issue);
    assert!(item.comments.is_empty() && item.activities.is_empty());
}

#[tokio::test]
async fn a_refused_issue_is_shown_again_as_it_was_written() {
    let world = World::new();
    let fields = [
        ("title", "  "),
        ("description", "Long & careful"),
        ("column", "In Progress"),
    ];
    let answer = world.post("/board/et/issues", &fields).await;
    answer
        .is(422)
        .shows("the title is empty")
        .shows("Long &amp; careful")
        .shows("<option value=\"In Progress\" selected>");
    assert_eq!(world.board.len(), 0);
}

#[tokio::test]
async fn a_move_that_fails_after_the_comment_says_which_half_was_done() {
    let world = World::new();
    let issue = world.board.put("Greeting", "");
    *world.board.refuses_moves.lock().unwrap() = Some(PortError::Conflict("somebody moved it".to_owned()));
    let path = format!("/board/et/issues/{issue}/reject");
    let answer = world.post(&path, &[("text", "Too short")]).await;
    answer
        .is(409)
        .shows("somebody moved it")
        .shows("Your comment was written");
    assert_eq!(world.board.item(&issue).comments.len(), 1);
    assert_eq!(world.woken(), 1);
}

#[tokio::test]
async fn what_was_written_for_a_vanished_issue_is_given_back() {
    let world = World::new();
    let answer = world
        .post("/board/et/issues/gone/comment", &[("text", "a long answer")])
        .await;
    answer.is(404).shows("a long answer");
    world.post("/board/other/issues/gone/start", &[]).await.is(404);
}

#[tokio::test]
async fn the_acting_person_is_remembered() {
    let world = World::new();
    let issue = world.board.put("Greeting", "");
    let start = format!("/board/et/issues/{issue}/start");
    let answer = world.post(&start, &[("by", "Анна")]).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let mut later = crate::support::form(&start, &[]);
    let pair = cookie.split(';').next().unwrap();
    later.headers_mut().insert("cookie", pair.parse().unwrap());
    world.admin(later).await.is(303);
    let mut page = crate::support::get(&format!("/board/et/issues/{issue}"));
    page.headers_mut().insert("cookie", pair.parse().unwrap());
    world.admin(page).await.shows("value=\"Анна\"");
    world.post(&start, &[]).await.is(303);
    let actors: Vec<_> = world
        .board
        .item(&issue)
        .activities
        .into_iter()
        .map(|activity| activity.actor)
        .collect();
    assert_eq!(actors, ["Анна", "Анна", "operator"]);
}

#[tokio::test]
async fn a_form_that_is_too_large_or_not_a_form_is_answered_with_a_page() {
    let world = World::new();
    let large = "x".repeat(1024 * 1024);
    world.post("/board/et/issues", &[("title", &large)]).await.is(413);
    world
        .post("/board/et/issues", &[])
        .await
        .is(422)
        .shows("could not be read");
    let longest = "я".repeat(128 * 1024);
    let fields = [("title", "Long"), ("description", longest.as_str())];
    world.post("/board/et/issues", &fields).await.is(303);
    assert_eq!(world.board.item("issue-1").description, longest);
}
