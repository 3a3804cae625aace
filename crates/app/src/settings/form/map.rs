//! Forms of maps.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use pipeline_core::role::Role;
use serde_yaml::{Mapping, Value};

use super::{Form, Refused, Seconds, json, kind, refuse, refuse_unseen};
use crate::settings::nearest::nearest;

/// The roles that settings may name.
pub(super) const ROLES: [&str; 6] = [
    Role::ANALYST,
    Role::ARCHITECT,
    Role::DEVELOPER,
    Role::REVIEWER,
    Role::TESTER,
    Role::DEPLOYER,
];

/// What the environment of a run has from us; agents cannot be given others of that name.
const OURS: &str = "ORCHD_";

/// A time per role. In the environment: JSON.
pub(in crate::settings) struct PerRole(pub(in crate::settings) &'static Seconds);

impl Form<BTreeMap<Role, Duration>> for PerRole {
    fn expected(&self) -> String {
        format!("a map of role ({}) to {}", ROLES.join(", "), self.0.expected())
    }

    fn read(&self, value: &Value, base: &Path) -> Result<BTreeMap<Role, Duration>, Vec<Refused>> {
        let Value::Mapping(map) = value else {
            return refuse_unseen(value, self.expected(), "write it as a map, such as {tester: 600}");
        };
        each(map, |role, time| {
            if ROLES.contains(&role) {
                let time = self.0.read(time, base)?;
                return Ok((Role::new(role), time));
            }
            unknown_role(role)
        })
    }

    fn value_of_text(&self, text: &str) -> Value {
        json(text)
    }

    fn shown(&self, value: &Value, base: &Path) -> String {
        braces(value, |time| self.0.shown(time, base))
    }
}

/// Environment variables and their values, which may be secret and are never shown.
pub(in crate::settings) struct Variables;

impl Form<BTreeMap<String, String>> for Variables {
    fn expected(&self) -> String {
        "a map of variable name to text".to_owned()
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<BTreeMap<String, String>, Vec<Refused>> {
        let Value::Mapping(map) = value else {
            return refuse_unseen(value, self.expected(), "write it as a map, such as {NAME: text}");
        };
        each(map, |name, value| {
            if name.is_empty() || name.contains(['=', '\0']) || name.starts_with(OURS) {
                let expected = format!("a variable name, not one that begins with {OURS}");
                return refuse(&Value::from(name), expected, "choose another name");
            }
            if let Some(text) = value.as_str().filter(|text| !text.contains('\0')) {
                return Ok((name.to_owned(), text.to_owned()));
            }
            let refused = Refused::new(value, "a text".to_owned(), super::text::wrong_kind(value));
            Err(vec![Refused {
                found: kind(value).to_owned(),
                ..refused
            }])
        })
    }

    fn value_of_text(&self, text: &str) -> Value {
        json(text)
    }

    fn shown(&self, value: &Value, _base: &Path) -> String {
        braces(value, |_| "***".to_owned())
    }
}

/// Refuses a role that settings may not name.
pub(super) fn unknown_role<T>(role: &str) -> Result<T, Vec<Refused>> {
    let advice = nearest(role, ROLES.into_iter()).map_or_else(
        || "write one of these roles".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    refuse(
        &Value::from(role),
        format!("one of {}", ROLES.join(", ")),
        &advice,
    )
}

/// Reads every pair; all that is refused comes back at once, with its name.
pub(super) fn each<K: Ord, V>(
    map: &Mapping,
    read: impl Fn(&str, &Value) -> Result<(K, V), Vec<Refused>>,
) -> Result<BTreeMap<K, V>, Vec<Refused>> {
    let (mut good, mut refused) = (BTreeMap::new(), Vec::new());
    for (name, value) in map {
        let Some(text) = name.as_str() else {
            refused.push(Refused::new(name, "a name".to_owned(), "put it in quotes"));
            continue;
        };
        match read(text, value) {
            Ok((key, value)) => {
                good.insert(key, value);
            }
            Err(why) => refused.extend(why.into_iter().map(|why| why.under(&format!(".{text}")))),
        }
    }
    if refused.is_empty() {
        Ok(good)
    } else {
        Err(refused)
    }
}

pub(super) fn braces(value: &Value, shown: impl Fn(&Value) -> String) -> String {
    let pairs = value.as_mapping().into_iter().flatten();
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{}: {}", super::one_line(&super::plain(name)), shown(value)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}
