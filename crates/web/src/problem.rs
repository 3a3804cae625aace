//! What went wrong, as a page for people: what, and what to do next.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use pipeline_core::port::PortError;
use pipeline_core::port::store::StoreError;

use crate::pages::frame::Frame;
use crate::shown::shown;

/// An answer that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    sentence: String,
    advice: Option<String>,
    kept: Option<String>,
    back: Option<String>,
}

impl Problem {
    /// What was wrong, in a sentence.
    pub(crate) fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self {
            status,
            sentence: sentence.into(),
            advice: None,
            kept: None,
            back: None,
        }
    }

    /// What to do next.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// What the person wrote, so that it is not lost.
    pub(crate) fn kept(mut self, text: &str) -> Self {
        self.kept = (!text.trim().is_empty()).then(|| text.to_owned());
        self
    }

    /// The page to go back to.
    pub(crate) fn back(mut self, path: impl Into<String>) -> Self {
        self.back = Some(path.into());
        self
    }

    /// What was wrong, for a page that shows it in its own way.
    pub(crate) fn sentence(&self) -> &str {
        &self.sentence
    }

    /// The status code.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "failed to read our state for a page");
        let advice = match &error {
            StoreError::Unavailable(_) => "Nothing was changed. Try again in a moment.",
            StoreError::Broken(_) => "Nothing was changed. See the daemon's log and docs/RUNBOOK.md.",
            StoreError::Refused(_) => "Nothing was changed. This is a defect: see the daemon's log.",
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, format!("Error: {error}.")).advice(advice)
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        let (status, advice) = match &error {
            PortError::NotFound(_) => (StatusCode::NOT_FOUND, "It may have been deleted."),
            PortError::Conflict(_) => (
                StatusCode::CONFLICT,
                "Somebody changed it meanwhile: look again, then repeat.",
            ),
            PortError::Retry { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Nothing was changed. Try again in a moment.",
            ),
            PortError::Ambiguous(_) => (
                StatusCode::BAD_GATEWAY,
                "It may have happened: look before you repeat it.",
            ),
            PortError::Permanent(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Mend that and try again."),
        };
        if status.is_server_error() {
            tracing::warn!(%error, "failed to do what a page asked for");
        }
        Self::new(status, format!("Error: {error}.")).advice(advice)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = html! {
            section.card.problem {
                h1 { (title) }
                p { (shown(&self.sentence)) }
                @if let Some(advice) = &self.advice { p { (shown(advice)) } }
                @if let Some(text) = &self.kept {
                    p { "What you wrote, so that it is not lost:" }
                    pre { (text) }
                }
                p { a href=(self.back.as_deref().unwrap_or("/")) { "Go back" } }
            }
        };
        (self.status, Frame::plain(title).page(&body)).into_response()
    }
}
