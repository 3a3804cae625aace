//! Checkouts: where they start, what is in them, what becomes of the one before.

use std::fs;

use pipeline_core::job::StartPoint;
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::Workspace;
use testkit::lingering::Lingering;

use crate::fixture::{BRANCH, DOCS, Project, agent_git, spec, write};

#[tokio::test]
async fn a_checkout_is_a_clean_repository_on_the_tasks_branch_without_a_remote() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    let folder = &checkout.directory;
    assert_eq!(agent_git(folder, &["symbolic-ref", "--short", "HEAD"]), BRANCH);
    assert_eq!(agent_git(folder, &["rev-parse", "HEAD"]), checkout.start.as_str());
    assert_eq!(agent_git(folder, &["status", "--porcelain"]), "");
    assert_eq!(agent_git(folder, &["remote"]), "");
    assert_eq!(
        agent_git(folder, &["rev-parse", "origin/main"]),
        checkout.start.as_str()
    );
    assert_eq!(fs::read_to_string(folder.join("src/a.txt")).unwrap(), "a\n");
}

#[tokio::test]
async fn a_checkout_repeated_for_a_run_is_the_same_although_the_default_branch_moved() {
    let project = Project::new();
    let first = project.checkout("7-1-1").await;
    project.commit_in_forge("main", &[("later", "1")]);
    assert_eq!(project.checkout("7-1-1").await, first);
    assert_ne!(project.checkout("7-1-2").await.start, first.start);
}

#[tokio::test]
async fn a_checkout_starts_at_the_head_that_is_named() {
    let project = Project::new();
    let head = project.commit_in_forge(BRANCH, &[("src/b.txt", "b")]);
    let mut wanted = spec("7-1-1");
    wanted.start = StartPoint::Branch { head: head.clone() };
    let checkout = project.workspace.checkout(&wanted).await.unwrap();
    assert_eq!(checkout.start, head);
    assert!(checkout.directory.join("src/b.txt").exists());
}

#[tokio::test]
async fn a_head_that_nobody_has_is_not_found() {
    let project = Project::new();
    let mut wanted = spec("7-1-1");
    wanted.start = StartPoint::Branch {
        head: "a".repeat(40).as_str().into(),
    };
    let checkout = project.workspace.checkout(&wanted).await;
    assert!(matches!(checkout, Err(PortError::NotFound(_))), "{checkout:?}");
}

#[tokio::test]
async fn a_branch_that_goes_on_gets_the_default_branch_merged_in() {
    let project = Project::new();
    let head = project.commit_in_forge(BRANCH, &[("branch", "1")]);
    project.commit_in_forge("main", &[("main", "1")]);
    let mut wanted = spec("7-1-1");
    wanted.start = StartPoint::DefaultBranch {
        with: Some(head.clone()),
    };
    let checkout = project.workspace.checkout(&wanted).await.unwrap();
    assert!(checkout.directory.join("branch").exists() && checkout.directory.join("main").exists());
    assert!(project.mirror().is_ancestor(&head, &checkout.start).unwrap());
}

#[tokio::test]
async fn a_commit_that_the_default_branch_contains_needs_no_merge_and_the_other_way_round() {
    let project = Project::new();
    let old = project.forge.rev_parse("main").unwrap().unwrap();
    let branch = project.commit_in_forge(BRANCH, &[("branch", "1")]);
    let mut wanted = spec("7-1-1");
    wanted.start = StartPoint::DefaultBranch {
        with: Some(branch.clone()),
    };
    assert_eq!(project.workspace.checkout(&wanted).await.unwrap().start, branch);
    let main = project.commit_in_forge("main", &[("main", "1")]);
    let mut wanted = spec("7-2-1");
    wanted.start = StartPoint::DefaultBranch { with: Some(old) };
    assert_eq!(project.workspace.checkout(&wanted).await.unwrap().start, main);
}

#[tokio::test]
async fn a_branch_that_cannot_go_on_is_a_conflict_that_names_the_files() {
    let project = Project::new();
    let head = project.commit_in_forge(BRANCH, &[("src/a.txt", "branch")]);
    project.commit_in_forge("main", &[("src/a.txt", "main")]);
    let mut wanted = spec("7-1-1");
    wanted.start = StartPoint::DefaultBranch { with: Some(head) };
    let error = project.workspace.checkout(&wanted).await.unwrap_err();
    assert!(
        matches!(&error, PortError::Conflict(text) if text.contains("src/a.txt")),
        "{error}"
    );
}

#[tokio::test]
async fn stale_documents_are_not_in_the_work_tree() {
    let review = format!("{DOCS}/12-review.md");
    let project = Project::with_files(&[(&review, "APPROVED"), ("docs/x/y.md", "y"), ("keep", "1")]);
    let mut wanted = spec("7-1-1");
    wanted.remove = vec![review.clone(), "docs/x/".to_owned(), "no/such.md".to_owned()];
    let checkout = project.workspace.checkout(&wanted).await.unwrap();
    assert!(!checkout.directory.join("docs").exists());
    assert!(checkout.directory.join("keep").exists());
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(
        crate::fixture::changed(&harvest),
        [review.as_str(), "docs/x/y.md"]
    );
}

