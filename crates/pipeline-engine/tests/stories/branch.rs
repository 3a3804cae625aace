//! Somebody else touches the task's branch.

use pipeline_core::effect::StatusState;
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::stage::{Column, StageName};
use testkit::fake::faults::Fault;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

#[tokio::test]
async fn a_commit_on_top_of_ours_is_adopted_and_ci_looks_again() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    let branch = world.branch(&issue).await;
    let theirs = world.forge.push(&branch, &[("src/more.rs", "fn more() {}\n")]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    assert_eq!(world.task(&issue).await.head, Some(theirs));
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let main = world.repo.default_branch().clone();
    assert!(world.repo.file(&main, "src/more.rs").is_some());
    world.ends().await;
}

#[tokio::test]
async fn code_adopted_after_the_review_is_reviewed_again() {
    let mut world = World::with_external_ci().await;
    world.next("tester", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "testing/working");
    let branch = world.branch(&issue).await;
    world.forge.push(&branch, &[("src/more.rs", "fn more() {}\n")]);
    world.runs_until_idle().await;
    world.seconds(20).await;
    for _ in 0..3 {
        world.ci(&issue, StatusState::Success, None).await;
    }
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("reviewer").len(), 2);
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn work_that_met_somebody_elses_push_is_done_again_on_top_of_it() {
    let mut world = World::new().await;
    let (forge, repo) = (
        std::sync::Arc::clone(&world.forge),
        std::sync::Arc::clone(&world.repo),
    );
    world.next_writes("developer", move |desk| {
        let branches = repo.branches();
        let branch = branches
            .keys()
            .find(|name| name.as_str().starts_with("feature/"))
            .unwrap();
        forge.push(branch, &[("src/more.rs", "fn more() {}\n")]);
        desk.code();
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 2);
    let main = world.repo.default_branch().clone();
    for path in ["src/more.rs", "src/greet.rs"] {
        assert!(world.repo.file(&main, path).is_some(), "{path}");
    }
    world.ends().await;
}

/// The answer to a look was on its way while our own next work was pushed.
#[tokio::test]
async fn a_look_that_is_older_than_our_own_push_shows_nobody_elses_commit() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    let held = world.forge.faults.hold_next("observe");
    let engine = world.engine();
    let looking = tokio::spawn(async move { engine.sweep().await });
    held.is_answered().await;
    world.seconds(5).await;
    world.person_moves(&issue, Column::Approved);
    while !world.stands(&issue).await.starts_with("development") {
        world.one_round().await;
    }
    held.arrives();
    looking.await.unwrap().unwrap();
    world.runs_until_idle().await;
    assert_eq!(world.times_said(&issue, "holds somebody else's commit"), 0);
    assert_eq!(world.stands(&issue).await, "done/done");
    for role in ["architect", "developer", "reviewer"] {
        assert_eq!(world.runner.briefs(role).len(), 1, "{role}");
    }
    world.ends().await;
}

