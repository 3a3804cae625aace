//! Bad input: a clear error with the way out, exit code not 0, nothing lost.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

use crate::demo_run::{Ended, demo};

fn refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    for word in words {
        assert!(
            ended.stderr.contains(word),
            "'{word}' is missing in: {}",
            ended.stderr
        );
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn an_issue_without_a_heading_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let issue = home.path().join("issue.md");
    fs::write(&issue, "just some text\n").unwrap();
    let ended = demo(&home.path().join("home"), &["--issue", &issue.to_string_lossy()]);
    refused(&ended, &["issue.md", "no heading", "# Add a --json flag"]);
}

#[test]
fn a_missing_issue_file_is_named() {
    let home = tempfile::tempdir().unwrap();
    let ended = demo(home.path(), &["--issue", "/nowhere/issue.md"]);
    refused(&ended, &["/nowhere/issue.md", "No such file"]);
}

#[test]
fn a_repository_needs_an_issue() {
    let home = tempfile::tempdir().unwrap();
    let ended = demo(home.path(), &["--repo", "/nowhere"]);
    refused(&ended, &["--issue FILE"]);
}

#[test]
fn a_repository_without_commits_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let repository = home.path().join("empty.git");
    git::Repository::init_bare(&git::Git::new("git"), &repository, "main").unwrap();
    let ended = on_repository(home.path(), &repository);
    refused(&ended, &["empty.git", "commit"]);
}

#[test]
fn a_path_that_is_no_repository_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let ended = on_repository(home.path(), &folder);
    refused(&ended, &["folder", "repository"]);
}

fn on_repository(home: &Path, repository: &Path) -> Ended {
    let issue = home.join("issue.md");
    fs::write(
        &issue,
        "# Add a greeting\n\nPrint a friendly greeting at the start.\n",
    )
    .unwrap();
    demo(
        &home.join("home"),
        &[
            "--repo",
            &repository.to_string_lossy(),
            "--issue",
            &issue.to_string_lossy(),
        ],
    )
}

#[test]
fn a_home_that_is_a_file_is_refused_and_kept() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "precious").unwrap();
    refused(&demo(&file, &[]), &["it is a file", "name a directory"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn a_corrupt_database_is_refused_and_kept() {
    let home = tempfile::tempdir().unwrap();
    let database = home.path().join("orchestrator.db");
    let rubbish = vec![0x5a_u8; 8_192];
    fs::write(&database, &rubbish).unwrap();
    refused(&demo(home.path(), &[]), &["orchestrator.db"]);
    assert_eq!(fs::read(&database).unwrap(), rubbish);
}

#[test]
fn an_unknown_scenario_names_the_known_ones() {
    let home = tempfile::tempdir().unwrap();
    let ended = demo(home.path(), &["--scenario", "sunny"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("deploy-failed"), "{}", ended.stderr);
}

#[test]
fn a_port_in_use_is_named() {
    let home = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(
        &demo(home.path(), &["--admin-bind", &address]),
        &[&address, "choose another address"],
    );
}

#[test]
fn a_machine_without_git_is_told_so() {
    let home = tempfile::tempdir().unwrap();
    let output: Output = Command::cargo_bin("orchd")
        .unwrap()
        .args(["demo", "--home", &home.path().join("home").to_string_lossy()])
        .env("PATH", home.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("git") && stderr.contains("install"), "{stderr}");
}

#[test]
fn an_issue_that_is_too_short_is_answered_on_the_board() {
    let home = tempfile::tempdir().unwrap();
    let issue = home.path().join("issue.md");
    fs::write(&issue, "# Hi\n\nshort\n").unwrap();
    let ended = demo(&home.path().join("home"), &["--issue", &issue.to_string_lossy()]);
    refused(
        &ended,
        &["QG-0 failed", "Title too short", "Description too short"],
    );
}
