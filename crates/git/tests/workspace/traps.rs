//! The nine traps of a hijacked checkout: each writes a canary file when git, run in the ordinary way, meets it. First that is shown, so that
//! a trap that is none is noticed; then everything is done that the daemon ever does with a checkout, and no canary may sing.

use std::fs;
use std::path::Path;

use pipeline_core::evidence::EvidenceRequest;
use pipeline_core::id::BranchName;
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::Workspace;
use pipeline_core::run::Harvest;

use crate::fixture::{BRANCH, Project, agent_git, agent_git_output, changed, spec, work_item, write};
use crate::trap::{TRAPS, Trap, canary, sets_off, trap_script};

#[tokio::test]
async fn nothing_that_an_agent_plants_is_executed() {
    for trap in TRAPS {
        spring(&trap).await;
    }
}

async fn spring(trap: &Trap) {
    let project = Project::new();
    let script = trap_script(&project);
    let first = project.checkout("7-1-1").await;
    write(&first.directory, "committed", "1");
    agent_git(&first.directory, &["add", "."]);
    agent_git(&first.directory, &["commit", "-q", "-m", "work"]);
    write(&first.directory, "src/a.txt", "changed");
    (trap.plant)(&first.directory, &script);
    let copy = copied(&project, &first.directory);
    sets_off(trap, &project, (&copy, &script));
    let _ = fs::remove_file(canary(&project));

    let harvested = everything_is_done(&project).await;

    assert!(!canary(&project).exists(), "{} was executed", trap.name);
    match harvested {
        Ok(harvest) => assert!(changed(&harvest).contains(&"src/a.txt"), "{}", trap.name),
        Err(PortError::Permanent(_)) if !trap.delivers => {}
        Err(error) => panic!("{}: {error}", trap.name),
    }
}

/// Harvest twice, also by the next daemon; reading, merging and pushing what came of it; a clean checkout beside it, the next run's checkout
/// in its place, and removal.
async fn everything_is_done(project: &Project) -> Result<Harvest, PortError> {
    let harvested = project.harvest("7-1-1").await;
    let again = project
        .restarted()
        .harvest(&crate::fixture::harvest_spec("7-1-1"))
        .await;
    assert_eq!(harvested.is_ok(), again.is_ok());
    project.commit_in_forge("main", &[("later", "1")]);
    if let Ok(harvest) = &harvested {
        let request = EvidenceRequest {
            commit: Some(harvest.head.clone()),
            paths: vec!["src/a.txt".to_owned()],
            ..EvidenceRequest::default()
        };
        let read = project.workspace.read(&request, &work_item()).await.unwrap();
        assert_eq!(read.documents[0].text, "changed");
        project
            .workspace
            .merge_base(&harvest.head, &work_item())
            .await
            .unwrap();
        project.push(&harvest.head, None).await.unwrap();
    }
    let mut clean = spec("7-2-1");
    clean.clean = true;
    project.workspace.checkout(&clean).await.unwrap();
    project.checkout("7-3-1").await;
    project.workspace.release(&BranchName::new(BRANCH)).await.unwrap();
    harvested
}

fn copied(project: &Project, checkout: &Path) -> std::path::PathBuf {
    let copy = project.folder.path().join("copy");
    let done = process::Command::new("cp")
        .arg("-a")
        .args([checkout, &copy])
        .run()
        .unwrap();
    assert!(done.status.success());
    copy
}

#[tokio::test]
async fn a_nested_repository_that_is_ignored_runs_nothing() {
    let project = Project::new();
    let script = trap_script(&project);
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "src/a.txt", "changed");
    let nested = checkout.directory.join("nested");
    fs::create_dir(&nested).unwrap();
    agent_git(&nested, &["init", "-q"]);
    crate::trap::add_config(&nested, &format!("[core]\nfsmonitor = {script}"));
    // Ignored, it may stay; the release shall not have to keep anything.
    write(&checkout.directory, ".gitignore", "ignored/\nnested/\n");
    agent_git_output(&nested, &["status"]);
    assert!(canary(&project).exists(), "the trap is none");
    fs::remove_file(canary(&project)).unwrap();
    everything_is_done(&project).await.unwrap();
    assert!(!canary(&project).exists());
}
