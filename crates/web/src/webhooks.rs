//! Webhooks: verified on the raw bytes, stored durably, answered. What they mean is the engine's affair.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use pipeline_core::port::source::{Decoded, EventSource, NewDelivery, RawWebhook, Unverified};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::deliveries::Recorded;
use serde_json::json;
use tokio::time::timeout;

use crate::server::CloseUnanswered;
use crate::state::WebState;

/// Largest webhook, in bytes.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;
/// Time for a body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// Time for the store to take a delivery.
const STORE_TIMEOUT: Duration = Duration::from_secs(10);
/// This source takes any answer, an error too, as delivered, and sends again only when there is none.
const TAKES_ANY_ANSWER: &str = "plane";

/// POST `/webhook/{source}`: answers only after the delivery is durable, and before any of its work.
pub(crate) async fn receive(
    State(state): State<Arc<WebState>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let Some(source) = state.source(&name) else {
        return refused(StatusCode::NOT_FOUND, "there is no such webhook source");
    };
    let webhook = match read(request).await {
        Ok(webhook) => webhook,
        Err(response) => return response,
    };
    let delivery = match source.verify(&webhook) {
        Ok(delivery) => delivery,
        Err(unverified) => return unverified_answer(&name, &unverified),
    };
    let (kind, body) = (delivery.kind.clone(), delivery.body.clone());
    match store(&state, &name, delivery).await {
        Ok(Recorded { stored: 0, .. }) => Json(json!({"status": "duplicate"})).into_response(),
        Ok(_) => {
            (state.wake)();
            taken(source.as_ref(), &kind, &body)
        }
        Err(error) => unstored_answer(&name, &error),
    }
}

async fn read(request: Request) -> Result<RawWebhook, Response> {
    let headers = plain(request.headers());
    let Ok(body) = timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await else {
        return Err(refused(
            StatusCode::REQUEST_TIMEOUT,
            "the body did not arrive in time",
        ));
    };
    match body {
        Ok(body) => Ok(RawWebhook {
            headers,
            body: body.to_vec(),
        }),
        Err(rejection) => Err(refused(
            rejection.status(),
            "the body could not be read, or is larger than 1 MiB",
        )),
    }
}

fn plain(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

async fn store(state: &WebState, name: &str, delivery: NewDelivery) -> Result<Recorded, StoreError> {
    let recording = state.store.record(name, vec![delivery], None, state.clock.now());
    timeout(STORE_TIMEOUT, recording)
        .await
        .unwrap_or_else(|_| Err(StoreError::Unavailable("it did not answer in time".to_owned())))
}

fn taken(source: &dyn EventSource, kind: &str, body: &[u8]) -> Response {
    match source.decode(kind, body) {
        Decoded::Hints(_) => Json(json!({"status": "accepted"})).into_response(),
        Decoded::Ignored(reason) => Json(json!({"status": "ignored", "reason": reason})).into_response(),
    }
}

fn unverified_answer(name: &str, unverified: &Unverified) -> Response {
    tracing::warn!(delivery.source = name, reason = %unverified, "refused a webhook");
    refused(StatusCode::UNAUTHORIZED, &unverified.to_string())
}

fn unstored_answer(name: &str, error: &StoreError) -> Response {
    tracing::error!(delivery.source = name, %error, "failed to store a webhook; its sender is made to send it again");
    let mut response = refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "the delivery could not be stored; send it again",
    );
    if name == TAKES_ANY_ANSWER {
        response.extensions_mut().insert(CloseUnanswered);
    }
    response
}

fn refused(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({"status": "refused", "reason": reason}))).into_response()
}
