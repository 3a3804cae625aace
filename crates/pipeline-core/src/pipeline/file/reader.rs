//! Takes values out of the tree, notes where each stands and what is wrong with it. It knows no pipeline: which keys there are comes from
//! the form.

use std::collections::BTreeMap;

use super::nearest::advice;
use super::tree::{Key, Node, Place, Value};
use super::{MAX_LIMIT, Problem};

/// What was wrong so far, and where everything stands.
#[derive(Debug, Default)]
pub(super) struct Reader {
    places: BTreeMap<String, Place>,
    problems: Vec<Problem>,
}

/// A mapping whose keys are known.
pub(super) struct Fields<'n> {
    path: String,
    entries: Vec<(&'static str, &'n Node)>,
}

impl<'n> Fields<'n> {
    /// Where a key of it stands in the structure.
    pub(super) fn path(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// The key stands there, whatever is behind it.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| *known == key)
    }

    /// How many elements the list behind the key has.
    pub(super) fn length(&self, key: &str) -> Option<usize> {
        match &self.get(key)?.value {
            Value::List(items) => Some(items.len()),
            Value::Empty
            | Value::Flag(_)
            | Value::Number(_)
            | Value::OddNumber(_)
            | Value::Text(_)
            | Value::Map(_) => None,
        }
    }

