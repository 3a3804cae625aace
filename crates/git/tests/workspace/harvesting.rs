//! What comes back from a checkout.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use pipeline_core::port::PortError;
use pipeline_core::run::Change;

use crate::fixture::{DOCS, LARGEST_FILE, Project, agent_git, changed, write};

#[tokio::test]
async fn a_run_that_changed_nothing_ends_where_it_started() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "ignored/build.o", "1");
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(harvest.head, checkout.start);
    assert_eq!(harvest.changed, []);
}

#[tokio::test]
async fn what_is_not_committed_is_committed_as_the_role() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "src/new file.txt", "new");
    write(&checkout.directory, "src/a.txt", "changed");
    fs::remove_file(checkout.directory.join("README.md")).unwrap();
    let harvest = project.harvest("7-1-1").await.unwrap();
    let commit = project.mirror().commit(&harvest.head).unwrap();
    assert_eq!(commit.parents, [checkout.start]);
    assert_eq!(commit.author.name, "Developer");
    assert_eq!(commit.author.email, "developer@orchd.local");
    assert_eq!(commit.message, "developer(ET): auto-commit\n");
    let changes: Vec<_> = harvest
        .changed
        .iter()
        .map(|c| (c.path.as_str(), c.change))
        .collect();
    assert_eq!(
        changes,
        [
            ("README.md", Change::Deleted),
            ("src/a.txt", Change::Modified),
            ("src/new file.txt", Change::Added)
        ]
    );
}

#[tokio::test]
async fn what_the_agent_committed_is_taken_as_it_is() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "one", "1");
    agent_git(&checkout.directory, &["add", "."]);
    agent_git(&checkout.directory, &["commit", "-m", "first"]);
    write(&checkout.directory, "two", "2");
    agent_git(&checkout.directory, &["add", "."]);
    agent_git(&checkout.directory, &["commit", "-m", "second"]);
    agent_git(&checkout.directory, &["gc", "-q"]);
    let head = agent_git(&checkout.directory, &["rev-parse", "HEAD"]);
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(harvest.head.as_str(), head);
    assert_eq!(changed(&harvest), ["one", "two"]);
}

#[tokio::test]
async fn commits_and_uncommitted_work_come_together() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "one", "1");
    agent_git(&checkout.directory, &["add", "."]);
    agent_git(&checkout.directory, &["commit", "-m", "first"]);
    let theirs = agent_git(&checkout.directory, &["rev-parse", "HEAD"]);
    write(&checkout.directory, "two", "2");
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(
        project.mirror().commit(&harvest.head).unwrap().parents[0].as_str(),
        theirs
    );
    assert_eq!(changed(&harvest), ["one", "two"]);
}

#[tokio::test]
async fn work_on_another_branch_or_a_detached_head_counts() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    agent_git(&checkout.directory, &["checkout", "-q", "-b", "side/line"]);
    agent_git(
        &checkout.directory,
        &["commit", "-q", "--allow-empty", "-m", "side"],
    );
    agent_git(&checkout.directory, &["checkout", "-q", "--detach"]);
    agent_git(
        &checkout.directory,
        &["commit", "-q", "--allow-empty", "-m", "detached"],
    );
    let head = agent_git(&checkout.directory, &["rev-parse", "HEAD"]);
    assert_eq!(project.harvest("7-1-1").await.unwrap().head.as_str(), head);
}

#[tokio::test]
async fn a_harvest_repeated_gives_the_same_although_the_checkout_changed() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "one", "1");
    let first = project.harvest("7-1-1").await.unwrap();
    write(&checkout.directory, "two", "2");
    assert_eq!(project.harvest("7-1-1").await.unwrap(), first);
    project.checkout("7-2-1").await;
    assert_eq!(project.harvest("7-1-1").await.unwrap(), first);
}

#[tokio::test]
async fn documents_do_not_change_the_code_tree() {
    let project = Project::new();
    project.checkout("7-1-1").await;
    let before = project.harvest("7-1-1").await.unwrap();
    assert_eq!(before.docs_tree, None);
    let checkout = project.checkout("7-2-1").await;
    write(&checkout.directory, &format!("{DOCS}/12-review.md"), "APPROVED");
    let documented = project.harvest("7-2-1").await.unwrap();
    assert_eq!(documented.code_tree, before.code_tree);
    assert!(documented.docs_tree.is_some());
    let checkout = project.checkout("7-3-1").await;
    write(
        &checkout.directory,
        "docs/work-items/ET-0012/other.md",
        "not ours",
    );
    assert_ne!(
        project.harvest("7-3-1").await.unwrap().code_tree,
        before.code_tree
    );
}

