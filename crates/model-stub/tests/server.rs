//! The server over a real connection.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

use std::sync::Arc;
use std::time::Duration;

use model_stub::{Act, Answer, Conversation, Mind, ModelServer, Refusal};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Answers by the words of the last turn.
struct Scripted;

impl Mind for Scripted {
    fn answer(&self, conversation: &Conversation) -> Answer {
        match conversation.turn() {
            "write" if conversation.results == 0 => Answer::Use(Act::Write {
                path: "/w/a".to_owned(),
                text: "b".to_owned(),
            }),
            "refuse" => Answer::Refuse(Refusal {
                status: 429,
                headers: vec![("retry-after".to_owned(), "7".to_owned())],
                body: json!({"error": "slow down"}),
            }),
            "drop" => Answer::Drop,
            "hang" => Answer::Hang(Duration::from_secs(3_600)),
            _ => Answer::Say("done".to_owned()),
        }
    }
}

async fn post(server: &ModelServer, path: &str, words: &str, tools: serde_json::Value) -> TcpStream {
    let body = json!({"model": "m", "stream": true, "tools": tools,
        "messages": [{"role": "user", "content": words}]})
    .to_string();
    let mut connection = TcpStream::connect(server.url().trim_start_matches("http://"))
        .await
        .unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: secret\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all((head + &body).as_bytes()).await.unwrap();
    connection
}

async fn answer(server: &ModelServer, words: &str) -> String {
    let mut connection = post(server, "/v1/messages", words, json!([{"name": "Write"}])).await;
    let mut text = Vec::new();
    // A connection that breaks is what one of the answers is about.
    let _ = connection.read_to_end(&mut text).await;
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn a_mind_is_asked_and_what_came_is_remembered_without_keys() {
    let server = ModelServer::start(Arc::new(Scripted)).await.unwrap();
    assert!(answer(&server, "write").await.contains("tool_use"));
    let refused = answer(&server, "refuse").await;
    assert!(
        refused.starts_with("HTTP/1.1 429") && refused.contains("retry-after: 7"),
        "{refused}"
    );
    let seen = server.seen();
    let answers: Vec<&str> = seen.iter().map(|seen| seen.answer.as_str()).collect();
    assert_eq!(answers, ["use", "refuse 429"]);
    assert_eq!(seen[0].keys_in, ["x-api-key"]);
    assert!(!format!("{seen:?}").contains("secret"));
}

#[tokio::test]
async fn a_broken_answer_has_no_end() {
    let server = ModelServer::start(Arc::new(Scripted)).await.unwrap();
    let broken = answer(&server, "drop").await;
    assert!(
        broken.contains("message_start") && !broken.contains("message_stop"),
        "{broken}"
    );
}

#[tokio::test]
async fn a_silent_answer_ends_with_its_listener() {
    let server = ModelServer::start(Arc::new(Scripted)).await.unwrap();
    let mut connection = post(&server, "/v1/messages", "hang", json!([{"name": "Write"}])).await;
    let mut first = [0; 16];
    connection.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK\r");
}

#[tokio::test]
async fn a_question_beside_the_work_is_answered_and_an_unknown_path_is_not_found() {
    let server = ModelServer::start(Arc::new(Scripted)).await.unwrap();
    let mut connection = post(&server, "/v1/messages", "refuse", json!([])).await;
    let mut text = String::new();
    connection.read_to_string(&mut text).await.unwrap();
    assert!(text.contains("message_stop"), "{text}");
    let mut connection = post(&server, "/v1/else", "write", json!([])).await;
    text.clear();
    connection.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 404"), "{text}");
}
