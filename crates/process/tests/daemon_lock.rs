//! One daemon per data directory.

use process::{DaemonLock, DaemonLockError};

#[test]
fn the_second_is_refused_and_told_the_pid_of_the_first_until_that_one_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orchd.lock");
    let first = DaemonLock::acquire(&path).unwrap();
    let error = DaemonLock::acquire(&path).unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&format!("process {}", std::process::id())),
        "{error}"
    );
    assert!(
        matches!(error, DaemonLockError::AlreadyRunning { pid: Some(pid), .. } if pid == std::process::id())
    );
    drop(first);
    DaemonLock::acquire(&path).unwrap();
}

#[test]
fn a_lock_in_a_missing_folder_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = DaemonLock::acquire(&folder.path().join("missing/orchd.lock")).unwrap_err();
    assert!(matches!(error, DaemonLockError::Io { .. }) && error.to_string().contains("missing/orchd.lock"));
}
