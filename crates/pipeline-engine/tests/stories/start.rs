//! Which issues start, once, and how news gets lost without harm.

use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;

use crate::world::World;

#[tokio::test]
async fn an_issue_that_says_too_little_is_refused_once_per_order() {
    let mut world = World::new().await;
    let issue = world.issue("Fix", "please");
    world.person_moves(&issue, Column::InProgress);
    world.seconds(400).await;
    assert!(world.find_task(&issue).await.is_none());
    assert_eq!(world.board.column(&issue), Column::Blocked);
    assert_eq!(world.times_said(&issue, "QG-0 failed"), 1);
    assert_eq!(world.times_said(&issue, "Title too short"), 1);
    world.board.edit_description(&issue, "still");
    world.person_moves(&issue, Column::InProgress);
    world.seconds(400).await;
    assert_eq!(world.times_said(&issue, "QG-0 failed"), 2);
    world.ends().await;
}

#[tokio::test]
async fn an_issue_created_in_progress_starts() {
    let mut world = World::new().await;
    let issue = world.board.create_issue_in(
        Column::InProgress,
        "Add a greeting",
        "The program shall greet the person by name.",
    );
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn an_issue_that_waits_for_another_starts_when_that_is_finished() {
    let mut world = World::new().await;
    let (first, second) = world.greeting_and_farewell();
    world.board.block(&second, &first);
    world.person_moves(&second, Column::InProgress);
    world.seconds(300).await;
    assert_eq!(world.stands(&second).await, "created/waiting-dependency");
    assert_eq!(world.times_said(&second, "Waiting for: #1"), 1);
    assert_eq!(world.board.column(&second), Column::Todo);
    world.person_moves(&first, Column::Done);
    world.seconds(130).await;
    assert_eq!(world.stands(&second).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_long_wait_for_another_issue_is_remembered_once_a_week() {
    let mut world = World::new().await;
    let (first, second) = world.greeting_and_farewell();
    world.board.block(&second, &first);
    world.person_moves(&second, Column::InProgress);
    world.seconds(8 * 24 * 3_600).await;
    assert_eq!(world.times_said(&second, "⏳ Waiting for: #1."), 2);
    world.board.delete_issue(&first);
    world.seconds(130).await;
    assert_eq!(world.stands(&second).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn with_all_news_lost_a_task_still_finishes() {
    let mut world = World::new().await.without_feeds().await;
    let issue = world.greeting();
    world.person_moves(&issue, Column::InProgress);
    world.seconds(130).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.person_moves(&issue, Column::Approved);
    world.seconds(130).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn news_that_is_read_again_changes_nothing() {
    let mut world = World::new().await;
    let issue = world.approved().await;
    let before = world.task(&issue).await.revision;
    world
        .board
        .edit_description(&issue, "edited once more, and read again");
    world.seconds(400).await;
    assert_eq!(world.task(&issue).await.revision, before);
    world.ends().await;
}

#[tokio::test]
async fn a_board_that_cannot_be_read_delays_its_news_and_sets_them_aside_with_an_alert() {
    let mut world = World::new().await;
    world.board.faults.outage(true);
    let issue = world.greeting();
    world.person_moves(&issue, Column::InProgress);
    world.seconds(60).await;
    assert!(world.times_alerted("news from fake-board was set aside") >= 1);
    world.board.faults.outage(false);
    world.seconds(130).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_start_whose_answer_was_lost_makes_one_branch() {
    let mut world = World::new().await;
    world.workspace.faults.fail_next("start_branch", 1, &Fault::After);
    let issue = world.up_to_approval().await;
    world.seconds(30).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.repo.branches().len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_move_with_our_own_account_is_an_order_too() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    world.board.person_moves_as_us(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_board_without_the_stages_columns_is_enough() {
    let mut world = World::new().await;
    world.board.remove_columns(&[
        Column::Architecture,
        Column::Development,
        Column::Review,
        Column::Testing,
        Column::InReview,
    ]);
    let issue = world.up_to_approval().await;
    assert_eq!(world.board.column(&issue), Column::Todo);
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn issues_that_wait_for_each_other_are_blocked_by_name_until_somebody_unties_them() {
    let mut world = World::new().await;
    let issues: Vec<_> = ["greeting", "farewell", "silence"]
        .map(|what| world.issue(&format!("Add a {what}"), "The program shall be polite to people."))
        .to_vec();
    world.board.block(&issues[0], &issues[1]);
    world.board.block(&issues[1], &issues[2]);
    world.board.block(&issues[2], &issues[0]);
    world.person_moves(&issues[0], Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issues[0]).await, "created/blocked");
    assert_eq!(world.board.column(&issues[0]), Column::Blocked);
    let names = "issue waits for itself: #1 → #2 → #3 → #1";
    assert_eq!(world.times_alerted(names), 1);
    assert_eq!(world.times_said(&issues[0], names), 1);
    world.seconds(5).await;
    world.person_moves(&issues[0], Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issues[0]).await, "created/blocked");
    assert_eq!(world.times_alerted(names), 2);
    world.board.unblock(&issues[2], &issues[0]);
    world.seconds(400).await;
    assert_eq!(
        world.stands(&issues[0]).await,
        "created/blocked",
        "a human says go"
    );
    world.person_moves(&issues[0], Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issues[0]).await, "created/waiting-dependency");
    world.person_moves(&issues[1], Column::Cancelled);
    world.seconds(130).await;
    assert_eq!(world.stands(&issues[0]).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_circle_that_closes_while_an_issue_waits_is_found() {
    let mut world = World::new().await;
    let (first, second) = world.greeting_and_farewell();
    world.board.block(&second, &first);
    world.person_moves(&second, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&second).await, "created/waiting-dependency");
    world.board.block(&first, &second);
    world.seconds(130).await;
    assert_eq!(world.stands(&second).await, "created/blocked");
    assert_eq!(world.times_alerted("waits for itself: #2 → #1 → #2"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_move_that_no_activity_tells_of_counts_after_two_minutes() {
    let mut world = World::new().await;
    let issue = world.greeting();
    world.seconds(5).await;
    world
        .board
        .person_moves_quietly(&issue, Column::InProgress, "ann");
    world.seconds(110).await;
    assert!(world.find_task(&issue).await.is_none(), "a row may still come");
    world.seconds(250).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.times_said(&issue, "Analyst started"), 1);
    let before = world.task(&issue).await.revision;
    world.board.activities_catch_up(&issue);
    world.seconds(400).await;
    assert_eq!(
        world.task(&issue).await.revision,
        before,
        "the late row is no second order"
    );
    world.ends().await;
}

#[tokio::test]
async fn an_activity_that_comes_late_is_the_order() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    world.board.person_moves_quietly(&issue, Column::Approved, "ann");
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.board.activities_catch_up(&issue);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
