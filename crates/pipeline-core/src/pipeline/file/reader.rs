//! Takes values out of the tree, notes where each stands and what is wrong with it. It knows no pipeline: which keys there are comes from
//! the form.

use std::collections::BTreeMap;

use super::Problem;
use super::nearest::advice;
use super::tree::{Node, Place, Value};

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

    /// The node behind a key; a key with nothing behind it counts as not said.
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
            self.refuse(&path, format!("found {}, expected a map", kind(&node.value)), fix);
            return None;
        };
        let mut entries = Vec::new();
        for (key, value) in map {
            let field = join(&path, &key.name);
            self.note(field.clone(), key.place);
            match known.iter().find(|known| **known == key.name) {
                Some(known) => {
                    self.note(field, if is_leaf(value) { value.place } else { key.place });
                    entries.push((*known, value));
                }
                None => {
                    let fix = advice(&key.name, known.iter().copied());
                    self.refuse(&field, format!("there is no key '{}' here", key.name), fix);
                }
            }
        }
        Some(Fields { path, entries })
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
                format!("found {}, expected a list", kind(&node.value)),
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
        self.refuse(
            path,
            format!("found {}, expected a text", kind(&node.value)),
            "write one text on one line, in quotes if YAML takes it for something else",
        );
        None
    }

    /// True or false; not said is false.
    pub(super) fn flag(&mut self, fields: &Fields<'_>, key: &str) -> bool {
        match fields.get(key).map(|node| &node.value) {
            None => false,
            Some(Value::Flag(flag)) => *flag,
            Some(other) => {
                let message = format!("found {}, expected true or false", kind(other));
                self.refuse(&fields.path(key), message, "write true or false, without quotes");
                false
            }
        }
    }

    /// A whole number.
    pub(super) fn number(&mut self, fields: &Fields<'_>, key: &str) -> Option<u32> {
        let value = &fields.get(key)?.value;
        if let Value::Number(number) = value {
            return Some(u32::try_from(*number).unwrap_or(u32::MAX));
        }
        let message = format!("found {}, expected a whole number", kind(value));
        self.refuse(&fields.path(key), message, "write a number from 1 to 100");
        None
    }
}

/// A value on one line is shown itself, others by their key.
fn is_leaf(node: &Node) -> bool {
    match &node.value {
        Value::Empty | Value::List(_) | Value::Map(_) => false,
        Value::Flag(_) | Value::Number(_) | Value::Text(_) => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Empty => "nothing",
        Value::Flag(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(text) if text.trim().is_empty() => "an empty text",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}
