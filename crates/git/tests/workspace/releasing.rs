//! Checkouts given back.

use std::fs;

use pipeline_core::id::BranchName;
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::Workspace;

use crate::fixture::{BRANCH, Project, agent_git, spec, write};

async fn release(project: &Project) -> Result<(), PortError> {
    project.workspace.release(&BranchName::new(BRANCH)).await
}

#[tokio::test]
async fn a_harvested_checkout_is_removed_with_its_leftovers_and_the_clean_ones() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "work", "1");
    write(&checkout.directory, "ignored/build.o", "1");
    let mut wanted = spec("7-2-1");
    wanted.clean = true;
    let clean = project.workspace.checkout(&wanted).await.unwrap();
    project.harvest("7-1-1").await.unwrap();
    release(&project).await.unwrap();
    assert!(!checkout.directory.exists() && !clean.directory.exists());
    release(&project).await.unwrap();
}

#[tokio::test]
async fn a_checkout_in_which_nobody_worked_is_removed() {
    let project = Project::new();
    let mut wanted = spec("7-1-1");
    wanted.remove = vec!["README.md".to_owned()];
    let checkout = project.workspace.checkout(&wanted).await.unwrap();
    release(&project).await.unwrap();
    assert!(!checkout.directory.exists());
}

/// Half a checkout under its own name would pass for work in which the other half was deleted.
#[tokio::test]
async fn what_a_removal_left_that_was_killed_is_nobodys_work() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    project.harvest("7-1-1").await.unwrap();
    let name = checkout.directory.file_name().unwrap().to_string_lossy();
    let half = checkout.directory.with_file_name(format!(".gone-{name}"));
    fs::rename(&checkout.directory, &half).unwrap();
    fs::remove_file(half.join("README.md")).unwrap();
    release(&project).await.unwrap();
    let left: Vec<_> = fs::read_dir(half.parent().unwrap()).unwrap().collect();
    assert!(
        left.iter()
            .all(|entry| entry.as_ref().unwrap().file_name() == ".clean"),
        "{left:?}"
    );
}

#[tokio::test]
async fn work_that_no_run_delivered_is_kept_and_the_error_names_where() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    write(&checkout.directory, "work", "1");
    project.harvest("7-1-1").await.unwrap();
    write(&checkout.directory, "later", "1");
    let Err(PortError::Conflict(message)) = release(&project).await else {
        panic!("nothing was kept");
    };
    let kept = message.rsplit(' ').next().unwrap();
    assert!(fs::metadata(kept).unwrap().is_dir(), "{message}");
    assert!(fs::metadata(format!("{kept}/later")).is_ok());
    assert!(!checkout.directory.exists());
    release(&project).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_no_run_delivered_is_kept_although_the_work_tree_is_clean() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    agent_git(
        &checkout.directory,
        &["commit", "-q", "--allow-empty", "-m", "thought"],
    );
    assert!(matches!(release(&project).await, Err(PortError::Conflict(_))));
}

#[tokio::test]
async fn a_link_in_the_place_of_a_checkout_is_removed_and_not_followed() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    fs::remove_dir_all(&checkout.directory).unwrap();
    let outside = write(project.folder.path(), "outside/file", "1");
    std::os::unix::fs::symlink(outside.parent().unwrap(), &checkout.directory).unwrap();
    release(&project).await.unwrap();
    assert!(outside.exists() && fs::symlink_metadata(&checkout.directory).is_err());
}
