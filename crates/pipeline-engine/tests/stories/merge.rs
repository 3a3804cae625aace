//! The default branch moves, pull requests are merged or closed by others.

use pipeline_core::effect::StatusState;
use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

#[tokio::test]
async fn a_default_branch_that_moved_is_merged_and_ci_looks_again() {
    let mut world = World::new().await;
    let repo = std::sync::Arc::clone(&world.forge);
    world.next_writes("tester", move |desk| {
        repo.push_to_default(&[("other.txt", "somebody's\n")]);
        desk.tests("PASS", "");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let commands = world.runner.started().len() - world.runs().len();
    assert_eq!(commands, 2, "CI ran for the code and for the merged code");
    assert_eq!(world.runner.briefs("reviewer").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn our_own_merge_of_the_default_branch_is_known_again() {
    let mut world = World::new().await;
    let forge = std::sync::Arc::clone(&world.forge);
    world.next_writes("tester", move |desk| {
        forge.push_to_default(&[("other.txt", "somebody's\n")]);
        desk.tests("PASS", "");
    });
    let issue = merged_by_a_try_that_died(&mut world, "testing/merging").await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("reviewer").len(), 1);
    assert_eq!(world.runner.briefs("tester").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn our_own_merge_of_the_default_branch_into_the_documents_is_known_again() {
    let mut world = World::new().await;
    let forge = std::sync::Arc::clone(&world.forge);
    world.next_writes("deployer", |desk| desk.staging("SUCCESS"));
    world.next_writes("deployer", move |desk| {
        forge.push_to_default(&[("other.txt", "somebody's\n")]);
        desk.deploy("SUCCESS");
    });
    let issue = merged_by_a_try_that_died(&mut world, "deploy/merging").await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

/// The default branch was merged into ours and pushed, and nobody heard of it: as if the daemon had died in between.
async fn merged_by_a_try_that_died(world: &mut World, at: &str) -> pipeline_core::id::IssueId {
    let issue = world.up_to_approval().await;
    world.person_moves(&issue, Column::Approved);
    while world.stands(&issue).await != at {
        world.one_round().await;
    }
    world.workspace.faults.fail_next("push", 5, &Fault::After);
    world.runs_until_idle().await;
    world.seconds(300).await;
    assert!(
        world.workspace.faults.is_spent(),
        "it was pushed by one try of the merge"
    );
    issue
}

#[tokio::test]
async fn red_ci_after_the_merge_of_the_default_branch_goes_to_the_developer() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    world.forge.push_to_default(&[("other.txt", "somebody's\n")]);
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "testing/waiting-ci");
    world.ci(&issue, StatusState::Failure, None).await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    assert_eq!(
        world.times_said(&issue, "CI failed, fix and re-push (attempt 1/3): ci/build"),
        1
    );
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_conflict_goes_to_the_developer_with_its_files() {
    let mut world = World::new().await;
    let repo = std::sync::Arc::clone(&world.forge);
    world.next_writes("tester", move |desk| {
        repo.push_to_default(&[("src/greet.rs", "fn theirs() {}\n")]);
        desk.tests("PASS", "");
    });
    let repo = std::sync::Arc::clone(&world.repo);
    world.next_writes("developer", |desk| desk.code());
    // The developer cannot merge in the fake; that the default branch goes back is as good.
    world.next_writes("developer", move |desk| {
        let main = repo.default_branch().clone();
        let head = repo.default_head();
        let before = repo.objects(|objects| objects.parents(&head)[0].clone());
        repo.set_branch(&main, before);
        desk.code();
    });
    let issue = world.approved().await;
    assert!(world.brief("developer").contains("src/greet.rs"));
    assert_eq!(
        world.times_said(
            &issue,
            "Conflict with main: src/greet.rs. Developer restarted (attempt 1/3)."
        ),
        1
    );
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_default_branch_that_never_rests_blocks_after_three_merges() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    for round in 0..4 {
        world
            .forge
            .push_to_default(&[("other.txt", &format!("round {round}\n"))]);
        world.ci(&issue, StatusState::Success, None).await;
    }
    assert_eq!(world.stands(&issue).await, "testing/blocked");
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_pull_request_that_somebody_merged_completes_the_task() {
    let mut world = World::new().await;
    world.next("reviewer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world.seconds(5).await;
    world.forge.merge_outside(1);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.seconds(5).await;
    assert!(world.runner.running().is_empty());
    assert_eq!(world.forge.pull_requests().len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_pull_request_merged_at_an_older_head_does_not_count() {
    let mut world = World::new().await;
    let forge = std::sync::Arc::clone(&world.forge);
    world.next_writes("reviewer", move |desk| {
        forge.merge_outside(1);
        desk.review("REQUEST_CHANGES", "### P1\n\n- [ ] greet\n");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.times_alerted("somebody merged the pull request at"), 1);
    let pulls = world.forge.pull_requests();
    let of_code = pulls
        .iter()
        .filter(|pull| pull.branch.as_str().starts_with("feature/"));
    assert_eq!(of_code.count(), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_closed_pull_request_blocks_and_a_restart_opens_another() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    world.forge.close_pull_request(1);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(
        world.times_alerted("the pull request was closed without a merge"),
        1
    );
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    world.ci(&issue, StatusState::Success, None).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("reviewer").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_closed_pull_request_of_documents_is_replaced_by_a_restart() {
    let mut world = World::new().await;
    let forge = std::sync::Arc::clone(&world.forge);
    world.next_writes("deployer", |desk| desk.staging("SUCCESS"));
    world.next_writes("deployer", move |desk| {
        forge.faults.fail_next("merge", 1, &Fault::Before);
        desk.deploy("SUCCESS");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "deploy/merging");
    world.forge.close_pull_request(2);
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "deploy/blocked");
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_merge_whose_answer_was_lost_is_not_made_twice() {
    let mut world = World::new().await;
    world.forge.faults.fail_next("merge", 1, &Fault::After);
    let issue = world.approved().await;
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.forge.pull_requests().len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn somebodys_commit_on_the_documents_branch_blocks_and_does_not_spin() {
    let mut world = World::new().await;
    let forge = std::sync::Arc::clone(&world.forge);
    world.next_writes("deployer", |desk| desk.staging("SUCCESS"));
    world.next_writes("deployer", move |desk| {
        forge.faults.fail_next("merge", 1, &Fault::Before);
        desk.deploy("SUCCESS");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "deploy/merging");
    let branches = world.repo.branches();
    let documents = branches
        .keys()
        .find(|name| name.as_str().starts_with("docs/"))
        .unwrap();
    world.forge.push(documents, &[("docs/other.md", "somebody's\n")]);
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "deploy/blocked");
    world.repo.set_branch(documents, branches[documents].clone());
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
