//! Whether somebody is logged in: a key in a variable, what the program says, what stands in its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pipeline_core::time::Timestamp;
use serde_json::Value;

use super::{Ask, LOGIN_LIMIT, Preflight, Question};
use crate::provider::ProviderKind;
use crate::provider::cli::CliSettings;

/// A login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// It was not looked at: the program is the operator's own, or it is not there.
    NotLooked,
    /// There is none.
    Missing,
    /// A key in this variable.
    Variable(String),
    /// What the program keeps itself.
    Stored {
        /// How, in the program's own word.
        method: String,
        /// When it ends, if that is known; it may be renewed by itself before that.
        expires_at: Option<Timestamp>,
    },
}

/// What a look needs.
pub(super) struct Sight<'a> {
    pub(super) kind: ProviderKind,
    pub(super) cli: &'a CliSettings,
    pub(super) env: &'a BTreeMap<String, String>,
    pub(super) home: Option<&'a Path>,
    pub(super) now: Timestamp,
}

pub(super) fn look(sight: &Sight<'_>, ask: &dyn Ask, found: &mut Preflight) {
    let names = &sight.cli.key_variables;
    let has_value = |name: &&String| sight.env.get(*name).is_some_and(|value| !value.is_empty());
    if let Some(name) = names.iter().find(has_value) {
        found.login = Login::Variable(name.clone());
        return;
    }
    match stored(sight, ask) {
        Ok(login) => found.login = login,
        Err(problem) => found.warnings.push(problem),
    }
    match &found.login {
        Login::Missing => found.problems.push(missing(sight, names)),
        Login::Stored {
            expires_at: Some(end),
            ..
        } if *end < sight.now => found.warnings.push(format!(
            "the stored login of {} has expired; it is renewed at the next run if the account still allows it",
            sight.kind.as_str()
        )),
        Login::NotLooked | Login::Variable(_) | Login::Stored { .. } => {}
    }
}

fn missing(sight: &Sight<'_>, names: &[String]) -> String {
    let program = &sight.cli.program;
    let how = match sight.kind {
        ProviderKind::Command => "log in".to_owned(),
        ProviderKind::Claude => format!("run `{program} auth login`"),
        ProviderKind::Codex => format!("run `{program} login`"),
        ProviderKind::Opencode => format!("run `{program} auth login`"),
        ProviderKind::Gemini => format!("run `{program}` once and log in"),
    };
    let or_set = match names {
        [] => String::new(),
        names => format!(", or set {}", names.join(" or ")),
    };
    format!(
        "{} is not logged in; {how} as the user that runs the daemon{or_set}",
        sight.kind.as_str()
    )
}

fn stored(sight: &Sight<'_>, ask: &dyn Ask) -> Result<Login, String> {
    let question = |args| Question {
        program: &sight.cli.program,
        args,
        env: sight.env,
        limit: LOGIN_LIMIT,
    };
    match sight.kind {
        ProviderKind::Command => Ok(Login::NotLooked),
        ProviderKind::Claude => {
            let answer = ask.ask(&question(&["auth", "status", "--json"]))?;
            of_claude(&answer.text, &file(sight, ".credentials.json"))
        }
        ProviderKind::Codex => {
            let answer = ask.ask(&question(&["login", "status"]))?;
            Ok(of_codex(answer.is_success, &file(sight, "auth.json")))
        }
        ProviderKind::Opencode => Ok(of_opencode(&file(sight, "auth.json"))),
        ProviderKind::Gemini => Ok(of_gemini(&file(sight, "oauth_creds.json"))),
    }
}

/// An object in a file of the program; nothing when there is none.
fn file(sight: &Sight<'_>, name: &str) -> Value {
    sight
        .home
        .and_then(|home| fs::read(home.join(name)).ok())
        .and_then(|json| serde_json::from_slice(&json).ok())
        .unwrap_or_default()
}

/// It also says "logged in" of a login that has expired: the file tells.
fn of_claude(status: &str, credentials: &Value) -> Result<Login, String> {
    let start = status.find('{').unwrap_or(status.len());
    let json = status.get(start..).unwrap_or_default();
    let mut objects = serde_json::Deserializer::from_str(json).into_iter::<Value>();
    let Some(Ok(status)) = objects.next() else {
        return Err("claude auth status did not print its status; its login is not known".to_owned());
    };
    if status.get("loggedIn").and_then(Value::as_bool) != Some(true) {
        return Ok(Login::Missing);
    }
    let method = status.get("authMethod").and_then(Value::as_str);
    Ok(Login::Stored {
        method: method.unwrap_or("unknown").to_owned(),
        expires_at: time_at(credentials, "/claudeAiOauth/expiresAt"),
    })
}

fn of_codex(is_success: bool, file: &Value) -> Login {
    if !is_success {
        return Login::Missing;
    }
    let method = file.get("auth_mode").and_then(Value::as_str);
    Login::Stored {
        method: method.unwrap_or("unknown").to_owned(),
        expires_at: None,
    }
}

/// By provider: `{"anthropic": {"type": "oauth", "expires": …}}`.
fn of_opencode(file: &Value) -> Login {
    let logins: Vec<&String> = file
        .as_object()
        .into_iter()
        .flat_map(|file| file.keys())
        .collect();
    if logins.is_empty() {
        return Login::Missing;
    }
    let names: Vec<&str> = logins.into_iter().map(String::as_str).collect();
    Login::Stored {
        method: names.join(", "),
        expires_at: None,
    }
}

fn of_gemini(file: &Value) -> Login {
    if file.is_null() {
        return Login::Missing;
    }
    Login::Stored {
        method: "oauth".to_owned(),
        expires_at: time_at(file, "/expiry_date"),
    }
}

fn time_at(file: &Value, place: &str) -> Option<Timestamp> {
    file.pointer(place)?.as_i64().map(Timestamp)
}
