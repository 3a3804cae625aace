//! Forms of lists.

use std::path::Path;

use serde_yaml::Value;

use super::{Form, Refused, json, refuse, refuse_unseen};

/// A list whose elements all have one form. In the environment: with commas between, or JSON.
pub(in crate::settings) struct List<T: 'static>(pub(in crate::settings) &'static dyn Form<T>);

impl<T> Form<Vec<T>> for List<T> {
    fn expected(&self) -> String {
        format!("a list, each element {}", self.0.expected())
    }

    fn read(&self, value: &Value, base: &Path) -> Result<Vec<T>, Vec<Refused>> {
        let Value::Sequence(elements) = value else {
            return refuse(value, self.expected(), "write it as a list, such as [one, two]");
        };
        let (mut read, mut refused) = (Vec::new(), Vec::new());
        for (at, element) in elements.iter().enumerate() {
            match self.0.read(element, base) {
                Ok(element) => read.push(element),
                Err(why) => refused.extend(why.into_iter().map(|why| why.under(&format!("[{at}]")))),
            }
        }
        if refused.is_empty() {
            Ok(read)
        } else {
            Err(refused)
        }
    }

    fn value_of_text(&self, text: &str) -> Value {
        if text.trim_start().starts_with('[') {
            return json(text);
        }
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        Value::Sequence(words.map(|word| self.0.value_of_text(word)).collect())
    }

    fn shown(&self, value: &Value, base: &Path) -> String {
        let elements = value.as_sequence().into_iter().flatten();
        let shown: Vec<String> = elements.map(|element| self.0.shown(element, base)).collect();
        format!("[{}]", shown.join(", "))
    }
}

/// A list whose elements are read elsewhere, one by one, because a bad one does not spoil the others. In the environment: JSON.
pub(in crate::settings) struct Elements;

impl Form<Vec<Value>> for Elements {
    fn expected(&self) -> String {
        "a list, each element a map of the keys of a project".to_owned()
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<Vec<Value>, Vec<Refused>> {
        match value {
            Value::Sequence(elements) => Ok(elements.clone()),
            Value::Mapping(_) => refuse_unseen(value, self.expected(), "begin each project with `- `"),
            Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null | Value::Tagged(_) => {
                refuse_unseen(value, self.expected(), "write it as a list")
            }
        }
    }

    fn value_of_text(&self, text: &str) -> Value {
        json(text)
    }

    fn shown(&self, value: &Value, _base: &Path) -> String {
        match value.as_sequence().map_or(0, Vec::len) {
            1 => "1 element".to_owned(),
            many => format!("{many} elements"),
        }
    }
}
