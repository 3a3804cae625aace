//! Checkouts that lie: links, pipes, repositories and objects that are not what they seem.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use pipeline_core::id::BranchName;
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::Workspace;

use crate::fixture::{BRANCH, Project, agent_git, changed, write};
use crate::trap::{add_config, canary, trap_script};

#[tokio::test]
async fn alternates_of_the_agent_are_not_followed() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    // Somebody else's repository, whose objects must not come into ours.
    let secret = project.folder.path().join("secret");
    fs::create_dir(&secret).unwrap();
    agent_git(&secret, &["init", "-q"]);
    write(&secret, "secret", "1");
    agent_git(&secret, &["add", "."]);
    let tree = agent_git(&secret, &["write-tree"]);
    let alternates = checkout.directory.join(".git/objects/info/alternates");
    let lines = fs::read_to_string(&alternates).unwrap();
    fs::write(
        &alternates,
        format!("{lines}{}\n", secret.join(".git/objects").display()),
    )
    .unwrap();
    let parent = checkout.start.as_str();
    let commit = agent_git(
        &checkout.directory,
        &["commit-tree", "-p", parent, "-m", "x", &tree],
    );
    agent_git(&checkout.directory, &["update-ref", "HEAD", &commit]);
    let harvested = project.harvest("7-1-1").await;
    assert!(matches!(harvested, Err(PortError::Permanent(_))), "{harvested:?}");
    assert_eq!(
        project
            .mirror()
            .rev_parse(&format!("{commit}^{{commit}}"))
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_nested_repository_is_refused() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    agent_git(&checkout.directory, &["init", "-q", "nested"]);
    write(&checkout.directory, "nested/file", "1");
    let error = project.harvest("7-1-1").await.unwrap_err();
    assert!(
        matches!(&error, PortError::Permanent(text) if text.contains("'nested/'")),
        "{error}"
    );
}

#[tokio::test]
async fn a_committed_submodule_is_marked_and_its_git_directory_runs_nothing() {
    let project = Project::new();
    let script = trap_script(&project);
    let checkout = project.checkout("7-1-1").await;
    let module = checkout.directory.join("module");
    agent_git(&checkout.directory, &["init", "-q", "module"]);
    agent_git(
        &module,
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "x",
        ],
    );
    agent_git(&checkout.directory, &["add", "module"]);
    agent_git(&checkout.directory, &["commit", "-q", "-m", "module"]);
    add_config(&module, &format!("[core]\nfsmonitor = {script}"));
    write(&module, "new", "1");
    let harvest = project.harvest("7-1-1").await.unwrap();
    let special: Vec<_> = harvest
        .changed
        .iter()
        .map(|c| (c.path.as_str(), c.special))
        .collect();
    assert_eq!(special, [("module", true)]);
    assert!(!canary(&project).exists());
}

#[tokio::test]
async fn links_out_of_the_checkout_are_stored_and_not_followed() {
    let project = Project::new();
    let outside = write(project.folder.path(), "outside/secret", "secret");
    let checkout = project.checkout("7-1-1").await;
    fs::remove_dir_all(checkout.directory.join("src")).unwrap();
    symlink(outside.parent().unwrap(), checkout.directory.join("src")).unwrap();
    write(project.folder.path(), "outside/a.txt", "outside");
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(project.text_at(&harvest.head, "src/a.txt"), None);
    assert_eq!(project.text_at(&harvest.head, "src/secret"), None);
    project.checkout("7-2-1").await;
    project.workspace.release(&BranchName::new(BRANCH)).await.unwrap();
    assert_eq!(fs::read_to_string(outside).unwrap(), "secret");
}

#[tokio::test]
async fn a_git_directory_that_is_a_link_is_refused() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    let elsewhere = project.folder.path().join("elsewhere");
    fs::rename(checkout.directory.join(".git"), &elsewhere).unwrap();
    symlink(&elsewhere, checkout.directory.join(".git")).unwrap();
    let harvested = project.harvest("7-1-1").await;
    assert!(matches!(harvested, Err(PortError::Permanent(_))), "{harvested:?}");
}

#[tokio::test]
async fn an_object_that_is_not_what_its_name_says_moves_nothing() {
    let project = Project::new();
    let old = project.forge.rev_parse("main").unwrap().unwrap();
    project.commit_in_forge("main", &[("later", "1")]);
    let checkout = project.checkout("7-1-1").await;
    agent_git(
        &checkout.directory,
        &["commit", "-q", "--allow-empty", "-m", "forged"],
    );
    let forged = agent_git(&checkout.directory, &["rev-parse", "HEAD"]);
    // The old commit's name on an object that claims to descend from the start.
    let loose = |id: &str| {
        checkout
            .directory
            .join(".git/objects")
            .join(&id[..2])
            .join(&id[2..])
    };
    fs::create_dir_all(loose(old.as_str()).parent().unwrap()).unwrap();
    fs::copy(loose(&forged), loose(old.as_str())).unwrap();
    write(&checkout.directory, ".git/HEAD", old.as_str());
    let harvested = project.harvest("7-1-1").await;
    assert!(matches!(harvested, Err(PortError::Permanent(_))), "{harvested:?}");
}

#[tokio::test]
async fn pipes_are_not_waited_for() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    fs::remove_file(checkout.directory.join("README.md")).unwrap();
    for path in ["README.md", "new-pipe"] {
        make_pipe(&checkout.directory.join(path));
    }
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!(changed(&harvest), ["README.md"]);
}

#[tokio::test]
async fn a_pipe_that_git_would_wait_for_is_refused() {
    for name in [".gitattributes", "src/.gitignore"] {
        let project = Project::new();
        let checkout = project.checkout("7-1-1").await;
        make_pipe(&checkout.directory.join(name));
        let error = project.harvest("7-1-1").await.unwrap_err();
        assert!(
            matches!(&error, PortError::Permanent(text) if text.contains(name)),
            "{error}"
        );
    }
}

fn make_pipe(at: &Path) {
    let made = process::Command::new("mkfifo").arg(at).run().unwrap();
    assert!(made.status.success());
}
