//! Two daemons on one directory: the second refuses, with the first one's pid.

use crate::demo_run::demo;

#[test]
fn the_second_daemon_names_the_first_one() {
    let home = tempfile::tempdir().unwrap();
    let places = app::places::Places::in_directory(home.path());
    let first = process::DaemonLock::acquire(&places.lock()).unwrap();
    let ended = demo(home.path(), &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(
        ended.stderr.contains(&std::process::id().to_string()),
        "{}",
        ended.stderr
    );
    drop(first);
    assert_eq!(demo(home.path(), &["--json"]).code, Some(0));
}
