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
    let (first, second) = (
        world.greeting(),
        world.issue("Add a farewell", "The program shall say goodbye."),
    );
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
    let (first, second) = (
        world.greeting(),
        world.issue("Add a farewell", "The program shall say goodbye."),
    );
    world.board.block(&second, &first);
    world.person_moves(&second, Column::InProgress);
    world.seconds(8 * 24 * 3_600).await;
    assert_eq!(world.times_said(&second, "Waiting for:"), 2);
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
