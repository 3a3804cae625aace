//! What goes wrong: said so that an operator knows what to do, and nothing is written.

use std::fs;

use pipeline_core::port::store::orders::OrderStore;
use pipeline_core::task::{Task, TaskState};

use crate::home::{Home, program, run_in, task};

fn check(home: &Home, arguments: &[&str], code: i32, expected: &str) {
    let said = home.run(arguments);
    assert_eq!(
        (said.code, said.out.as_str()),
        (code, ""),
        "{arguments:?}: {said:?}"
    );
    assert!(said.err.contains(expected), "{arguments:?}: {said:?}");
}

#[tokio::test]
async fn an_unknown_task_is_answered_with_the_known_ones() {
    let home = Home::new();
    check(
        &home,
        &["why", "ET-009"],
        3,
        "error: there is no task 'ET-009'; no task is open. 'orchctl status --all' lists finished ones too",
    );
    home.insert(task(1)).await;
    home.insert(Task {
        state: TaskState::Done,
        ..task(2)
    })
    .await;
    home.insert(task(3)).await;
    for arguments in [
        &["why", "9"][..],
        &["task", "show", "9"],
        &["restart", "9"],
        &["cancel", "9", "--reason", "old"],
    ] {
        check(
            &home,
            arguments,
            3,
            "there is no task '9'; open are 1 (ET-001), 3 (ET-003).",
        );
    }
    check(&home, &["requeue", "1-4"], 3, "there is no job 1-4");
    assert!(home.store.unanswered().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_command_line_writes_nothing() {
    let home = Home::new();
    home.insert(task(7)).await;
    for (arguments, expected) in [
        (&["reject", "7"][..], "--reason"),
        (&["reject", "7", "--reason", " "], "say in a few words why"),
        (&["cancel", "7"], "--reason"),
        (&["advance", "7", "--reason", "x", "--force"], "--to"),
        (&["advance", "7", "--reason", "x", "--to", "review"], "--force"),
        (
            &["requeue", "7"],
            "'7' is not a job id (TASK-NUMBER, such as 7-3)",
        ),
        (&["frobnicate"], "unrecognized subcommand"),
    ] {
        check(&home, arguments, 2, expected);
    }
    assert!(home.store.unanswered().await.unwrap().is_empty());
}

#[test]
fn a_missing_database_is_not_created() {
    let directory = tempfile::tempdir().unwrap();
    for home in [directory.path().to_owned(), directory.path().join("elsewhere")] {
        let said = run_in(&home, &["status"]);
        assert_eq!(said.code, 5, "{said:?}");
        let expected = format!(
            "error: there is no database at {}: start orchd once, or name its data directory with --home or ORCH_HOME\n",
            home.join("orchestrator.db").display()
        );
        assert_eq!(said.err, expected);
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orchestrator.db");
    fs::write(&path, "not a database ".repeat(100)).unwrap();
    let said = run_in(directory.path(), &["status"]);
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.err.contains("is not a database of orchd"), "{said:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "not a database ".repeat(100));
}

#[test]
fn another_schema_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orchestrator.db");
    drop(Home::at(&path));
    // The schema's number: bytes 60 to 63 of the file (sqlite.org/fileformat2.html, "user version").
    let mut bytes = fs::read(&path).unwrap();
    bytes[60..64].copy_from_slice(&999_u32.to_be_bytes());
    fs::write(&path, bytes).unwrap();
    let said = run_in(directory.path(), &["restart", "7"]);
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.err.contains("has schema 999, expected"), "{said:?}");
    assert!(
        said.err.contains("use the orchctl of the same version as orchd"),
        "{said:?}"
    );
}

#[test]
fn help_tells_the_exit_codes() {
    let output = program().arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(help.contains("Exit codes:\n  0  done"), "{help}");
}
