//! What a mirror holds too much is packed, and what nothing names goes; a checkout that borrows from it loses nothing.

use std::collections::BTreeSet;

use git::{PackAbove, RefExpectation};
use pipeline_core::id::{BranchName, CommitSha, TaskId};
use pipeline_core::port::storage::{AtWork, Storage};
use pipeline_core::port::workspace::{BaseMerge, Workspace};
use pipeline_core::time::Timestamp;

use crate::fixture::{BRANCH, Project, agent_git, spec, write};

const AT_ONCE: PackAbove = PackAbove { loose: 0, packs: 0 };
/// Everything was written before.
const LATER: Timestamp = Timestamp(4_000_000_000_000);
/// Nothing was.
const LONG_AGO: Timestamp = Timestamp(1_000_000_000_000);

async fn pack(project: &Project, before: Timestamp) -> bool {
    project.workspace.pack_above(AT_ONCE, before).await.unwrap()
}

/// Somebody puts the default branch back to nothing that it was: no branch holds its commits any more.
fn rewrite_main(project: &Project) -> CommitSha {
    let before = project.forge.rev_parse("refs/heads/main").unwrap().unwrap();
    project
        .forge
        .delete_ref("refs/heads/main", RefExpectation::Any)
        .unwrap();
    project.commit_in_forge("main", &[("other", "history")]);
    before
}

fn lost(project: &Project, commit: &CommitSha) -> bool {
    project.mirror().rev_parse(commit.as_str()).unwrap().is_none()
}

fn names(project: &Project, prefix: &str) -> usize {
    project.mirror().for_each_ref(prefix).unwrap().len()
}

#[tokio::test]
async fn a_running_checkout_survives_whatever_is_removed_from_the_mirror() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    let folder = &checkout.directory;
    let before = rewrite_main(&project);
    // The next run fetches: no branch of the mirror has the old history.
    let mut other = spec("8-1-1");
    other.branch = BranchName::new("feature/ET-002-other");
    project.workspace.checkout(&other).await.unwrap();
    assert!(pack(&project, LATER).await);

    assert!(!lost(&project, &before));
    agent_git(folder, &["fsck", "--full"]);
    assert_eq!(agent_git(folder, &["rev-parse", "origin/main"]), before.as_str());
    write(folder, "src/new.txt", "new\n");
    agent_git(folder, &["add", "-A"]);
    agent_git(folder, &["commit", "-qm", "work"]);
    assert!(pack(&project, LATER).await);
    let head = project.harvest("7-1-1").await.unwrap().head;
    assert_eq!(project.text_at(&head, "src/new.txt").as_deref(), Some("new\n"));
    agent_git(folder, &["log", "-p", "origin/main...HEAD"]);
}

#[tokio::test]
async fn what_nothing_names_goes_when_it_is_old_and_stays_when_it_is_young() {
    let project = Project::new();
    project.checkout("7-1-1").await;
    let before = rewrite_main(&project);
    project.checkout("8-1-1").await;
    let branch = BranchName::new(BRANCH);
    project.workspace.release(&branch).await.unwrap();
    for pin in project.mirror().for_each_ref("refs/runs").unwrap() {
        project
            .mirror()
            .delete_ref(&pin.name, RefExpectation::Any)
            .unwrap();
    }
    assert!(pack(&project, LONG_AGO).await);
    assert!(!lost(&project, &before), "it is young");
    assert!(pack(&project, LATER).await);
    assert!(lost(&project, &before));
    assert_eq!(project.workspace.pack(LATER).await, Ok(false), "there is little");
}

#[tokio::test]
async fn nothing_is_removed_while_work_is_set_aside() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "work", "1");
    project
        .workspace
        .release(&BranchName::new(BRANCH))
        .await
        .unwrap_err();
    let before = rewrite_main(&project);
    project.checkout("8-1-1").await;
    for pin in project.mirror().for_each_ref("refs/runs").unwrap() {
        project
            .mirror()
            .delete_ref(&pin.name, RefExpectation::Any)
            .unwrap();
    }
    assert!(pack(&project, LATER).await);
    assert!(!lost(&project, &before));
    let kept = &project.workspace.set_aside().await.unwrap()[0].place;
    agent_git(kept.as_ref(), &["status", "--porcelain"]);
}

#[tokio::test]
async fn merges_and_first_commits_are_let_go_when_their_time_is_over_and_the_forge_has_them() {
    let project = Project::new();
    let head = project.commit_in_forge(BRANCH, &[("work", "1")]);
    project.commit_in_forge("main", &[("other", "2")]);
    let merged = project
        .workspace
        .merge_base(&head, &crate::fixture::work_item())
        .await;
    let Ok(BaseMerge::Merged { head: merged, .. }) = merged else {
        panic!("{merged:?}");
    };
    let unpin = async |since: i64, heads: &[&CommitSha]| {
        let heads: BTreeSet<CommitSha> = heads.iter().map(|head| (*head).clone()).collect();
        let since = Timestamp(since);
        let at_work = AtWork { since, heads };
        project.workspace.unpin_rest(at_work).await.unwrap()
    };
    assert_eq!(names(&project, "refs/merges"), 1);
    assert_eq!(unpin(1_700_000_000_000, &[]).await.removed, 0, "it is younger");
    assert_eq!(
        unpin(i64::MAX, &[&merged]).await.removed,
        0,
        "a task stands on it"
    );
    assert_eq!(unpin(i64::MAX, &[&head]).await.removed, 0, "a task merged it");
    let branch = format!("refs/heads/{BRANCH}");
    project.forge.delete_ref(&branch, RefExpectation::Any).unwrap();
    let kept = unpin(i64::MAX, &[]).await;
    assert_eq!((kept.removed, kept.kept.len()), (0, 1), "{kept:?}");
    assert!(kept.kept[0].place.contains("refs/merges/"), "{kept:?}");

    project
        .forge
        .update_ref(&branch, &head, RefExpectation::Any)
        .unwrap();
    let gone = unpin(i64::MAX, &[]).await;
    assert_eq!(
        (gone.removed, gone.kept.len()),
        (1, 0),
        "a merge can be made again"
    );
    assert_eq!(names(&project, "refs/merges"), 0);
    let tasks = BTreeSet::from([TaskId(7)]);
    assert_eq!(project.workspace.unpin(tasks).await.unwrap().removed, 0);
}