async fn forced(world: &mut World) -> pipeline_core::id::IssueId {
    let issue = world.approved().await;
    let branch = world.branch(&issue).await;
    world.seconds(5).await;
    world
        .forge
        .force_push(&branch, &[("src/theirs.rs", "fn theirs() {}\n")]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-human");
    assert_eq!(world.times_said(&issue, "holds somebody else's commit"), 1);
    assert_eq!(world.board.column(&issue), Column::InReview);
    world.seconds(5).await;
    issue
}

#[tokio::test]
async fn a_force_push_is_adopted_when_a_human_approves() {
    let mut world = World::with_external_ci().await;
    let issue = forced(&mut world).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let main = world.repo.default_branch().clone();
    assert!(world.repo.file(&main, "src/theirs.rs").is_some());
    world.ends().await;
}

#[tokio::test]
async fn a_force_push_is_undone_when_a_human_rejects() {
    let mut world = World::with_external_ci().await;
    let issue = forced(&mut world).await;
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    let branch = world.branch(&issue).await;
    assert!(world.repo.file(&branch, "src/greet.rs").is_some());
    assert_eq!(world.repo.file(&branch, "src/theirs.rs"), None);
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_run_that_a_force_push_called_off_is_done_again_once_it_is_undone() {
    let mut world = World::with_external_ci().await;
    world.next_writes("developer", |desk| desk.code());
    world.next("developer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world
        .ci(&issue, StatusState::Failure, Some("greet is missing"))
        .await;
    assert_eq!(world.stands(&issue).await, "development/working");
    let branch = world.branch(&issue).await;
    world.seconds(5).await;
    world
        .forge
        .force_push(&branch, &[("src/theirs.rs", "fn theirs() {}\n")]);
    world.seconds(130).await;
    assert_eq!(world.stands(&issue).await, "development/waiting-human");
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    assert_eq!(world.runner.briefs("developer").len(), 3);
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_push_to_a_blocked_task_does_not_unblock_it() {
    let mut world = World::new().await;
    for _ in 0..2 {
        world.next("developer", |_| ScriptedEnd::agent_error("no idea"));
    }
    let issue = world.approved().await;
    let branch = world.branch(&issue).await;
    world.forge.push(&branch, &[("src/greet.rs", "fn theirs() {}\n")]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_branch_that_vanished_is_pushed_again_once() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    let branch = world.branch(&issue).await;
    world.repo.delete_branch(&branch);
    world.seconds(30).await;
    assert!(world.repo.head(&branch).is_some());
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.repo.delete_branch(&branch);
    world.seconds(30).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.times_alerted("not found or no status"), 1);
    world.ends().await;
}

#[tokio::test]
async fn protected_work_is_done_again_on_top_of_somebody_elses_push() {
    let mut world = World::new().await;
    world.next_writes("developer", |desk| {
        desk.code();
        desk.tree.write(".github/ci.yml", "jobs: {}\n");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-human");
    let branch = world.branch(&issue).await;
    world.forge.push(&branch, &[("src/more.rs", "fn more() {}\n")]);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let main = world.repo.default_branch().clone();
    for path in ["src/more.rs", "src/greet.rs"] {
        assert!(world.repo.file(&main, path).is_some(), "{path}");
    }
    world.ends().await;
}

#[tokio::test]
async fn documents_that_somebody_pushed_do_not_send_the_code_back_to_review() {
    let mut world = World::with_external_ci().await;
    world.next("tester", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "testing/working");
    let branch = world.branch(&issue).await;
    world
        .forge
        .push(&branch, &[("docs/work-items/ET-001/notes.md", "a word\n")]);
    world.runs_until_idle().await;
    world.seconds(20).await;
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("reviewer").len(), 1);
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends().await;
}

/// The push of the developer's work is refused once.
fn the_push_is_refused(world: &World) {
    let workspace = std::sync::Arc::clone(&world.workspace);
    world.next_writes("developer", move |desk| {
        desk.code();
        let protected = Fault::Refused("a rule of the forge protects the branch".to_owned());
        workspace.faults.fail_next("push", 1, &protected);
    });
}

#[tokio::test]
async fn a_refused_push_blocks_and_our_older_head_is_nobody_elses_commit() {
    let mut world = World::new().await;
    the_push_is_refused(&world);
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(
        world.times_alerted("push failed: a rule of the forge protects the branch"),
        1
    );
    world.seconds(600).await;
    world.person_moves(&issue, Column::Approved);
    world.seconds(300).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.times_alerted("somebody else's commit"), 0);
    world.restarts(&issue).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends_with_dead(1).await;
}

#[tokio::test]
async fn a_task_that_leaves_a_refused_push_behind_pushes_from_where_the_branch_is() {
    for order in [
        OperatorOrderKind::ForceStage {
            stage: StageName::new("review"),
        },
        OperatorOrderKind::Reject,
    ] {
        let mut world = World::new().await;
        the_push_is_refused(&world);
        let issue = world.approved().await;
        world.operator(&issue, order).await;
        world.seconds(300).await;
        assert_eq!(world.stands(&issue).await, "done/done");
        assert_eq!(world.times_alerted("somebody else's commit"), 0);
        let main = world.repo.default_branch().clone();
        assert!(world.repo.file(&main, "src/greet.rs").is_some());
        world.ends_with_dead(1).await;
    }
}
