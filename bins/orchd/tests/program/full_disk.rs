//! A disk that is really full: a small file system in memory, in a mount namespace of this test's own. The daemon stands, says why, tells people, loses
//! nothing, and goes on without a restart when there is room.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::clock::SystemClock;
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::port::board::Board;
use pipeline_core::stage::Column;
use process::{Command, ExitOutcome};
use store_sqlite::integrity;
use tokio::sync::watch;
use tracker_local::LocalBoard;

use crate::degraded::{answer, pause};
use crate::restoring::{manual, runtime};

const NAME: &str = "full_disk::a_full_disk_stops_the_daemon_with_its_reason_and_room_lets_it_go_on";
const PLACE: &str = "ORCHD_TEST_DISK";
const LOOKS: usize = 900;
/// Mounting is not permitted here.
const NO_MOUNT: i32 = 77;
const SCRIPT: &str =
    "mount -t tmpfs -o size=48m,mode=0700 tmpfs \"$1\" || exit 77; exec \"$2\" --exact \"$3\" --nocapture";

#[test]
fn a_full_disk_stops_the_daemon_with_its_reason_and_room_lets_it_go_on() {
    match process::inherit([PLACE]).into_iter().next() {
        Some((_, base)) => runtime().block_on(fills_and_empties(&PathBuf::from(base))),
        None => in_a_mount_namespace(),
    }
}

/// The same test once more, with a small disk.
fn in_a_mount_namespace() {
    let base = tempfile::tempdir().unwrap();
    let disk = base.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mut flags = vec!["--mount"];
    if !rustix::process::geteuid().is_root() {
        flags.extend(["--user", "--map-root-user"]);
    }
    let ended = Command::new("unshare")
        .args(flags)
        .args(["--", "sh", "-c", SCRIPT, "sh"])
        .arg(&disk)
        .arg(std::env::current_exe().unwrap())
        .arg(NAME)
        .envs(process::inherit(["PATH", "HOME", "CARGO_BIN_EXE_orchd"]))
        .env(PLACE, base.path())
        .timeout(Duration::from_secs(300))
        .run();
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => return println!("no small disk could be mounted here: {error}"),
    };
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    if ended.status == ExitOutcome::Code(NO_MOUNT) || said.starts_with("unshare:") {
        return println!("no small disk could be mounted here: {said}");
    }
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{told}\n{said}");
    assert!(told.contains("1 passed"), "{told}");
}

async fn fills_and_empties(base: &Path) {
    let home = base.join("disk");
    // The board is another system: it lies elsewhere.
    std::os::unix::fs::symlink(base.join("board.db"), home.join("board.db")).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (interrupt, interrupted) = watch::channel(false);
    let running = tokio::spawn(demo::run::run(manual(&home, port), interrupted));
    until(port, "/status", "HTTP/1.1 200").await;
    let board = LocalBoard::open(&home.join("board.db"), Arc::new(SystemClock)).unwrap();
    let project = ProjectId::new("demo");
    let issue = issue(&board, &project).await;
    board
        .relocate(&project, &issue, Column::InProgress, "ann")
        .await
        .unwrap();
    until(port, "/status", "waiting-human").await;
    until(port, "/ready", "HTTP/1.1 200").await;

    let filler = home.join("filler");
    fill(&filler);
    board
        .relocate(&project, &issue, Column::Approved, "ann")
        .await
        .unwrap();
    let ready = until(port, "/ready", "the disk is full").await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert!(ready.contains("make room"), "{ready}");
    said(&board, "nothing moves, the database cannot be written").await;
    let status = answer(port, "/status").await;
    assert!(
        status.contains("waiting-human"),
        "what it knows is shown: {status}"
    );

    fs::remove_file(&filler).unwrap();
    until(port, "/ready", "HTTP/1.1 200").await;
    said(&board, "the database can be written again").await;
    // The order was given while nothing could be written.
    until(port, "/status", "\"stage\":\"architecture\"").await;
    interrupt.send_replace(true);
    let _ = running.await.unwrap();
    let found = integrity::check(&home.join("orchestrator.db")).unwrap();
    assert_eq!(found.problems, []);
}

/// Until nothing more goes onto the disk.
fn fill(filler: &Path) {
    let mut file = File::create(filler).unwrap();
    for size in [1 << 20, 4096, 1] {
        let block = vec![0xA5; size];
        while file.write_all(&block).is_ok() {}
    }
}

async fn until(port: u16, path: &str, wanted: &str) -> String {
    let mut last = String::new();
    for _ in 0..LOOKS {
        last = answer(port, path).await;
        if last.contains(wanted) {
            return last;
        }
        pause().await;
    }
    panic!("{path} never said {wanted}: {last}");
}

/// The issue of the demo, once it is written.
async fn issue(board: &LocalBoard, project: &ProjectId) -> IssueId {
    for _ in 0..LOOKS {
        let issues = board.issues(project).await.unwrap_or_default();
        if let Some(issue) = issues.into_iter().next() {
            return issue.issue;
        }
        pause().await;
    }
    panic!("the demo wrote no issue");
}

async fn said(board: &LocalBoard, wanted: &str) {
    for _ in 0..LOOKS {
        let messages = board.messages(&ProjectId::new("demo")).await.unwrap();
        if messages.iter().any(|message| message.text.contains(wanted)) {
            return;
        }
        pause().await;
    }
    panic!("nobody was told: {wanted}");
}
