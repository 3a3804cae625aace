//! Forms: how a value of a setting is written, read and shown. One form per kind of value; forms know no keys.

mod number;
mod text;
mod list;
mod map;
mod pipeline;
mod agent;

use std::path::Path;

use serde_yaml::Value;

pub(super) use agent::{EffortWord, Model, OneOrMore, PerRoleOrAll};
pub(super) use list::{Elements, List};
pub(super) use map::{PerRole, Variables};
pub(super) use number::{Count, Seconds};
pub(super) use pipeline::PipelineFile;
pub(super) use text::{Address, Choice, FilePath, Flag, Text};

/// How long a value may be in a sentence, in characters.
const SHOWN: usize = 80;

/// How a value is written and what it means.
pub(super) trait Form<T>: Sync {
    /// What is accepted, as a fragment that fits after "expected".
    fn expected(&self) -> String;

    /// The meaning of a value. Relative paths begin at `base`.
    fn read(&self, value: &Value, base: &Path) -> Result<T, Vec<Refused>>;

    /// What a text from the environment (or from our own table) would be in the file.
    fn value_of_text(&self, text: &str) -> Value {
        Value::String(text.to_owned())
    }

    /// What the operator should know of a value that is accepted, a sentence each that fits after the key.
    fn doubts(&self, _value: &Value) -> Vec<String> {
        Vec::new()
    }

    /// The value on one line, without secrets.
    fn shown(&self, value: &Value, _base: &Path) -> String {
        one_line(&plain(value))
    }
}

/// Why a value is not accepted.
#[derive(Debug)]
pub(super) struct Refused {
    /// Where below the key, such as `[2]` or `.tester`; mostly empty.
    pub(super) below: String,
    /// What stands there.
    pub(super) found: String,
    /// What should stand there.
    pub(super) expected: String,
    /// What to do.
    pub(super) advice: String,
}

impl Refused {
    fn new(value: &Value, expected: String, advice: &str) -> Self {
        Self {
            below: String::new(),
            found: found(value),
            expected,
            advice: advice.to_owned(),
        }
    }

    fn under(self, below: &str) -> Self {
        Self {
            below: format!("{below}{}", self.below),
            ..self
        }
    }
}

/// Refuses what should be a map or a list and may hold secrets: the value is not shown, only where it stops being JSON.
fn refuse_unseen<T>(value: &Value, expected: String, advice: &str) -> Result<T, Vec<Refused>> {
    let broken = value
        .as_str()
        .and_then(|text| serde_json::from_str::<Value>(text).err());
    let advice = match broken {
        Some(error) => format!("{advice}; in the environment, write JSON ({error})"),
        None => advice.to_owned(),
    };
    Err(vec![Refused {
        below: String::new(),
        found: kind(value).to_owned(),
        expected,
        advice,
    }])
}

fn refuse<T>(value: &Value, expected: String, advice: &str) -> Result<T, Vec<Refused>> {
    Err(vec![Refused::new(value, expected, advice)])
}

/// The value as a fragment that fits after "found".
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let text = plain(value);
            let cut: String = text.chars().take(SHOWN).collect();
            let more = if cut.len() < text.len() { "…" } else { "" };
            format!("`{}{more}`", one_line(&cut))
        }
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => kind(value).to_owned(),
    }
}

/// What a value is, without the value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a map",
        Value::Tagged(_) => "a value with a YAML tag",
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => kind(value).to_owned(),
    }
}

/// Line ends and other control characters written as escapes.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for letter in text.chars() {
        if letter.is_control() {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

/// JSON as the value that it would be in YAML; other text stays text, for the form to refuse.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}