#[tokio::test]
async fn rewritten_history_is_refused_and_the_work_stays() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "work", "1");
    agent_git(&checkout.directory, &["add", "."]);
    agent_git(
        &checkout.directory,
        &["commit", "-q", "--amend", "-m", "rewritten"],
    );
    let error = project.harvest("7-1-1").await.unwrap_err();
    assert!(
        matches!(&error, PortError::Permanent(text) if text.contains("history was rewritten")),
        "{error}"
    );
    assert!(checkout.directory.join("work").exists());
    assert_eq!(project.mirror().rev_parse("refs/runs/7-1-1").unwrap(), None);
}

#[tokio::test]
async fn a_branch_without_a_commit_is_rewritten_history() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    agent_git(&checkout.directory, &["checkout", "-q", "--orphan", "fresh"]);
    let error = project.harvest("7-1-1").await.unwrap_err();
    assert!(
        matches!(&error, PortError::Permanent(text) if text.contains("history was rewritten")),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_is_too_large_is_named() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    let large = "x".repeat(usize::try_from(LARGEST_FILE).unwrap() + 1);
    write(&checkout.directory, "data/large.bin", &large);
    let error = project.harvest("7-1-1").await.unwrap_err();
    assert!(
        matches!(&error, PortError::Permanent(text) if text.contains("'data/large.bin'")),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_is_too_large_is_found_in_the_history_too() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    let large = "x".repeat(usize::try_from(LARGEST_FILE).unwrap() + 1);
    write(&checkout.directory, "data/large.bin", &large);
    agent_git(&checkout.directory, &["add", "."]);
    agent_git(&checkout.directory, &["commit", "-q", "-m", "large"]);
    agent_git(&checkout.directory, &["rm", "-q", "data/large.bin"]);
    agent_git(&checkout.directory, &["commit", "-q", "-m", "small again"]);
    let error = project.harvest("7-1-1").await.unwrap_err();
    assert!(
        matches!(&error, PortError::Permanent(text) if text.contains("'data/large.bin'")),
        "{error}"
    );
}

#[tokio::test]
async fn links_and_executable_files_are_kept_as_such_and_links_are_marked() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    let script = write(&checkout.directory, "run.sh", "#!/bin/sh\n");
    fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("/etc/passwd", checkout.directory.join("link")).unwrap();
    let harvest = project.harvest("7-1-1").await.unwrap();
    let special: Vec<_> = harvest
        .changed
        .iter()
        .map(|c| (c.path.as_str(), c.special))
        .collect();
    assert_eq!(special, [("link", true), ("run.sh", false)]);
    assert_eq!(
        project.text_at(&harvest.head, "link").as_deref(),
        Some("/etc/passwd")
    );
    let next = project.checkout("7-2-1").await;
    assert_eq!(
        next.start, checkout.start,
        "a run starts where it is told, not where the last one ended"
    );
}

#[tokio::test]
async fn a_file_may_become_a_directory_and_back() {
    let project = Project::with_files(&[("a", "1"), ("b/c", "1")]);
    let checkout = project.checkout("7-1-1").await;
    fs::remove_file(checkout.directory.join("a")).unwrap();
    fs::remove_dir_all(checkout.directory.join("b")).unwrap();
    write(&checkout.directory, "a/x", "2");
    write(&checkout.directory, "b", "2");
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(project.text_at(&harvest.head, "a/x").as_deref(), Some("2"));
    assert_eq!(project.text_at(&harvest.head, "b").as_deref(), Some("2"));
}

#[tokio::test]
async fn the_checkout_of_another_run_is_not_harvested() {
    let project = Project::new();
    project.checkout("7-1-1").await;
    project.checkout("7-1-2").await;
    assert!(matches!(
        project.harvest("7-1-1").await,
        Err(PortError::Permanent(_))
    ));
    assert!(matches!(
        project.harvest("9-9-9").await,
        Err(PortError::NotFound(_))
    ));
}
