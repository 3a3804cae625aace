//! The two listeners on real sockets.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::server::serve;

use crate::support::{World, signature};

struct Running {
    public: SocketAddr,
    admin: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

async fn run(world: &World) -> Running {
    let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let addresses = (public.local_addr().unwrap(), admin.local_addr().unwrap());
    let served = tokio::spawn(serve(Arc::new(world.state.clone()), public, admin, async {
        let _ = stopped.await;
    }));
    Running {
        public: addresses.0,
        admin: addresses.1,
        stop,
        served,
    }
}

impl Running {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

async fn exchange(to: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(request).await.unwrap();
    read_to_end(&mut stream).await
}

/// A connection that is closed hard has been read to its end, too.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

fn get(path: &str, host: SocketAddr) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").into_bytes()
}

fn webhook_head(source: &str, body: &str, more: &str) -> String {
    format!(
        "POST /webhook/{source} HTTP/1.1\r\nHost: orchd\r\nX-Signature: {}\r\nContent-Length: {}\r\n{more}Connection: close\r\n\r\n",
        signature(body.as_bytes()),
        body.len()
    )
}

fn webhook(source: &str, body: &str) -> Vec<u8> {
    format!("{}{body}", webhook_head(source, body, "")).into_bytes()
}

#[tokio::test]
async fn each_listener_has_its_own_routes() {
    let world = World::new();
    let running = run(&world).await;
    for address in [running.public, running.admin] {
        let health = exchange(address, &get("/health", address)).await;
        assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    }
    let page = exchange(running.admin, &get("/board/et", running.admin)).await;
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("Example Tracker"),
        "{page}"
    );
    let elsewhere = exchange(running.public, &get("/board/et", running.public)).await;
    assert!(elsewhere.starts_with("HTTP/1.1 404"), "{elsewhere}");
    let hook = exchange(running.admin, &webhook("gitea", "x")).await;
    assert!(hook.starts_with("HTTP/1.1 403"), "{hook}");
    let rebound = exchange(running.admin, &get("/board/et", running.public)).await;
    assert!(rebound.starts_with("HTTP/1.1 403"), "{rebound}");
    running.stop().await;
}

#[tokio::test]
async fn a_sender_that_takes_any_answer_as_delivered_gets_none() {
    let world = World::new();
    let running = run(&world).await;
    world.store.faults.outage(true);
    assert_eq!(exchange(running.public, &webhook("plane", "one")).await, "");
    let other = exchange(running.public, &webhook("gitea", "one")).await;
    assert!(other.starts_with("HTTP/1.1 503"), "{other}");
    world.store.faults.outage(false);
    let again = exchange(running.public, &webhook("plane", "one")).await;
    assert!(
        again.starts_with("HTTP/1.1 200") && again.ends_with("{\"status\":\"accepted\"}"),
        "{again}"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_request_in_progress_is_answered_before_the_end() {
    let world = World::new();
    let running = run(&world).await;
    let mut sender = TcpStream::connect(running.public).await.unwrap();
    let head = webhook_head("gitea", "late", "Expect: 100-continue\r\n");
    sender.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    sender.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    // An idle connection does not hold up the end.
    let idle = TcpStream::connect(running.admin).await.unwrap();
    let public = running.public;
    running.stop.send(()).unwrap();
    while TcpStream::connect(public).await.is_ok() {
        tokio::task::yield_now().await;
    }
    sender.write_all(b"late").await.unwrap();
    let answer = read_to_end(&mut sender).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("accepted"),
        "{answer}"
    );
    running.served.await.unwrap().unwrap();
    assert_eq!(world.deliveries().await.len(), 1);
    drop(idle);
}