#[tokio::test]
async fn a_path_out_of_the_checkout_is_not_removed() {
    let project = Project::new();
    let outside = write(project.folder.path(), "checkouts/outside", "1");
    for path in ["../outside", "/etc/passwd", ".git/config", ""] {
        let mut wanted = spec("7-1-1");
        wanted.remove = vec![path.to_owned()];
        let checkout = project.workspace.checkout(&wanted).await;
        assert!(matches!(checkout, Err(PortError::Permanent(_))), "{path:?}");
    }
    assert!(outside.exists());
}

#[tokio::test]
async fn the_next_run_finds_nothing_of_the_last_ones_leftovers() {
    let project = Project::new();
    let first = project.checkout("7-1-1").await;
    write(&first.directory, "ignored/build.o", "1");
    write(&first.directory, "left.txt", "1");
    let second = project.checkout("7-1-2").await;
    assert_eq!(second.directory, first.directory);
    assert_eq!(
        agent_git(&second.directory, &["status", "--porcelain", "--ignored"]),
        ""
    );
    let kept = project.mirror().for_each_ref("refs/leftovers").unwrap();
    assert!(kept[0].name.starts_with("refs/leftovers/7-1-1-"));
    assert_eq!(project.text_at(&kept[0].target, "left.txt").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_leftover_that_cannot_be_taken_is_moved_aside() {
    let project = Project::new();
    let first = project.checkout("7-1-1").await;
    fs::remove_dir_all(first.directory.join(".git")).unwrap();
    write(&first.directory, "left.txt", "1");
    let second = project.checkout("7-1-2").await;
    assert!(!second.directory.join("left.txt").exists());
    let kept: Vec<_> = fs::read_dir(project.folder.path().join("checkouts/.kept"))
        .unwrap()
        .collect();
    assert!(kept[0].as_ref().unwrap().path().join("left.txt").exists());
}

#[tokio::test]
async fn a_clean_checkout_stands_beside_the_branchs_own() {
    let project = Project::new();
    let own = project.checkout("7-1-1").await;
    write(&own.directory, "left.txt", "1");
    let mut wanted = spec("7-2-1");
    wanted.clean = true;
    let clean = project.workspace.checkout(&wanted).await.unwrap();
    assert_ne!(clean.directory, own.directory);
    assert!(own.directory.join("left.txt").exists());
    write(&clean.directory, "target", "1");
    let again = project.workspace.checkout(&wanted).await.unwrap();
    assert_eq!(again.start, clean.start);
    assert!(!again.directory.join("target").exists());
}

#[tokio::test]
async fn a_crash_while_a_checkout_is_made_leaves_no_half() {
    let project = Project::new();
    write(
        project.folder.path(),
        "checkouts/.new-feature=2FET-001-work/half",
        "1",
    );
    let checkout = project.checkout("7-1-1").await;
    assert!(!checkout.directory.join("half").exists());
    assert_eq!(agent_git(&checkout.directory, &["status", "--porcelain"]), "");
}

/// A git that outlived its daemon writes on for a while.
#[tokio::test]
async fn a_checkout_is_made_where_nobody_else_writes() {
    let project = Project::new();
    let old = project.folder.path().join("checkouts/.new-feature=2FET-001-work");
    let git = Lingering::below(old);
    let checkout = project.checkout("7-1-1").await;
    git.end();
    assert_eq!(agent_git(&checkout.directory, &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn locks_of_a_killed_git_do_not_outlive_a_restart() {
    let project = Project::new();
    project.checkout("7-1-1").await;
    write(
        project.folder.path(),
        "mirror.git/refs/remotes/origin/main.lock",
        "",
    );
    write(project.folder.path(), "mirror.git/packed-refs.lock", "");
    project.commit_in_forge("main", &[("later", "1")]);
    let restarted = project.restarted();
    assert!(restarted.checkout(&spec("7-2-1")).await.is_ok());
}

#[tokio::test]
async fn only_the_newest_clean_checkouts_of_a_branch_stay() {
    let project = Project::new();
    let mut made = Vec::new();
    for run in ["7-1-1", "7-9-1", "7-3-1", "7-4-1", "7-4-2"] {
        let mut wanted = spec(run);
        wanted.clean = true;
        made.push(project.workspace.checkout(&wanted).await.unwrap().directory);
    }
    let stays: Vec<bool> = made.iter().map(|folder| folder.exists()).collect();
    // The first made room; 7-9-1 is a later job's and may be running; 7-4-1 is an attempt that was lost.
    assert_eq!(stays, [false, true, true, false, true]);
    let mut beside = fs::read_dir(made[0].parent().unwrap()).unwrap();
    assert!(beside.all(|entry| !entry.unwrap().file_name().to_string_lossy().starts_with('.')));
}
