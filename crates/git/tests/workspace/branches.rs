//! Branches in the forge: started once, pushed under a lease.

use pipeline_core::effect::StartBranch;
use pipeline_core::id::BranchName;
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::Workspace;

use crate::fixture::{BRANCH, DOCS, Project, write};

fn start(branch: &str) -> StartBranch {
    StartBranch {
        branch: BranchName::new(branch),
        files: vec![(format!("{DOCS}/00-business-request.md"), "Please.\n".to_owned())],
        message: "docs: init ET-001 business request\n\nOrchd-Effect: 7-e1".to_owned(),
    }
}

#[tokio::test]
async fn a_branch_starts_at_the_default_branch_with_its_first_commit() {
    let project = Project::new();
    let head = project.workspace.start_branch(&start(BRANCH)).await.unwrap();
    let in_forge = project.forge.rev_parse(&format!("refs/heads/{BRANCH}")).unwrap();
    assert_eq!(in_forge.as_ref(), Some(&head));
    let request = project.text_at(&head, &format!("{DOCS}/00-business-request.md"));
    assert_eq!(request.as_deref(), Some("Please.\n"));
    assert_eq!(project.text_at(&head, "README.md").as_deref(), Some("hello\n"));
}

#[tokio::test]
async fn a_branch_started_twice_is_the_same_branch() {
    let project = Project::new();
    let first = project.workspace.start_branch(&start(BRANCH)).await.unwrap();
    project.commit_in_forge("main", &[("later", "1")]);
    assert_eq!(
        project.workspace.start_branch(&start(BRANCH)).await.unwrap(),
        first
    );
}

#[tokio::test]
async fn a_started_branch_that_grew_is_answered_with_its_head() {
    let project = Project::new();
    project.workspace.start_branch(&start(BRANCH)).await.unwrap();
    let head = project.commit_in_forge(BRANCH, &[("more", "1")]);
    assert_eq!(
        project.workspace.start_branch(&start(BRANCH)).await.unwrap(),
        head
    );
}

#[tokio::test]
async fn somebody_elses_branch_of_that_name_is_a_conflict() {
    let project = Project::new();
    let theirs = project.commit_in_forge(BRANCH, &[("theirs", "1")]);
    let started = project.workspace.start_branch(&start(BRANCH)).await;
    assert!(matches!(started, Err(PortError::Conflict(_))), "{started:?}");
    let in_forge = project.forge.rev_parse(&format!("refs/heads/{BRANCH}")).unwrap();
    assert_eq!(in_forge, Some(theirs));
}

#[tokio::test]
async fn a_repository_without_the_default_branch_says_so() {
    let project = Project::new();
    project
        .forge
        .delete_ref("refs/heads/main", git::RefExpectation::Any)
        .unwrap();
    let error = project.workspace.start_branch(&start(BRANCH)).await.unwrap_err();
    assert!(error.to_string().contains("has no branch 'main'"), "{error}");
}

#[tokio::test]
async fn hostile_names_reach_nothing() {
    let project = Project::new();
    for branch in ["../../evil", "-x", "a b", "x\ny", "refs/../x", ".git", "x.lock"] {
        let started = project.workspace.start_branch(&start(branch)).await;
        assert!(started.is_err(), "{branch:?}");
    }
    for path in [
        "../evil",
        "/etc/evil",
        ".git/config",
        "a/../../evil",
        "a/.GIT/hooks/x",
    ] {
        let mut wanted = start(BRANCH);
        wanted.files[0].0 = path.to_owned();
        let started = project.workspace.start_branch(&wanted).await;
        assert!(matches!(started, Err(PortError::Permanent(_))), "{path:?}");
    }
    assert_eq!(project.forge.for_each_ref("refs").unwrap().len(), 1);
}

#[tokio::test]
async fn a_hostile_title_stays_text() {
    let project = Project::new();
    let mut wanted = start(BRANCH);
    wanted.message = "docs: `rm -rf /` $(x) %s \u{7}\0\n# not a comment\n\nOrchd-Effect: 7-e1".to_owned();
    let head = project.workspace.start_branch(&wanted).await.unwrap();
    let message = project.mirror().commit(&head).unwrap().message;
    assert!(message.contains("$(x) %s"), "{message}");
    assert!(message.contains("# not a comment"), "{message}");
    assert_eq!(project.workspace.start_branch(&wanted).await.unwrap(), head);
}

#[tokio::test]
async fn a_harvested_commit_is_pushed_and_pushing_again_changes_nothing() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "new.txt", "1");
    let head = project.harvest("7-1-1").await.unwrap().head;
    project.push(&head, None).await.unwrap();
    project.push(&head, None).await.unwrap();
    project.push(&head, Some(&checkout.start)).await.unwrap();
    let in_forge = project.forge.rev_parse(&format!("refs/heads/{BRANCH}")).unwrap();
    assert_eq!(in_forge, Some(head));
}

#[tokio::test]
async fn a_push_over_somebody_elses_commit_is_a_conflict() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "new.txt", "1");
    let head = project.harvest("7-1-1").await.unwrap().head;
    let theirs = project.commit_in_forge(BRANCH, &[("theirs", "1")]);
    for expected in [None, Some(&checkout.start)] {
        let pushed = project.push(&head, expected).await;
        assert!(matches!(pushed, Err(PortError::Conflict(_))), "{pushed:?}");
    }
    project.push(&head, Some(&theirs)).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_is_not_ours_is_not_pushed() {
    let project = Project::new();
    let unknown = pipeline_core::id::CommitSha::new("a".repeat(40));
    let pushed = project.push(&unknown, None).await;
    assert!(matches!(pushed, Err(PortError::NotFound(_))), "{pushed:?}");
}