    /// The node behind a key; that there is nothing behind one was told.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        let found = self.entries.iter().find(|(known, _)| *known == key)?;
        Some(found.1).filter(|node| !matches!(node.value, Value::Empty))
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

impl Reader {
    /// Notes a problem of a field; one that is not in the file stands where what holds it stands.
    pub(super) fn refuse(&mut self, field: &str, message: impl Into<String>, fix: impl Into<String>) {
        let place = self.place(field);
        self.problems.push(Problem {
            line: place.line,
            column: place.column,
            field: field.to_owned(),
            message: message.into(),
            fix: fix.into(),
        });
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn place(&self, field: &str) -> Place {
        let mut path = field;
        loop {
            if let Some(place) = self.places.get(path) {
                return *place;
            }
            let Some(end) = path.rfind(['.', '[']) else {
                return Place::START;
            };
            path = path.get(..end).unwrap_or_default();
        }
    }

    /// Remembers where a field stands.
    pub(super) fn note(&mut self, field: String, place: Place) {
        self.places.insert(field, place);
    }

    /// A mapping with these keys and no others.
    pub(super) fn fields<'n>(
        &mut self,
        path: String,
        node: &'n Node,
        known: &'static [&'static str],
    ) -> Option<Fields<'n>> {
        let Value::Map(map) = &node.value else {
            let fix = format!("write its keys below it: {}", known.join(", "));
            self.refuse(
                &path,
                format!("found {}, expected a map", found(&node.value)),
                fix,
            );
            return None;
        };
        let mut first: BTreeMap<&str, Place> = BTreeMap::new();
        let mut entries = Vec::new();
        for (key, value) in map {
            let field = join(&path, &short(&key.name));
            if let Some(before) = first.insert(&key.name, key.place) {
                self.twice(&field, key, before);
                continue;
            }
            self.note(field.clone(), key.place);
            match known.iter().find(|known| **known == key.name) {
                Some(known) => {
                    self.value(field, key.place, value);
                    entries.push((*known, value));
                }
                None => self.unknown(&field, key, known),
            }
        }
        Some(Fields { path, entries })
    }

    fn value(&mut self, field: String, key: Place, value: &Node) {
        if matches!(value.value, Value::Empty) {
            let fix = "write a value, or take the key out";
            self.refuse(&field, "there is nothing behind the key", fix);
        }
        self.note(field, if is_leaf(value) { value.place } else { key });
    }

    fn unknown(&mut self, field: &str, key: &Key, known: &[&str]) {
        let fix = advice(&key.name, known.iter().copied());
        self.refuse(field, format!("there is no key '{}' here", short(&key.name)), fix);
    }

    fn twice(&mut self, field: &str, key: &Key, before: Place) {
        self.problems.push(Problem {
            line: key.place.line,
            column: key.place.column,
            field: field.to_owned(),
            message: format!("the key stands here twice, first in line {}", before.line),
            fix: "take one of them out".to_owned(),
        });
    }

    /// The elements of a list, each with its path.
    pub(super) fn list<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Vec<(String, &'n Node)> {
        let path = fields.path(key);
        let Some(node) = fields.get(key) else {
            return Vec::new();
        };
        let Value::List(items) = &node.value else {
            self.refuse(
                &path,
                format!("found {}, expected a list", found(&node.value)),
                "write `[a, b]`, or one element per line after `- `",
            );
            return Vec::new();
        };
        let mut elements = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let path = format!("{path}[{at}]");
            self.note(path.clone(), item.place);
            elements.push((path, item));
        }
        elements
    }

    /// The texts of a list, each with its path.
    pub(super) fn texts(&mut self, fields: &Fields<'_>, key: &str) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for (path, node) in self.list(fields, key) {
            if let Some(text) = self.text_of(&path, node) {
                texts.push((path, text));
            }
        }
        texts
    }

    /// A text.
    pub(super) fn text(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        self.text_of(&fields.path(key), fields.get(key)?)
    }

    /// The text of a node.
    pub(super) fn text_of(&mut self, path: &str, node: &Node) -> Option<String> {
        if let Value::Text(text) = &node.value
            && !text.trim().is_empty()
            && !text.contains(char::is_control)
        {
            return Some(text.trim().to_owned());
        }
        let is_text = matches!(&node.value, Value::Text(text) if !text.trim().is_empty());
        let (message, fix) = if is_text {
            (
                "found a text of several lines or with control characters, expected a text on one line"
                    .to_owned(),
                "write it on one line; what is longer stands in a file of its own",
            )
        } else {
            (
                format!("found {}, expected a text", found(&node.value)),
                "write one text on one line, in quotes if YAML takes it for something else",
            )
        };
        self.refuse(path, message, fix);
        None
    }

    /// True or false; not said is false, and what is neither is none.
    pub(super) fn flag(&mut self, fields: &Fields<'_>, key: &str) -> Option<bool> {
        match fields.get(key).map(|node| &node.value) {
            None => Some(false),
            Some(Value::Flag(flag)) => Some(*flag),
            Some(other) => {
                let message = format!("found {}, expected true or false", found(other));
                self.refuse(&fields.path(key), message, "write true or false, without quotes");
                None
            }
        }
    }

    /// A whole number.
    pub(super) fn number(&mut self, fields: &Fields<'_>, key: &str) -> Option<u32> {
        let value = &fields.get(key)?.value;
        let message = if let Value::Number(number) = value {
            match u32::try_from(*number) {
                Ok(number) => return Some(number),
                Err(_) => format!("{number} is more than {MAX_LIMIT}"),
            }
        } else {
            format!("found {}, expected a whole number", found(value))
        };
        let fix = format!("write a number from 1 to {MAX_LIMIT}, without quotes");
        self.refuse(&fields.path(key), message, fix);
        None
    }
}

/// A value on one line is shown itself, others by their key.
fn is_leaf(node: &Node) -> bool {
    match &node.value {
        Value::Empty | Value::List(_) | Value::Map(_) => false,
        Value::Flag(_) | Value::Number(_) | Value::OddNumber(_) | Value::Text(_) => true,
    }
}

/// A text of the file in a message: its beginning, however long it is.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

fn found(value: &Value) -> String {
    match value {
        Value::Empty => "nothing".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::OddNumber(number) => format!("the number {}", short(number)),
        Value::Text(text) if text.trim().is_empty() => "an empty text".to_owned(),
        Value::Text(text) => format!("the text '{}'", short(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    }
}
