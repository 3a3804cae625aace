//! YAML as a tree in which every node knows its place. Budgets hold: size, depth, nodes, few aliases. It knows no pipeline.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::trouble::no_yaml;
use super::{MAX_BYTES, Problem};

/// How deep lists and maps may nest.
pub(super) const MAX_DEPTH: usize = 16;

/// How many values there may be.
pub(super) const MAX_NODES: usize = 20_000;

/// How many anchors, and how many aliases.
pub(super) const MAX_ALIASES: usize = 100;

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
    /// A number that is below zero, has a fraction, or is too large to count anything; as it is understood.
    OddNumber(String),
    Text(String),
    List(Vec<Node>),
    /// Keys in the order of the file; one can stand there twice.
    Map(Vec<(Key, Node)>),
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) place: Place,
    /// As it is understood: `5` is a name too. A key that is no scalar is `?`.
    pub(super) name: String,
}

/// Reads the tree.
pub(super) fn read(text: &str) -> Result<Node, Problem> {
    serde_saphyr::from_str_with_options::<Spanned<Value>>(text, options())
        .map(node)
        .map_err(|error| no_yaml(&error))
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
            max_total_scalar_bytes: MAX_BYTES,
            max_documents: 1,
        },
        // A key that stands twice is told with everything else that is wrong.
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        reject_unsupported_tags: true,
    }
}

pub(super) fn place(at: serde_saphyr::Location) -> Place {
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

fn key_name(key: Value) -> String {
    match key {
        Value::Text(text) | Value::OddNumber(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Empty | Value::List(_) | Value::Map(_) => "?".to_owned(),
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
        Ok(u64::try_from(value).map_or_else(|_| Value::OddNumber(value.to_string()), Value::Number))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::OddNumber(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::OddNumber(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::OddNumber(format!("{value:?}")))
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
        while let Some((key, value)) = map.next_entry::<Spanned<Value>, Spanned<Value>>()? {
            let key = Key {
                place: place(key.referenced),
                name: key_name(key.value),
            };
            entries.push((key, node(value)));
        }
        Ok(Value::Map(entries))
    }
}
