//! The wire formats, one file each: how a request is read, and how an answer is written.

mod anthropic;
mod responses;
mod chat;
mod gemini;

use std::path::PathBuf;

use serde_json::Value;

use crate::answer::Tokens;
use crate::conversation::{Conversation, Said, directory, turns};
use crate::tools::Call;

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Anthropic Messages: `POST …/messages`.
    Anthropic,
    /// OpenAI Responses: `POST …/responses`.
    Responses,
    /// OpenAI Chat Completions: `POST …/chat/completions`.
    Chat,
    /// Gemini: `POST …/models/MODEL:generateContent` and `:streamGenerateContent`.
    Gemini,
}

/// What the model says, before it is written: words, and a tool or the end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Utterance {
    pub(crate) text: Option<String>,
    pub(crate) call: Option<Call>,
    pub(crate) tokens: Tokens,
    /// Makes the ids of this answer differ from those of others.
    pub(crate) number: u64,
}

/// An answer on the wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// One JSON document.
    Whole(Value),
    /// Events, with their name where the format has names, in order.
    Events(Vec<(Option<String>, String)>),
}

/// What a dialect reads out of a request's body.
struct Parsed {
    model: String,
    stream: bool,
    said: Vec<Said>,
    tools: Vec<String>,
}

impl Dialect {
    /// By the path of a request; none when it is no question to a model.
    pub(crate) fn of(path: &str) -> Option<Self> {
        if path.ends_with("/messages") {
            Some(Self::Anthropic)
        } else if path.ends_with("/responses") {
            Some(Self::Responses)
        } else if path.ends_with("/chat/completions") {
            Some(Self::Chat)
        } else if path.ends_with("enerateContent") {
            Some(Self::Gemini)
        } else {
            None
        }
    }

    /// Reads a request; what cannot be understood is left out.
    pub(crate) fn read(self, path: &str, body: &[u8]) -> Conversation {
        let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let parsed = match self {
            Self::Anthropic => anthropic::read(&value),
            Self::Responses => responses::read(&value),
            Self::Chat => chat::read(&value),
            Self::Gemini => gemini::read(path, &value),
        };
        let (turns, results, failures) = turns(parsed.said);
        let directory: Option<PathBuf> = directory(&String::from_utf8_lossy(body));
        Conversation {
            dialect: self,
            model: parsed.model,
            stream: parsed.stream,
            turns,
            results,
            failures,
            tools: parsed.tools,
            directory,
            bytes: body.len(),
        }
    }

    pub(crate) fn write(self, conversation: &Conversation, utterance: &Utterance) -> Reply {
        let write = match self {
            Self::Anthropic => anthropic::write,
            Self::Responses => responses::write,
            Self::Chat => chat::write,
            Self::Gemini => gemini::write,
        };
        write(conversation, utterance)
    }
}

/// The text of a field; empty when it has none.
fn text_of(value: &Value, field: &str) -> String {
    value
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The items of a field that is a list.
fn items<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value.get(field).and_then(Value::as_array).into_iter().flatten()
}

/// A content that is one text or a list of parts with a text each.
fn texts(content: &Value) -> Vec<String> {
    match content {
        Value::String(text) => vec![text.clone()],
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| Some(part.get("text")?.as_str()?.to_owned()))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
