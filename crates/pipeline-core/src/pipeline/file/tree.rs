//! YAML as a tree in which every node knows its place. Budgets hold: size, depth, nodes, few aliases. It knows no pipeline.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::{MAX_BYTES, Problem};

/// Where something stands; line and column from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Place {
    /// The head of the file.
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Empty,
    Flag(bool),
    Number(u64),
    Text(String),
    List(Vec<Node>),
    /// Keys in the order of the file.
    Map(Vec<(Key, Node)>),
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) name: String,
}

/// Reads the tree.
pub(super) fn read(text: &str) -> Result<Node, Problem> {
    if text.len() > MAX_BYTES {
        return Err(whole_file("the file is larger than 1 MiB", "write a smaller one"));
    }
    serde_saphyr::from_str_with_options::<Spanned<Value>>(text, options())
        .map(node)
        .map_err(|error| no_yaml(&error))
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 16,
            max_nodes: 20_000,
            max_aliases: 100,
            max_anchors: 100,
            max_total_scalar_bytes: MAX_BYTES,
            max_documents: 1,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
    }
}

fn whole_file(message: &str, fix: &str) -> Problem {
    Problem {
        line: 1,
        column: 1,
        field: String::new(),
        message: message.to_owned(),
        fix: fix.to_owned(),
    }
}

fn no_yaml(error: &serde_saphyr::Error) -> Problem {
    let error = error.without_snippet();
    let place = error.location().map_or(Place::START, place);
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    // The place is told apart, and advice to programmers is of no use here.
    let said = [" at line ", ", set DuplicateKeyPolicy"]
        .into_iter()
        .fold(line, |said, tail| said.split(tail).next().unwrap_or(said));
    Problem {
        line: place.line,
        column: place.column,
        ..whole_file(
            &format!("this cannot be read as YAML: {said}"),
            "mend it; the rest of the file is looked at after that",
        )
    }
}

fn place(at: serde_saphyr::Location) -> Place {
    Place {
        line: at.line().max(1),
        column: at.column().max(1),
    }
}

fn node(spanned: Spanned<Value>) -> Node {
    Node {
        place: place(spanned.referenced),
        value: spanned.value,
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Flag(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(u64::try_from(value).map_or_else(|_| Value::Text(value.to_string()), Value::Number))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Empty)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Empty)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Value>>()? {
            list.push(node(item));
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<Spanned<String>, Spanned<Value>>()? {
            let key = Key {
                place: place(key.referenced),
                name: key.value,
            };
            entries.push((key, node(value)));
        }
        Ok(Value::Map(entries))
    }
}
