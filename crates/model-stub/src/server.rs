//! The server: one port on loopback, closed when the [`ModelServer`] is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::answer::{Act, Answer, Refusal, Tokens};
use crate::conversation::Conversation;
use crate::dialect::{Dialect, Reply, Utterance};
use crate::{Mind, tools};

/// Largest request, in bytes: a conversation is sent whole each time.
const BODY_LIMIT: usize = 64 << 20;

/// What was said before a connection breaks has so long to arrive.
const ON_THE_WAY: Duration = Duration::from_millis(50);

/// A model that answers as long as this lives.
#[derive(Debug)]
pub struct ModelServer {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    serving: JoinHandle<()>,
}

/// A question that came. Nothing secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The path of the request.
    pub path: String,
    /// What was asked.
    pub conversation: Conversation,
    /// What was answered, in a word: `say`, `use`, `refuse 429`, `hang`, `drop`.
    pub answer: String,
    /// Names of the headers that carried a key.
    pub keys_in: Vec<String>,
}

struct Shared {
    mind: Arc<dyn Mind>,
    seen: Arc<Mutex<Vec<Seen>>>,
    number: AtomicU64,
}

impl ModelServer {
    /// Listens on a free port of loopback.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(mind: Arc<dyn Mind>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::new(Shared {
            mind,
            seen: Arc::clone(&seen),
            number: AtomicU64::new(1),
        });
        let router = Router::new()
            .fallback(handle)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(shared);
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "the model's server ended");
            }
        });
        Ok(Self {
            address,
            seen,
            serving,
        })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every question so far, oldest first.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path();
    if method != Method::POST {
        return beside(&method, path);
    }
    if path.ends_with("count_tokens") || path.ends_with("countTokens") {
        let count = body.len() / 4;
        return axum::Json(json!({"input_tokens": count, "totalTokens": count})).into_response();
    }
    let Some(dialect) = Dialect::of(path) else {
        return not_found();
    };
    let conversation = dialect.read(path, &body);
    let answer = ask(&shared, conversation.clone()).await;
    shared
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Seen {
            path: path.to_owned(),
            conversation: conversation.clone(),
            answer: word(&answer),
            keys_in: keys_in(&headers),
        });
    let number = shared.number.fetch_add(1, Ordering::Relaxed);
    respond(&conversation, answer, number)
}

/// Lists of models, and probes whether anybody is there.
fn beside(method: &Method, path: &str) -> Response {
    if method == Method::HEAD {
        return StatusCode::OK.into_response();
    }
    if path.ends_with("/models") {
        let none = json!({"object": "list", "data": [], "models": [], "has_more": false});
        return axum::Json(none).into_response();
    }
    not_found()
}

fn not_found() -> Response {
    let body = json!({"type": "error", "error": {"type": "not_found_error", "message": "nothing is here"}});
    (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
}

async fn ask(shared: &Shared, conversation: Conversation) -> Answer {
    if conversation.is_aside() {
        return Answer::Say("ok".to_owned());
    }
    let mind = Arc::clone(&shared.mind);
    let answer = tokio::task::spawn_blocking(move || mind.answer(&conversation)).await;
    answer.unwrap_or_else(|error| {
        tracing::error!(%error, "the mind failed");
        refusal(500, "api_error", "the mind failed")
    })
}

/// A refusal in the shape that most services use.
pub(crate) fn refusal(status: u16, kind: &str, message: &str) -> Answer {
    Answer::Refuse(Refusal {
        status,
        headers: Vec::new(),
        body: json!({"type": "error", "error": {"type": kind, "code": kind, "message": message}}),
    })
}

fn respond(conversation: &Conversation, answer: Answer, number: u64) -> Response {
    let tokens = Tokens::of(conversation.bytes, &answer);
    let says = |text: &str, act: Option<&Act>| Utterance {
        text: Some(text.to_owned()),
        call: act.and_then(|act| tools::call(act, &conversation.tools)),
        tokens,
        number,
    };
    match answer {
        Answer::Say(text) => wire(conversation, &says(&text, None), None),
        Answer::Use(act) => {
            let utterance = says("The next step.", Some(&act));
            if utterance.call.is_none() {
                return wire(
                    conversation,
                    &says("There is no tool for the next step.", None),
                    None,
                );
            }
            wire(conversation, &utterance, None)
        }
        Answer::Refuse(refusal) => refused(&refusal),
        Answer::Hang(pause) => wire(conversation, &says("partial", None), Some(Trouble::Hang(pause))),
        Answer::Drop => wire(conversation, &says("partial", None), Some(Trouble::Drop)),
    }
}

/// What goes wrong in the middle of an answer.
#[derive(Clone, Copy)]
enum Trouble {
    Hang(Duration),
    Drop,
}

fn wire(conversation: &Conversation, utterance: &Utterance, trouble: Option<Trouble>) -> Response {
    match conversation.dialect.write(conversation, utterance) {
        Reply::Whole(value) => axum::Json(value).into_response(),
        Reply::Events(events) => streamed(events, trouble),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json::<&Value>(&refusal.body)).into_response();
    for (name, value) in &refusal.headers {
        if let (Ok(name), Ok(value)) = (
            header::HeaderName::try_from(name),
            header::HeaderValue::try_from(value),
        ) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Server-sent events, one at a time.
fn streamed(events: Vec<(Option<String>, String)>, trouble: Option<Trouble>) -> Response {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, io::Error>>(4);
    tokio::spawn(async move {
        let half = events.len() / 2;
        for (at, (name, data)) in events.into_iter().enumerate() {
            match trouble {
                Some(Trouble::Hang(pause)) if at == half => rest(pause, &sender).await,
                Some(Trouble::Drop) if at == half => {
                    rest(ON_THE_WAY, &sender).await;
                    let _ = sender.send(Err(io::Error::other("the connection breaks"))).await;
                    return;
                }
                Some(_) | None => {}
            }
            let name = name.map(|name| format!("event: {name}\n")).unwrap_or_default();
            let event = Bytes::from(format!("{name}data: {data}\n\n"));
            if sender.send(Ok(event)).await.is_err() {
                return;
            }
        }
    });
    let received = futures_util::stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|event| (event, receiver))
    });
    let body = Body::from_stream(received);
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

/// Silent for so long, or until nobody listens any more.
async fn rest(pause: Duration, sender: &mpsc::Sender<Result<Bytes, io::Error>>) {
    let _ = tokio::time::timeout(pause, sender.closed()).await;
}

/// For whoever reads the list of questions.
fn word(answer: &Answer) -> String {
    match answer {
        Answer::Say(_) => "say".to_owned(),
        Answer::Use(_) => "use".to_owned(),
        Answer::Refuse(refusal) => format!("refuse {}", refusal.status),
        Answer::Hang(_) => "hang".to_owned(),
        Answer::Drop => "drop".to_owned(),
    }
}

fn keys_in(headers: &HeaderMap) -> Vec<String> {
    ["x-api-key", "authorization", "x-goog-api-key"]
        .into_iter()
        .filter(|name| headers.contains_key(*name))
        .map(str::to_owned)
        .collect()
}
