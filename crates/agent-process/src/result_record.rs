//! The result record: the last line of an agent's stdout that is a JSON object with `"type":"result"`. It is written by
//! a program that nobody vouches for, so every field is optional, a field of a wrong type counts as absent, and no
//! value is taken that could hurt whoever adds or shows it.

use std::fs::File;
use std::io;
use std::path::Path;

use pipeline_core::usage::Usage;
use serde_json::{Map, Value};

/// Only the end of stdout is read, in bytes. A record longer than this is none.
const LOOKED_AT: u64 = 256 << 10;

/// Characters kept of the closing words.
const SUMMARY: usize = 2_000;

/// Characters kept of a name.
const NAME: usize = 200;

/// Names kept of what was denied.
const DENIED: usize = 10;

/// No run uses more tokens; a larger number is nonsense, and sums of it would overflow.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// No run costs more dollars.
const MOST_COST: f64 = 1_000_000.0;

/// What an agent says about its run.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ResultRecord {
    /// It did not do what it was asked for.
    pub(crate) is_error: bool,
    /// Its closing words, cut, without control characters.
    pub(crate) summary: String,
    pub(crate) usage: Usage,
    pub(crate) model: Option<String>,
    pub(crate) session: Option<String>,
    /// The tools that it was not allowed to use, each once, in the order of their first refusal.
    pub(crate) denied: Vec<String>,
}

impl ResultRecord {
    /// The record at the end of a log; `None` when there is none, or no log.
    pub(crate) fn read(stdout_log: &Path) -> io::Result<Option<Self>> {
        let length = match File::open(stdout_log) {
            Ok(file) => file.metadata()?.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let text = process::tail(stdout_log, LOOKED_AT)?;
        let whole_lines = if length > LOOKED_AT {
            text.split_once('\n').map_or("", |(_, rest)| rest)
        } else {
            &text
        };
        Ok(Self::last_in(whole_lines))
    }

    fn last_in(text: &str) -> Option<Self> {
        // A terminal's sequences around the object are no reason to miss it.
        let text = plain_text::without_control(text);
        text.lines().rev().find_map(Self::parse)
    }

    fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        if !line.starts_with('{') {
            return None;
        }
        let Ok(Value::Object(fields)) = serde_json::from_str(line) else {
            return None;
        };
        (fields.get("type")?.as_str()? == "result").then(|| Self::of(&fields))
    }

    fn of(fields: &Map<String, Value>) -> Self {
        Self {
            is_error: fields.get("is_error").and_then(Value::as_bool).unwrap_or(false),
            summary: text(fields, "result", SUMMARY).unwrap_or_default(),
            usage: usage(fields),
            model: text(fields, "model", NAME),
            session: text(fields, "session_id", NAME),
            denied: denied(fields),
        }
    }
}

/// An entry that does not say what was denied still says that something was.
fn denied(fields: &Map<String, Value>) -> Vec<String> {
    let Some(Value::Array(entries)) = fields.get("permission_denials") else {
        return Vec::new();
    };
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        let name = entry
            .as_object()
            .and_then(|entry| text(entry, "tool_name", NAME))
            .map_or_else(
                || "a tool without a name".to_owned(),
                |name| name.replace('\n', " "),
            );
        if names.len() < DENIED && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn text(fields: &Map<String, Value>, name: &str, most: usize) -> Option<String> {
    let clean = plain_text::without_control(fields.get(name)?.as_str()?);
    let cut: String = clean.trim().chars().take(most).collect();
    (!cut.is_empty()).then_some(cut)
}

fn usage(fields: &Map<String, Value>) -> Usage {
    let tokens = |name| {
        let count = fields.get("usage")?.get(name)?.as_u64()?;
        (count <= MOST_TOKENS).then_some(count)
    };
    let cost = fields.get("total_cost_usd").and_then(Value::as_f64);
    Usage {
        input_tokens: tokens("input_tokens").unwrap_or_default(),
        output_tokens: tokens("output_tokens").unwrap_or_default(),
        cache_read_input_tokens: tokens("cache_read_input_tokens").unwrap_or_default(),
        cache_creation_input_tokens: tokens("cache_creation_input_tokens").unwrap_or_default(),
        cost_usd: cost
            .filter(|cost| (0.0..=MOST_COST).contains(cost))
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
