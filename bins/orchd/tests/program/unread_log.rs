//! Whoever reads the daemon's log may die; the daemon does not.

use std::process::Stdio;

use pipeline_core::task::{TaskState, Wait};
use rustix::process::Signal;

use crate::installation::Installation;
use crate::patience::wait_for;
use crate::processes;

const AGENT: &str = r#"
cat > /dev/null
for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do
    echo text > "docs/work-items/$ORCHD_WORK_ITEM/$name"
done
echo '{"type":"result"}'
"#;

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a child whose log is closed while it runs"
)]
fn a_daemon_whose_log_nobody_reads_any_more_goes_on() {
    let place = Installation::new(AGENT, 1);
    let mut daemon = std::process::Command::new(assert_cmd::cargo::cargo_bin("orchd"))
        .args(["serve", "--config"])
        .arg(place.path("orch.yaml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    place.listens();
    drop(daemon.stderr.take());
    place.writes_issues(1);
    wait_for("the task to wait for approval", || {
        let waits =
            |task: &pipeline_core::task::Task| matches!(task.state, TaskState::Waiting(Wait::Human(_)));
        place.tasks().iter().any(waits).then_some(())
    });
    processes::send(i32::try_from(daemon.id()).unwrap(), Signal::TERM);
    assert_eq!(daemon.wait().unwrap().code(), Some(0));
}
