//! Keys: a name, a form, a default and a meaning; and the scope that a key's value is looked up in. Which keys there are stands in
//! `keys` and `project_keys`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde_yaml::Value;

use super::Profile;
use super::form::{Form, Refused};
use super::problem::Problem;

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// Nobody said anything but `profile: fast`.
    FastProfile,
    /// The settings file.
    File,
    /// An environment variable.
    Environment,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::FastProfile => "profile fast",
            Self::File => "file",
            Self::Environment => "environment",
        })
    }
}

/// The value in force of one key, for people: secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The key, such as `projects[0].path`.
    pub key: String,
    /// Its value on one line.
    pub value: String,
    /// Where it came from.
    pub source: Source,
}

/// What holds when nobody says anything.
#[derive(Clone, Copy)]
pub(super) enum Absent {
    /// It has to be said.
    Required,
    /// This text, written as in the environment.
    Is(&'static str),
    /// What follows from something else, told in words.
    Follows(&'static str),
}

/// One setting.
pub(super) struct Key<T: 'static> {
    name: &'static str,
    variable: Option<&'static str>,
    form: &'static dyn Form<T>,
    absent: Absent,
    fast: Option<&'static str>,
    meaning: &'static str,
}

impl<T> Key<T> {
    pub(super) const fn required(
        name: &'static str,
        form: &'static dyn Form<T>,
        meaning: &'static str,
    ) -> Self {
        Self {
            name,
            variable: None,
            form,
            absent: Absent::Required,
            fast: None,
            meaning,
        }
    }

    /// Holds this when nobody says anything.
    pub(super) const fn or(mut self, text: &'static str) -> Self {
        self.absent = Absent::Is(text);
        self
    }

    /// Follows from something else when nobody says anything.
    pub(super) const fn or_follows(mut self, words: &'static str) -> Self {
        self.absent = Absent::Follows(words);
        self
    }

    /// Holds this instead of the default with `profile: fast`.
    pub(super) const fn or_fast(mut self, text: &'static str) -> Self {
        self.fast = Some(text);
        self
    }

    /// Has another variable than `ORCH_` and its name.
    pub(super) const fn with_variable(mut self, variable: &'static str) -> Self {
        self.variable = Some(variable);
        self
    }

    /// The value in force; none when it is missing or not accepted, which `check` reports.
    pub(super) fn get(&self, scope: &Scope) -> Option<T> {
        let given = self.in_force(scope)?;
        self.form.read(&given.value, &given.base).ok()
    }

    /// What holds: what somebody said, else the default; none when there is neither.
    pub(super) fn in_force(&self, scope: &Scope) -> Option<Given> {
        if let Some(given) = scope.given.get(self.name) {
            return Some(given.clone());
        }
        let Absent::Is(normal) = self.absent else {
            return None;
        };
        let (text, source) = match (scope.profile, self.fast) {
            (Profile::Fast, Some(fast)) => (fast, Source::FastProfile),
            (Profile::Fast, None) | (Profile::Normal, _) => (normal, Source::Default),
        };
        let (place, base) = (source.to_string(), scope.current.clone());
        Some(Given {
            value: self.form.value_of_text(text),
            source,
            place,
            base,
        })
    }
}

/// A key whatever the type of its value.
pub(super) trait Row: Sync {
    fn name(&self) -> &'static str;
    fn variable(&self) -> String;
    fn expected(&self) -> String;
    fn absent(&self) -> Absent;
    fn fast(&self) -> Option<&'static str>;
    fn meaning(&self) -> &'static str;
    fn value_of_text(&self, text: &str) -> Value;
    /// What the operator should know of the value in force, though it is accepted.
    fn doubts(&self, scope: &Scope) -> Vec<String>;
    /// The value in force, or everything that is wrong with it.
    fn check(&self, scope: &Scope) -> Result<Origin, Vec<Problem>>;
}

impl<T> Row for Key<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn variable(&self) -> String {
        let usual = || format!("{}{}", super::environment::PREFIX, self.name.to_uppercase());
        self.variable.map_or_else(usual, str::to_owned)
    }

    fn expected(&self) -> String {
        self.form.expected()
    }

    fn absent(&self) -> Absent {
        self.absent
    }

    fn fast(&self) -> Option<&'static str> {
        self.fast
    }

    fn meaning(&self) -> &'static str {
        self.meaning
    }

    fn value_of_text(&self, text: &str) -> Value {
        self.form.value_of_text(text)
    }

    fn doubts(&self, scope: &Scope) -> Vec<String> {
        let Some(given) = self.in_force(scope) else {
            return Vec::new();
        };
        let doubts = self.form.doubts(&given.value).into_iter();
        doubts
            .map(|doubt| format!("{}: {}{}: {doubt}", given.place, scope.prefix, self.name))
            .collect()
    }

    fn check(&self, scope: &Scope) -> Result<Origin, Vec<Problem>> {
        let key = format!("{}{}", scope.prefix, self.name);
        let Some(given) = self.in_force(scope) else {
            return match self.absent {
                Absent::Follows(words) => Ok(Origin {
                    key,
                    value: words.to_owned(),
                    source: Source::Default,
                }),
                Absent::Required | Absent::Is(_) => Err(vec![missing(key, self, scope)]),
            };
        };
        let secret = is_secret(self.name);
        match self.form.read(&given.value, &given.base) {
            Ok(_) => {
                let shown = || self.form.shown(&given.value, &given.base);
                let value = if secret { "***".to_owned() } else { shown() };
                Ok(Origin {
                    key,
                    value,
                    source: given.source,
                })
            }
            Err(refused) => Err(refused
                .into_iter()
                .map(|why| problem(&key, &given.place, why, secret))
                .collect()),
        }
    }
}

fn missing(key: String, row: &dyn Row, scope: &Scope) -> Problem {
    Problem {
        place: scope.place.clone(),
        key,
        found: "nothing".to_owned(),
        expected: row.expected(),
        advice: format!("add it: {}", row.meaning()),
    }
}

fn problem(key: &str, place: &str, why: Refused, secret: bool) -> Problem {
    Problem {
        place: place.to_owned(),
        key: format!("{key}{}", why.below),
        found: if secret {
            "a value that is not shown".to_owned()
        } else {
            why.found
        },
        expected: why.expected,
        advice: why.advice,
    }
}

/// Whether a key's name says that its value is not for everybody's eyes.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    ["TOKEN", "SECRET", "KEY", "PASSWORD"]
        .into_iter()
        .any(|word| name.contains(word))
}

/// What somebody said.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) source: Source,
    /// The file or the variable, for people.
    pub(super) place: String,
    /// Where relative paths begin.
    pub(super) base: PathBuf,
}

/// Where keys are looked up: the whole settings, or one project.
pub(super) struct Scope {
    /// Stands before every key in messages: empty, or `projects[0].`.
    pub(super) prefix: String,
    /// What somebody said, by key.
    pub(super) given: BTreeMap<String, Given>,
    /// Where a missing key would stand.
    pub(super) place: String,
    pub(super) profile: Profile,
    /// Where relative paths of defaults begin.
    pub(super) current: PathBuf,
}
