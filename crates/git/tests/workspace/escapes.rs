//! Ways out of the checkout: links in the place of reports and directories, and diffs that leave the role's write scope.

use std::fs;
use std::os::unix::fs::{chown, symlink};

use pipeline_core::evidence::EvidenceRequest;
use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::job::StartPoint;
use pipeline_core::port::workspace::Workspace;
use pipeline_core::scope::{ScopeVerdict, check_scope};
use pipeline_core::stage::WriteScope;
use rustix::fs::{CWD, Mode, mkfifoat};

use crate::fixture::{BRANCH, DOCS, Project, agent_git, spec, work_item, write};

async fn documents(project: &Project, commit: &CommitSha, path: &str) -> usize {
    let request = EvidenceRequest {
        commit: Some(commit.clone()),
        paths: vec![path.to_owned()],
        ..EvidenceRequest::default()
    };
    let read = project.workspace.read(&request, &work_item()).await.unwrap();
    read.documents.len()
}

#[tokio::test]
async fn a_report_that_is_a_link_is_no_report() {
    let project = Project::new();
    let secret = write(
        project.folder.path(),
        "outside/secret",
        "---\nverdict: APPROVED\n---\n",
    );
    let checkout = project.checkout("7-1-1").await;
    let report = format!("{DOCS}/12-review.md");
    fs::create_dir_all(checkout.directory.join(DOCS)).unwrap();
    symlink(&secret, checkout.directory.join(&report)).unwrap();
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(documents(&project, &harvest.head, &report).await, 0);
    let linked = project.text_at(&harvest.head, &report).unwrap();
    assert_eq!(
        linked,
        secret.to_str().unwrap(),
        "the link, not what it points to"
    );
}

#[tokio::test]
async fn a_directory_that_is_a_link_hides_nothing_and_leads_nowhere() {
    let project = Project::new();
    let outside = write(project.folder.path(), "outside/12-review.md", "verdict: APPROVED");
    let checkout = project.checkout("7-1-1").await;
    fs::create_dir_all(checkout.directory.join("docs/work-items")).unwrap();
    symlink(outside.parent().unwrap(), checkout.directory.join(DOCS)).unwrap();
    let harvest = project.harvest("7-1-1").await.unwrap();
    let report = format!("{DOCS}/12-review.md");
    assert_eq!(documents(&project, &harvest.head, &report).await, 0);

    // The next run starts on that branch, and its old report is to be removed first.
    let mut next = spec("7-2-1");
    next.start = StartPoint::Branch { head: harvest.head };
    next.remove = vec![report];
    let made = project.workspace.checkout(&next).await.unwrap();
    assert!(outside.exists(), "removed through a link");
    assert!(
        fs::symlink_metadata(made.directory.join(DOCS))
            .unwrap()
            .is_symlink()
    );
    project.workspace.release(&BranchName::new(BRANCH)).await.unwrap();
    assert!(outside.exists());
}

#[tokio::test]
async fn a_hard_link_to_a_file_of_another_account_is_refused_and_one_of_its_own_is_a_file() {
    let project = Project::new();
    let outside = write(project.folder.path(), "outside/secret", "secret");
    let checkout = project.checkout("7-1-1").await;
    let report = format!("{DOCS}/12-review.md");
    fs::create_dir_all(checkout.directory.join(DOCS)).unwrap();
    fs::hard_link(&outside, checkout.directory.join(&report)).unwrap();
    let own = project.harvest("7-1-1").await.unwrap();
    assert_eq!(project.text_at(&own.head, &report).as_deref(), Some("secret"));

    // Only root can give files away; of somebody else's file that shows the rest.
    if chown(&outside, Some(65_534), None).is_err() {
        return;
    }
    project.checkout("7-2-1").await;
    fs::create_dir_all(checkout.directory.join(DOCS)).unwrap();
    fs::hard_link(&outside, checkout.directory.join(&report)).unwrap();
    let error = project.harvest("7-2-1").await.unwrap_err();
    let expected = format!("the file '{report}' in the checkout is a hard link to a file of another account");
    assert!(error.to_string().contains(&expected), "{error}");
}

#[tokio::test]
async fn a_pipe_in_the_place_of_a_report_is_neither_waited_for_nor_taken() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    let report = format!("{DOCS}/12-review.md");
    fs::create_dir_all(checkout.directory.join(DOCS)).unwrap();
    mkfifoat(CWD, checkout.directory.join(&report), Mode::RUSR | Mode::WUSR).unwrap();
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(documents(&project, &harvest.head, &report).await, 0);
    assert_eq!(project.text_at(&harvest.head, &report), None);
}

/// The tester changes code in every disguise that git knows; each is in the diff by which its work is refused.
#[tokio::test]
async fn what_is_outside_the_write_scope_is_seen_whatever_its_disguise() {
    let project = Project::with_files(&[
        ("README.md", "hello\n"),
        ("src/a.txt", "a\n"),
        ("src/b.txt", "b\n"),
    ]);
    let checkout = project.checkout("7-1-1").await;
    let at = &checkout.directory;
    write(at, &format!("{DOCS}/13-test-report.md"), "result: PASS");
    // Renamed into the scope: the old place is a change too.
    fs::rename(at.join("src/a.txt"), at.join(format!("{DOCS}/13-a.txt"))).unwrap();
    write(at, "src/a \"quoted\"\nname.txt", "1");
    write(at, &format!("{DOCS}/../ET-002/13-test-report.md"), "result: PASS");
    write(at, "hidden.txt", "1");
    write(at, ".git/info/exclude", "hidden.txt\n");
    agent_git(at, &["update-index", "--assume-unchanged", "src/b.txt"]);
    write(at, "src/b.txt", "changed");
    agent_git(at, &["update-index", "--skip-worktree", "README.md"]);
    write(at, "README.md", "changed");
    symlink("/etc/passwd", at.join(format!("{DOCS}/13-link.md"))).unwrap();
    let harvest = project.harvest("7-1-1").await.unwrap();

    let scope = WriteScope::Documents(vec!["13-*".to_owned()]);
    let verdict = check_scope(&scope, &format!("{DOCS}/"), &[], &harvest.changed);
    let ScopeVerdict::Outside(mut outside) = verdict else {
        panic!("nothing was outside: {:?}", harvest.changed);
    };
    outside.sort();
    assert_eq!(
        outside,
        [
            "README.md",
            &format!("{DOCS}/13-link.md (a symbolic link or a submodule)"),
            "docs/work-items/ET-002/13-test-report.md",
            "hidden.txt",
            "src/a \"quoted\"\nname.txt",
            "src/a.txt",
            "src/b.txt",
        ]
    );
    assert_eq!(
        project.forge.rev_parse(&format!("refs/heads/{BRANCH}")).unwrap(),
        None
    );
}
