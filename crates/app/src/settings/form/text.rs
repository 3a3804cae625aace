//! Forms of single words and texts.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

use super::{Form, Refused, refuse};

const IN_QUOTES: &str = "put it in quotes, so that YAML takes it for text";

/// A text that a rule accepts.
pub(in crate::settings) struct Text {
    /// What is accepted, as a fragment that fits after "expected".
    pub(in crate::settings) what: &'static str,
    /// Says what to do about a text that is not accepted.
    pub(in crate::settings) rule: fn(&str) -> Result<(), &'static str>,
}

impl Form<String> for Text {
    fn expected(&self) -> String {
        self.what.to_owned()
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<String, Vec<Refused>> {
        let Some(text) = value.as_str() else {
            return refuse(value, self.expected(), wrong_kind(value));
        };
        match (self.rule)(text) {
            Ok(()) => Ok(text.to_owned()),
            Err(advice) => refuse(value, self.expected(), advice),
        }
    }
}

/// What to do about a value that is not text.
pub(super) fn wrong_kind(value: &Value) -> &'static str {
    match value {
        Value::Number(_) | Value::Bool(_) => IN_QUOTES,
        Value::Null | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
            "write one text"
        }
    }
}

/// `true` or `false`.
pub(in crate::settings) struct Flag;

impl Form<bool> for Flag {
    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<bool, Vec<Refused>> {
        value.as_bool().map_or_else(
            || refuse(value, self.expected(), "write true or false, without quotes"),
            Ok,
        )
    }

    fn value_of_text(&self, text: &str) -> Value {
        match text.trim().to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Value::Bool(true),
            "false" | "0" | "no" | "off" => Value::Bool(false),
            _ => Value::from(text),
        }
    }
}

/// One of some words.
pub(in crate::settings) struct Choice<T: 'static> {
    /// The words and what they mean.
    pub(in crate::settings) of: &'static [(&'static str, T)],
    /// Words that a later version will know.
    pub(in crate::settings) later: &'static [&'static str],
}

impl<T: Copy + Sync> Form<T> for Choice<T> {
    fn expected(&self) -> String {
        let words: Vec<&str> = self.of.iter().map(|(word, _)| *word).collect();
        words.join(" or ")
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<T, Vec<Refused>> {
        let word = value.as_str().unwrap_or_default();
        if let Some((_, meaning)) = self.of.iter().find(|(known, _)| *known == word) {
            return Ok(*meaning);
        }
        let advice = if self.later.contains(&word) {
            "that choice is not in this version"
        } else {
            "write one of these words"
        };
        refuse(value, self.expected(), advice)
    }
}

/// An address to listen on.
pub(in crate::settings) struct Address;

impl Form<SocketAddr> for Address {
    fn expected(&self) -> String {
        "an IP address and a port, such as 127.0.0.1:8500".to_owned()
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<SocketAddr, Vec<Refused>> {
        let address = value.as_str().and_then(|text| text.trim().parse().ok());
        address.map_or_else(
            || {
                refuse(
                    value,
                    self.expected(),
                    "write the address in numbers, and a port up to 65535",
                )
            },
            Ok,
        )
    }
}

/// A path; made absolute.
pub(in crate::settings) struct FilePath;

impl Form<PathBuf> for FilePath {
    fn expected(&self) -> String {
        "a path".to_owned()
    }

    fn read(&self, value: &Value, base: &Path) -> Result<PathBuf, Vec<Refused>> {
        let Some(text) = value.as_str() else {
            return refuse(value, self.expected(), wrong_kind(value));
        };
        let unreadable = |letter: char| letter.is_control() || letter == '\u{FFFD}';
        if text.trim().is_empty() || text.contains(unreadable) {
            return refuse(
                value,
                self.expected(),
                "write a path in UTF-8, without control characters",
            );
        }
        if text.starts_with('~') {
            return refuse(
                value,
                self.expected(),
                "`~` is not replaced here: write the directory out",
            );
        }
        Ok(base.join(text).components().collect())
    }

    fn shown(&self, value: &Value, base: &Path) -> String {
        self.read(value, base).map_or_else(
            |_| super::found(value),
            |path| super::one_line(&path.to_string_lossy()),
        )
    }
}
