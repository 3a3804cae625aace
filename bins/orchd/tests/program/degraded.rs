//! A daemon whose database cannot be written: it shows what it knows, says why it stands, tells people, and touches nothing.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::clock::SystemClock;
use pipeline_core::id::ProjectId;
use pipeline_core::port::board::Board;
use pipeline_core::port::clock::Clock;
use tokio::sync::watch;
use tracker_local::LocalBoard;

use crate::demo_run::demo;
use crate::restoring::{manual, runtime};

const LOOKS: usize = 300;
const LOOK: Duration = Duration::from_millis(100);

#[test]
fn a_daemon_whose_log_was_taken_away_stands_and_says_why() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    // Killed twice: the second start moved what the first one had written into the file.
    for boundary in ["after:tracker.comment:1", "after:workspace.push:2"] {
        assert_eq!(demo(home, &["--json", "--kill-at", boundary]).code, None);
    }
    std::fs::remove_file(home.join("orchestrator.db-wal")).unwrap();
    let before = std::fs::read(home.join("orchestrator.db")).unwrap();
    runtime().block_on(stands(home));
    assert_eq!(std::fs::read(home.join("orchestrator.db")).unwrap(), before);
}

async fn stands(home: &Path) {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (interrupt, interrupted) = watch::channel(false);
    let running = tokio::spawn(demo::run::run(manual(home, port), interrupted));
    let ready = answer(port, "/ready").await;
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert!(ready.contains("its write-ahead log is missing"), "{ready}");
    assert!(ready.contains("orchctl restore --as-is"), "{ready}");
    let status = answer(port, "/status").await;
    assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    assert!(status.contains("DEMO-001"), "{status}");
    let said = rings(home).await;
    assert!(
        said.contains("nothing moves, the database cannot be written"),
        "{said}"
    );
    assert_eq!(said.matches("cannot be written").count(), 1, "{said}");
    interrupt.send_replace(true);
    // That it could not recover is its end; what counts was seen.
    let _ = running.await.unwrap();
}

/// The board's chat, once something is in it about the database.
pub(crate) async fn rings(home: &Path) -> String {
    let board = LocalBoard::open(&home.join("board.db"), Arc::new(SystemClock)).unwrap();
    let mut said = String::new();
    for _ in 0..LOOKS {
        let messages = board.messages(&ProjectId::new("demo")).await.unwrap();
        said = messages.iter().map(|message| message.text.as_str()).collect();
        if said.contains("database") {
            break;
        }
        pause().await;
    }
    said
}

/// What the board's listener answers, once it listens.
pub(crate) async fn answer(port: u16, path: &str) -> String {
    for _ in 0..LOOKS {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            return answer;
        }
        pause().await;
    }
    panic!("nobody listens on port {port}");
}

pub(crate) async fn pause() {
    SystemClock.sleep_until(SystemClock.now().plus(LOOK)).await;
}
