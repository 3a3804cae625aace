//! The analyst asks, the architect objects, people approve and reject.

use pipeline_core::stage::Column;

use crate::world::World;

#[tokio::test]
async fn answers_reach_the_analyst_as_text() {
    let mut world = World::new().await;
    world.next_writes("analyst", |desk| desk.write("questions.md", "Which language?\n"));
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-answers");
    assert_eq!(world.board.column(&issue), Column::NeedsInput);
    assert_eq!(world.times_said(&issue, "Which language?"), 1);
    assert_eq!(world.times_alerted("the analyst asks questions"), 1);
    world.seconds(5).await;
    world.person_comments(&issue, "Icelandic, please.");
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert!(world.brief("analyst").contains("Icelandic, please."));
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn questions_win_over_complete_documents() {
    let mut world = World::new().await;
    world.next_writes("analyst", |desk| {
        desk.analysis("guesses");
        desk.write("questions.md", "Which language?\n");
    });
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-answers");
    world.ends().await;
}

#[tokio::test]
async fn the_fourth_round_of_questions_blocks() {
    let mut world = World::new().await;
    for round in 1..=4 {
        world.next_writes("analyst", move |desk| {
            desk.write("questions.md", &format!("Question {round}?\n"));
        });
    }
    let issue = world.up_to_approval().await;
    for _ in 0..3 {
        world.seconds(5).await;
        world.person_moves(&issue, Column::InProgress);
        world.runs_until_idle().await;
    }
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    assert_eq!(world.times_said(&issue, "3 rounds of questions used up"), 1);
    assert_eq!(world.times_alerted("3 rounds of questions used up"), 1);
    world.ends().await;
}

#[tokio::test]
async fn approved_while_answers_are_awaited_approves_nothing() {
    let mut world = World::new().await;
    world.next_writes("analyst", |desk| desk.write("questions.md", "Which language?\n"));
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-answers");
    assert_eq!(world.times_said(&issue, "Which language?"), 1);
    assert_eq!(world.board.column(&issue), Column::NeedsInput);
    world.ends().await;
}

#[tokio::test]
async fn an_objection_goes_back_to_analysis_and_asks_for_approval_again() {
    let mut world = World::new().await;
    world.next_writes("architect", |desk| {
        desk.write("06-adr/ADR-001.md", "# Never mind\n");
        desk.write("conflict.md", "It cannot be built like this.\n");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(
        world.times_said(&issue, "Architect found a conflict with the spec"),
        1
    );
    assert!(world.brief("analyst").contains("It cannot be built like this."));
    assert_eq!(world.times_alerted("Set the issue to Approved"), 2);
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn the_third_objection_blocks() {
    let mut world = World::new().await;
    for round in 1..=3 {
        world.next_writes("architect", move |desk| {
            desk.write("conflict.md", &format!("Objection {round}.\n"));
        });
    }
    let issue = world.approved().await;
    for _ in 0..2 {
        world.seconds(5).await;
        world.person_moves(&issue, Column::Approved);
        world.runs_until_idle().await;
    }
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    assert_eq!(world.times_alerted("rounds of objections used up"), 1);
    world.ends().await;
}

#[tokio::test]
async fn rejected_documents_are_written_again_with_the_reason() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    world.person_comments(&issue, "The name is optional.");
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert!(world.brief("analyst").contains("The name is optional."));
    assert_eq!(
        world.times_said(&issue, "Reason for rejection: The name is optional."),
        1
    );
    assert_eq!(world.board.column(&issue), Column::InReview);
    world.ends().await;
}

#[tokio::test]
async fn a_rejection_without_a_comment_says_so() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    assert_eq!(
        world.times_said(&issue, "Rejected via status, no reason comment"),
        1
    );
    world.ends().await;
}

#[tokio::test]
async fn in_progress_at_the_approval_runs_the_analyst_with_the_comments() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    world.person_comments(&issue, "Mention the weather.");
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert!(world.brief("analyst").contains("Mention the weather."));
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn nothing_to_write_and_nothing_to_ask_is_repaired_twice_then_blocked() {
    let mut world = World::new().await;
    for _ in 0..3 {
        world.next_writes("analyst", |_| {});
    }
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    assert_eq!(world.runs().len(), 3);
    assert_eq!(
        world.times_said(&issue, "finished without documents and without questions"),
        1
    );
    world.ends().await;
}

#[tokio::test]
async fn approved_after_the_last_round_of_questions_asks_nothing_again() {
    let mut world = World::new().await;
    for round in 1..=4 {
        world.next_writes("analyst", move |desk| {
            desk.write("questions.md", &format!("Question {round}?\n"));
        });
    }
    let issue = world.up_to_approval().await;
    for _ in 0..3 {
        world.seconds(5).await;
        world.person_moves(&issue, Column::InProgress);
        world.runs_until_idle().await;
    }
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    assert_eq!(world.times_said(&issue, "Question 4?"), 1);
    assert_eq!(world.times_said(&issue, "QG failed at analysis"), 1);
    world.ends().await;
}

#[tokio::test]
async fn what_a_human_wrote_while_blocked_reaches_the_brief_of_the_restart() {
    let mut world = World::new().await;
    for _ in 0..3 {
        world.next_writes("analyst", |_| {});
    }
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    world.seconds(5).await;
    world.person_comments(&issue, "Write the four documents.");
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert!(world.brief("analyst").contains("Write the four documents."));
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}
