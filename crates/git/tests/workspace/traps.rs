//! Traps in a checkout: each writes a canary file when git, run in the ordinary way, meets it.

use std::fs;
use std::path::Path;

use pipeline_core::id::BranchName;
use pipeline_core::port::workspace::Workspace;

use crate::fixture::{BRANCH, Project, agent_git, agent_git_output, changed, write};
use crate::trap::{add_config, canary, trap_script};

/// Plants, then does everything that is ever done with a checkout. `springs` is an ordinary git command that the trap
/// catches (in a copy), so that a trap that is none is noticed.
async fn check(springs: &[&str], plant: impl FnOnce(&Path, &str)) {
    let project = Project::new();
    let script = trap_script(&project);
    let first = project.checkout("7-1-1").await;
    write(&first.directory, "committed", "1");
    agent_git(&first.directory, &["add", "."]);
    agent_git(&first.directory, &["commit", "-q", "-m", "work"]);
    write(&first.directory, "src/a.txt", "changed");
    plant(&first.directory, &script);
    let copy = project.folder.path().join("copy");
    let copied = process::Command::new("cp")
        .arg("-a")
        .args([&first.directory, &copy])
        .run()
        .unwrap();
    assert!(copied.status.success());
    agent_git_output(&copy, springs);
    assert_eq!(canary(&project).exists(), !springs.is_empty(), "the trap is none");
    let _ = fs::remove_file(canary(&project));
    let harvested = project.harvest("7-1-1").await;
    project.checkout("7-2-1").await;
    project.workspace.release(&BranchName::new(BRANCH)).await.unwrap();
    if let Ok(harvest) = harvested {
        project.push(&harvest.head, None).await.unwrap();
        assert!(changed(&harvest).contains(&"src/a.txt"));
    }
    assert!(!canary(&project).exists(), "the trap was sprung");
}

#[tokio::test]
async fn fsmonitor_does_not_run() {
    check(&["status"], |at, script| {
        add_config(at, &format!("[core]\nfsmonitor = {script}"));
    })
    .await;
}

#[tokio::test]
async fn hooks_do_not_run() {
    const HOOKS: [&str; 8] = [
        "pre-commit",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-push",
        "update",
        "post-receive",
        "pre-auto-gc",
    ];
    check(&["checkout", "-b", "x"], |at, script| {
        fs::create_dir_all(at.join(".git/hooks")).unwrap();
        for hook in HOOKS {
            fs::copy(script, at.join(".git/hooks").join(hook)).unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn external_diffs_do_not_run() {
    check(&["diff"], |at, script| {
        add_config(
            at,
            &format!("[diff]\nexternal = {script}\n[diff \"x\"]\ncommand = {script}\ntextconv = {script}"),
        );
        write(at, ".gitattributes", "* diff=x\n");
    })
    .await;
}

#[tokio::test]
async fn filters_do_not_run() {
    check(&["add", "-A"], |at, script| {
        add_config(
            at,
            &format!("[filter \"x\"]\nclean = {script}\nsmudge = {script}\nprocess = {script}\nrequired"),
        );
        write(at, ".gitattributes", "* filter=x\n");
        write(at, ".git/info/attributes", "* filter=x\n");
    })
    .await;
}

#[tokio::test]
async fn ssh_commands_and_other_programs_do_not_run() {
    check(&["fetch", "origin"], |at, script| {
        add_config(
            at,
            &format!(
                "[core]\nsshCommand = {script}\neditor = {script}\npager = {script}\naskPass = {script}\n\
                 alternateRefsCommand = {script}\n[gpg]\nprogram = {script}\n[commit]\ngpgSign = true\n\
                 [credential]\nhelper = {script}\n[remote \"origin\"]\nurl = ssh://nowhere/x\nuploadpack = {script}"
            ),
        );
    })
    .await;
}

#[tokio::test]
async fn a_replaced_git_file_leads_nowhere() {
    check(&["status"], |at, script| {
        let evil = at.parent().unwrap().join("evil");
        fs::rename(at.join(".git"), &evil).unwrap();
        fs::write(at.join(".git"), format!("gitdir: {}\n", evil.display())).unwrap();
        let config = fs::read_to_string(evil.join("config")).unwrap();
        fs::write(
            evil.join("config"),
            format!("{config}\n[core]\nfsmonitor = {script}\n"),
        )
        .unwrap();
    })
    .await;
}

#[tokio::test]
async fn rewritten_urls_do_not_run() {
    check(&["ls-remote", "/x"], |at, script| {
        add_config(
            at,
            &format!(
                "[protocol]\nallow = always\n[url \"ext::{script} \"]\ninsteadOf = /\npushInsteadOf = /"
            ),
        );
    })
    .await;
}

#[tokio::test]
async fn a_pack_objects_hook_does_not_run() {
    check(&[], |at, script| {
        add_config(at, &format!("[uploadpack]\npackObjectsHook = {script}"));
    })
    .await;
}

#[tokio::test]
async fn a_nested_repository_that_is_ignored_runs_nothing() {
    check(&["-C", "nested", "status"], |at, script| {
        let nested = at.join("nested");
        fs::create_dir(&nested).unwrap();
        agent_git(&nested, &["init", "-q"]);
        write(&nested, "file", "1");
        agent_git(&nested, &["add", "."]);
        agent_git(
            &nested,
            &[
                "-c",
                "user.name=a",
                "-c",
                "user.email=a",
                "commit",
                "-q",
                "-m",
                "x",
            ],
        );
        add_config(&nested, &format!("[core]\nfsmonitor = {script}"));
        // Ignored, it may stay; the release shall not have to keep anything.
        write(at, ".gitignore", "ignored/\nnested/\n");
    })
    .await;
}
