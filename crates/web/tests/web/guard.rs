//! Who may call the admin listener.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::HOST;

use crate::support::{World, form, get};

fn with(mut request: Request, name: &'static str, value: Option<&str>) -> Request {
    match value {
        Some(value) => request.headers_mut().insert(name, value.parse().unwrap()),
        None => request.headers_mut().remove(name),
    };
    request
}

fn new_issue() -> Request {
    form("/board/et/issues", &[("title", "x")])
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let world = World::new();
    for foreign in [
        Some("http://evil.example"),
        Some("null"),
        Some("http://127.0.0.1:9999"),
        None,
    ] {
        let answer = world.admin(with(new_issue(), "origin", foreign)).await;
        answer.is(403).shows("<p>");
    }
    let cross_site = with(
        with(new_issue(), "origin", None),
        "sec-fetch-site",
        Some("cross-site"),
    );
    world.admin(cross_site).await.is(403);
    assert_eq!(world.board.len(), 0);
    assert_eq!(world.woken(), 0);
}

#[tokio::test]
async fn our_own_form_is_taken_with_either_mark() {
    let world = World::new();
    world.admin(new_issue()).await.is(303);
    let unmarked = with(
        with(new_issue(), "origin", None),
        "sec-fetch-site",
        Some("same-origin"),
    );
    world.admin(unmarked).await.is(303);
    assert_eq!(world.board.len(), 2);
}

#[tokio::test]
async fn a_foreign_host_name_gets_neither_pages_nor_data() {
    let world = World::new();
    for host in [
        Some("evil.example"),
        Some("evil.example:8081"),
        Some("127.0.0.1:9999"),
        None,
    ] {
        for path in ["/", "/board/et", "/status", "/queue", "/ready", "/nothing"] {
            let answer = world.admin(with(get(path), "host", host)).await;
            answer.is(403).hides("Example Tracker");
        }
    }
    let rebound = with(
        with(new_issue(), "host", Some("evil.example")),
        "origin",
        Some("http://evil.example"),
    );
    world.admin(rebound).await.is(403);
    assert_eq!(world.board.len(), 0);
}

#[tokio::test]
async fn configured_names_are_ours_too() {
    let mut world = World::new();
    world.state.allowed_hosts = vec!["board.example.org".to_owned()];
    let request = Request::get("/board/et").header(HOST, "board.example.org");
    world.admin(request.body(Body::empty()).unwrap()).await.is(200);
    world.get("/board/et").await.is(200);
    let behind_a_proxy = with(
        with(new_issue(), "host", Some("board.example.org")),
        "origin",
        Some("https://board.example.org"),
    );
    world.admin(behind_a_proxy).await.is(303);
}

#[tokio::test]
async fn every_answer_forbids_scripts_frames_and_storing() {
    let world = World::new();
    for path in ["/board/et", "/status", "/nothing", "/assets/board.css", "/health"] {
        let answer = world.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let style = world.get("/assets/board.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn reading_has_no_effects() {
    let world = World::new();
    let issue = world.board.put("Greeting", "");
    for what in ["approve", "reject", "start", "move", "comment"] {
        world
            .get(&format!("/board/et/issues/{issue}/{what}"))
            .await
            .is(405);
    }
    world.get("/board/et/issues").await.is(405);
    assert!(world.board.item(&issue).activities.is_empty());
}
