//! Forms that only settings of agents have.

use std::collections::BTreeMap;
use std::path::Path;

use agent_process::{Effort, ProviderKind};
use pipeline_core::role::Role;
use serde_yaml::Value;

use super::map::{ROLES, braces, each, unknown_role};
use super::{Form, Refused, json, refuse, refuse_unseen};
use crate::settings::agent_keys::PROVIDERS;
use crate::settings::agents::{ForRoles, ModelName};
use crate::settings::nearest::nearest;

/// In [`ForRoles`]: the value of all other roles.
const DEFAULT: &str = "default";

/// One value, or several with commas between or as a list.
pub(in crate::settings) struct OneOrMore<T: 'static>(pub(in crate::settings) &'static dyn Form<T>);

impl<T> Form<Vec<T>> for OneOrMore<T> {
    fn expected(&self) -> String {
        format!("{}; or several, with commas between", self.0.expected())
    }

    fn read(&self, value: &Value, base: &Path) -> Result<Vec<T>, Vec<Refused>> {
        let words: Vec<Value> = match value {
            Value::Sequence(elements) => elements.clone(),
            Value::String(text) => text
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(Value::from)
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Mapping(_) | Value::Tagged(_) => {
                return refuse(value, self.expected(), "write the words, such as `one, two`");
            }
        };
        words.iter().map(|word| self.0.read(word, base)).collect()
    }

    fn shown(&self, value: &Value, base: &Path) -> String {
        let Some(elements) = value.as_sequence() else {
            return super::one_line(value.as_str().unwrap_or_default());
        };
        let shown: Vec<String> = elements
            .iter()
            .map(|element| self.0.shown(element, base))
            .collect();
        shown.join(", ")
    }
}

/// The id of a model, with `PROVIDER:` before it when it is said whose it is.
pub(in crate::settings) struct Model;

impl Form<ModelName> for Model {
    fn expected(&self) -> String {
        "the id of a model, such as claude-opus-4-8 or codex:gpt-5.5".to_owned()
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<ModelName, Vec<Refused>> {
        let Some(text) = value.as_str() else {
            return refuse(value, self.expected(), super::text::wrong_kind(value));
        };
        let provider = |word: &str| -> Option<ProviderKind> {
            PROVIDERS
                .of
                .iter()
                .find(|(name, _)| *name == word)
                .map(|(_, kind)| *kind)
        };
        let whose = text
            .split_once(':')
            .and_then(|(word, id)| Some((provider(word)?, id)));
        let id = whose.map_or(text, |(_, id)| id).trim();
        match crate::settings::text_rule::model(id) {
            Ok(()) => Ok(ModelName {
                provider: whose.map(|(provider, _)| provider),
                id: id.to_owned(),
            }),
            Err(advice) => refuse(value, self.expected(), advice),
        }
    }
}

/// How hard a model thinks. A word that no program of ours is known to take is accepted with a doubt and means nothing: it is no reason to
/// keep a whole installation from starting.
pub(in crate::settings) struct EffortWord;

impl Form<Option<Effort>> for EffortWord {
    fn expected(&self) -> String {
        EFFORTS.map(Effort::as_str).join(" or ")
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<Option<Effort>, Vec<Refused>> {
        let is_word = |text: &&str| !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric());
        match value.as_str().map(str::trim).filter(is_word) {
            Some(word) => Ok(Effort::of(word)),
            None => refuse(value, self.expected(), "write one of these words"),
        }
    }

    fn doubts(&self, value: &Value) -> Vec<String> {
        let unknown = value
            .as_str()
            .map(str::trim)
            .filter(|word| Effort::of(word).is_none());
        let doubt = |word: &str| {
            let meant = nearest(word, EFFORTS.iter().map(|effort| effort.as_str()));
            let meant = meant
                .map(|meant| format!("did you mean `{meant}`? "))
                .unwrap_or_default();
            format!(
                "`{}` is no effort that is known ({}); {meant}agents get none, and their programs choose",
                super::one_line(word),
                EFFORTS.map(Effort::as_str).join(", ")
            )
        };
        unknown.map(doubt).into_iter().collect()
    }
}

const EFFORTS: [Effort; 5] = [
    Effort::Low,
    Effort::Medium,
    Effort::High,
    Effort::ExtraHigh,
    Effort::Max,
];

/// A value per role, and one for all others under `default`. One value alone is for all. In the environment: JSON.
pub(in crate::settings) struct PerRoleOrAll<T: 'static>(pub(in crate::settings) &'static dyn Form<T>);

impl<T> Form<ForRoles<T>> for PerRoleOrAll<T> {
    fn expected(&self) -> String {
        let roles = ROLES.join(", ");
        format!("a map of role ({roles}, or {DEFAULT}) to {}", self.0.expected())
    }

    fn read(&self, value: &Value, base: &Path) -> Result<ForRoles<T>, Vec<Refused>> {
        if let Value::String(_) = value {
            return Ok(ForRoles {
                usual: Some(self.0.read(value, base)?),
                roles: BTreeMap::new(),
            });
        }
        let Value::Mapping(map) = value else {
            return refuse_unseen(value, self.expected(), "write it as a map, such as {reviewer: …}");
        };
        let mut values = each(map, |role, value| {
            if role == DEFAULT || ROLES.contains(&role) {
                return Ok((role.to_owned(), self.0.read(value, base)?));
            }
            unknown_role(role)
        })?;
        Ok(ForRoles {
            usual: values.remove(DEFAULT),
            roles: values
                .into_iter()
                .map(|(role, value)| (Role::new(role), value))
                .collect(),
        })
    }

    fn value_of_text(&self, text: &str) -> Value {
        json(text)
    }

    fn doubts(&self, value: &Value) -> Vec<String> {
        let Some(map) = value.as_mapping() else {
            return self.0.doubts(value);
        };
        let of_role = |(role, value): (&Value, &Value)| {
            let role = role.as_str().unwrap_or_default().to_owned();
            let doubts = self.0.doubts(value).into_iter();
            doubts.map(move |doubt| format!("{role}: {doubt}"))
        };
        map.iter().flat_map(of_role).collect()
    }

    fn shown(&self, value: &Value, base: &Path) -> String {
        if let Value::String(_) = value {
            return self.0.shown(value, base);
        }
        braces(value, |value| self.0.shown(value, base))
    }
}
