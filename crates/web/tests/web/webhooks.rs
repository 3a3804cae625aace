//! POST `/webhook/{source}`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use serde_json::json;
use testkit::fake::faults::Fault;

use crate::support::{World, signature};

const MIB: usize = 1024 * 1024;

fn webhook(source: &str, body: &[u8], signature: Option<&str>) -> Request {
    let mut request = Request::post(format!("/webhook/{source}"));
    if let Some(signature) = signature {
        request = request.header("X-Signature", signature);
    }
    request.body(Body::from(body.to_vec())).unwrap()
}

fn signed(source: &str, body: &[u8]) -> Request {
    webhook(source, body, Some(&signature(body)))
}

#[tokio::test]
async fn a_signed_webhook_is_stored_as_it_came_and_wakes_the_loops() {
    let world = World::new();
    let body = b"{\"issue\": 7}\xff\x00";
    let answer = world.public(signed("plane", body)).await;
    assert_eq!(answer.is(200).json(), json!({"status": "accepted"}));
    let stored = world.deliveries().await;
    assert_eq!(stored.len(), 1);
    assert_eq!(
        (stored[0].source.as_str(), stored[0].kind.as_str()),
        ("plane", "issue")
    );
    assert_eq!(stored[0].body, body);
    assert_eq!(world.woken(), 1);
}

#[tokio::test]
async fn the_same_webhook_again_is_a_duplicate_of_its_source_only() {
    let world = World::new();
    world.public(signed("plane", b"one")).await.is(200);
    let again = world.public(signed("plane", b"one")).await;
    assert_eq!(again.is(200).json(), json!({"status": "duplicate"}));
    let elsewhere = world.public(signed("gitea", b"one")).await;
    assert_eq!(elsewhere.is(200).json(), json!({"status": "accepted"}));
    assert_eq!(world.deliveries().await.len(), 2);
    assert_eq!(world.woken(), 2);
}

#[tokio::test]
async fn what_means_nothing_to_us_is_stored_all_the_same() {
    let world = World::new();
    let answer = world.public(signed("gitea", b"ignore me")).await;
    assert_eq!(
        answer.is(200).json(),
        json!({"status": "ignored", "reason": "not about an issue"})
    );
    assert_eq!(world.deliveries().await.len(), 1);
}

#[tokio::test]
async fn what_is_not_signed_by_the_sender_is_refused_and_not_stored() {
    let world = World::new();
    let of_another = signature(b"another body");
    let upper_half = &signature(b"body")[..32];
    let cases: [(&str, Option<&str>, u16); 6] = [
        ("plane", None, 401),
        ("plane", Some(""), 401),
        ("plane", Some("not hex"), 401),
        ("plane", Some(&of_another), 401),
        ("plane", Some(upper_half), 401),
        ("nobody", Some(&of_another), 404),
    ];
    for (source, given, status) in cases {
        let answer = world.public(webhook(source, b"body", given)).await;
        answer.is(status).hides(&signature(b"body"));
    }
    assert!(world.deliveries().await.is_empty());
    assert_eq!(world.woken(), 0);
}

#[tokio::test]
async fn a_webhook_of_one_mebibyte_is_taken_and_a_larger_one_is_not() {
    let world = World::new();
    world.public(signed("gitea", &vec![b'x'; MIB])).await.is(200);
    let large = vec![b'x'; MIB + 1];
    world.public(signed("gitea", &large)).await.is(413);
    let mut announced = signed("gitea", b"short");
    announced.headers_mut().insert(CONTENT_LENGTH, (MIB + 1).into());
    world.public(announced).await.is(413);
    assert_eq!(world.deliveries().await.len(), 1);
}

#[tokio::test]
async fn a_store_that_cannot_store_makes_the_sender_try_again() {
    let world = World::new();
    for fault in [Fault::Before, Fault::Refused("a bug".to_owned())] {
        world.store.fail_nth(1, fault);
        world.public(signed("gitea", b"one")).await.is(503);
    }
    assert_eq!(world.woken(), 0);
    // Stored, and the answer lost: the second try finds it.
    world.store.fail_nth(1, Fault::After);
    world.public(signed("gitea", b"one")).await.is(503);
    let again = world.public(signed("gitea", b"one")).await;
    assert_eq!(again.is(200).json(), json!({"status": "duplicate"}));
}

#[tokio::test]
async fn the_public_listener_has_nothing_but_webhooks_and_health() {
    let world = World::new();
    world.store.faults.outage(true);
    let health = world.public(crate::support::get("/health")).await;
    assert_eq!(
        health.is(200).json(),
        json!({"status": "ok", "service": "orchestrator"})
    );
    for path in ["/", "/status", "/queue", "/ready", "/board/et", "/api/v1/jobs"] {
        world.public(crate::support::get(path)).await.is(404);
    }
    world.public(crate::support::get("/webhook/plane")).await.is(405);
}
