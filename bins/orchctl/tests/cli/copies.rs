//! `backup`, `restore` and `check`: what they say, how they end, and what they leave.

use std::fs;

use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use pipeline_core::task::{Task, TaskState};

use crate::home::{Home, run_in, task};

async fn filled() -> Home {
    let home = Home::new();
    for id in 1..=3 {
        home.insert(Task {
            state: TaskState::Done,
            ..task(id)
        })
        .await;
    }
    home
}

#[tokio::test]
async fn a_backup_is_made_while_the_daemon_runs_and_tells_what_it_holds() {
    let home = filled().await;
    let _lock = home.lock();
    let copy = home.path().join("copy.db");
    let said = home.run(&["backup", &copy.to_string_lossy()]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("copy.db: "), "{said:?}");
    assert!(said.out.contains(" MiB, schema "), "{said:?}");
    assert!(said.out.contains(", 3 tasks, epoch "), "{said:?}");
    assert!(said.out.contains("pages and references are sound"), "{said:?}");

    let again = home.run(&["backup", &copy.to_string_lossy()]);
    assert_eq!(again.code, 5, "{again:?}");
    assert!(again.err.contains("is never written over"), "{again:?}");

    let (code, sheet) = home.json(&["backup"]);
    assert_eq!(
        (code, &sheet["tasks"], &sheet["rules_tried"]),
        (0, &3.into(), &true.into())
    );
    let path = sheet["path"].as_str().unwrap();
    assert!(path.contains("/backups/orchestrator-20"), "{path}");
    assert!(fs::metadata(path).unwrap().len() == sheet["bytes"].as_u64().unwrap());
}

#[tokio::test]
async fn checking_tells_every_problem_and_ends_with_one() {
    let home = filled().await;
    let (code, sheet) = home.json(&["check"]);
    assert_eq!((code, &sheet["sound"]), (0, &true.into()));
    let said = home.run(&["check"]);
    assert!(said.out.ends_with("Nothing is wrong.\n"), "{said:?}");

    home.insert(task(4)).await;
    let said = home.run(&["check"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.out
            .contains("progress: task 4 is starting at analysis and nothing moves it on"),
        "{said:?}"
    );
    assert!(
        said.out.ends_with("1 problem. What to do: docs/RUNBOOK.md.\n"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_backup_is_restored_when_no_daemon_runs() {
    let home = filled().await;
    let copy = home.path().join("copy.db").to_string_lossy().into_owned();
    assert_eq!(home.run(&["backup", &copy]).code, 0);
    home.insert(task(4)).await;

    let lock = home.lock();
    let said = home.run(&["restore", &copy]);
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.err.contains("stop that one first"), "{said:?}");
    assert_eq!(home.store.tasks(TaskFilter::All).await.unwrap().len(), 4);
    // A look needs no place. The logs of these tasks do not begin as a task's does.
    let said = home.run(&["restore", &copy, "--check"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.out
            .contains("replay: task 3: the event log begins with timer_fired"),
        "{said:?}"
    );
    drop(lock);

    let home = home.closed();
    let said = run_in(home.path(), &["restore", &copy]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("restored, 3 tasks, epoch "), "{said:?}");
    assert!(said.out.contains("is kept as "), "{said:?}");
    assert!(said.out.contains("looks at everything open first"), "{said:?}");
    let said = run_in(home.path(), &["check"]);
    assert!(
        said.out.contains("It was restored: the next start looks"),
        "{said:?}"
    );
    let store = Home::at(&home.path().join("orchestrator.db"));
    assert_eq!(store.tasks(TaskFilter::All).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_new_machine_gets_a_directory_and_the_copy() {
    let home = filled().await;
    let copy = home.path().join("copy.db").to_string_lossy().into_owned();
    assert_eq!(home.run(&["backup", &copy]).code, 0);
    let new = home.path().join("new/home");
    let said = run_in(&new, &["restore", &copy]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.out.contains("is kept as"), "{said:?}");
    assert!(new.join("orchestrator.db").exists());
}

#[tokio::test]
async fn what_cannot_be_copied_or_restored_is_told() {
    let empty = tempfile::tempdir().unwrap();
    for (arguments, code, expected) in [
        (&["backup"][..], 5, "there is no database at"),
        (&["check"], 5, "there is no database at"),
        (
            &["restore", "nowhere.db"],
            5,
            "there is no database at nowhere.db",
        ),
        (&["restore", "--as-is"], 5, "there is no database at"),
        (&["restore"], 2, "FILE"),
        (&["restore", "a.db", "--as-is"], 2, "cannot be used with"),
        (&["restore", "--as-is", "--check"], 2, "cannot be used with"),
    ] {
        let said = run_in(empty.path(), arguments);
        assert_eq!(said.code, code, "{arguments:?}: {said:?}");
        assert!(said.err.contains(expected), "{arguments:?}: {said:?}");
    }
}
