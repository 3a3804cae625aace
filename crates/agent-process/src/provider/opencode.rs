//! opencode: `opencode run --format json`. Everything that it is told comes by one variable with configuration; nothing
//! secret may stand there, because its shell sees it: keys stay in their own variables. "Ask" would end the run without a
//! word, so every permission is "allow" or "deny". The prompt of the role comes with the brief on stdin.

pub(crate) mod events;

use std::collections::BTreeMap;

use pipeline_core::run::FailureCause;
use serde_json::{Map, Value, json};

use super::cli::{CliSettings, ShellRules};
use super::version::knows;
use super::{Assignment, Invocation, ProviderKind, prompt_and_brief, rules};

/// The agent that works when none is chosen.
const AGENT: &str = "build";

pub(super) fn invocation(cli: &CliSettings, assignment: &Assignment<'_>) -> Invocation {
    let mut argv: Vec<String> = [&cli.program, "run", "--format", "json"]
        .map(str::to_owned)
        .to_vec();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value.filter(|_| knows(ProviderKind::Opencode, cli.version, flag)) {
            argv.extend([flag.to_owned(), value]);
        }
    };
    add("-m", cli.model.clone());
    add("--variant", cli.effort.map(|effort| effort.as_str().to_owned()));
    match assignment.resume {
        Some(session) => add("-s", Some(session.to_owned())),
        // Without a title it asks the model for one.
        None => add("--title", Some(format!("run {}", assignment.run))),
    }
    Invocation {
        argv,
        env: environment(cli, assignment),
        inherits: cli.key_variables.clone(),
        stdin: prompt_and_brief(assignment),
        files: BTreeMap::new(),
    }
}

fn environment(cli: &CliSettings, assignment: &Assignment<'_>) -> BTreeMap<String, String> {
    let mut env = cli.env.clone();
    let mut set = |name: &str, value: String| env.insert(name.to_owned(), value);
    set("OPENCODE_DISABLE_AUTOUPDATE", "1".to_owned());
    set("OPENCODE_DISABLE_MODELS_FETCH", "1".to_owned());
    set("OPENCODE_CONFIG_CONTENT", config(cli, assignment).to_string());
    if let Some(home) = &cli.config_home {
        for (name, folder) in [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            set(name, home.join(folder).display().to_string());
        }
    }
    env
}

fn config(cli: &CliSettings, assignment: &Assignment<'_>) -> Value {
    let mut config = json!({
        "autoupdate": false,
        "share": "disabled",
        "permission": permissions(cli, assignment),
    });
    if let Some(turns) = cli.max_turns {
        config["agent"] = json!({ AGENT: { "steps": turns } });
    }
    let provider = cli.model.as_deref().and_then(|model| model.split_once('/'));
    if let (Some(url), Some((provider, model))) = (&cli.base_url, provider) {
        let mut options = json!({ "baseURL": url });
        if let Some(key) = cli.key_variables.first() {
            options["apiKey"] = format!("{{env:{key}}}").into();
        }
        config["provider"] = json!({ provider: {
            "npm": "@ai-sdk/openai-compatible",
            "options": options,
            "models": { model: {} },
        } });
    }
    config
}

/// The last pattern that fits decides, so the general one comes first. Its patterns know one sign for any text.
fn permissions(cli: &CliSettings, assignment: &Assignment<'_>) -> Value {
    let deny_but = |allowed: Vec<String>| -> Value {
        let mut rules = Map::new();
        rules.insert("*".to_owned(), "deny".into());
        rules.extend(allowed.into_iter().map(|pattern| (pattern, "allow".into())));
        rules.into()
    };
    let writable = rules::writable(assignment);
    let edit = if writable.iter().any(|pattern| pattern == "**") {
        "allow".into()
    } else {
        deny_but(writable.iter().map(|pattern| wildcards(pattern)).collect())
    };
    let bash = match &cli.shell {
        ShellRules::Any => "allow".into(),
        ShellRules::Only(patterns) => deny_but(patterns.clone()),
    };
    json!({ "edit": edit, "bash": bash, "webfetch": "deny", "external_directory": "deny", "doom_loop": "deny" })
}

/// A set of signs becomes "any sign": a little more is allowed than meant, and the harvested diff is looked at anyway.
fn wildcards(pattern: &str) -> String {
    let mut text = String::new();
    let mut is_in_set = false;
    for sign in pattern.chars() {
        match sign {
            '[' => {
                is_in_set = true;
                text.push('?');
            }
            ']' => is_in_set = false,
            _ if is_in_set => {}
            '*' if text.ends_with('*') => {}
            other => text.push(other),
        }
    }
    text
}

/// What it says on stderr when it does not get as far as an event.
pub(super) fn startup_cause(_exit_code: i32, stderr: &str) -> Option<FailureCause> {
    [
        ("Unknown argument", FailureCause::BadFlag),
        ("Session not found", FailureCause::SessionUnusable),
        ("ProviderModelNotFoundError", FailureCause::ModelUnavailable),
        ("ConfigInvalidError", FailureCause::BadConfiguration),
    ]
    .into_iter()
    .find_map(|(words, cause)| stderr.contains(words).then_some(cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_its_own() {
        for (pattern, expected) in [
            ("docs/work-items/ET-1/0[1-4]*", "docs/work-items/ET-1/0?*"),
            ("docs/**", "docs/*"),
            ("docs/work-items/ET-1/06-adr/**", "docs/work-items/ET-1/06-adr/*"),
        ] {
            assert_eq!(wildcards(pattern), expected);
        }
    }
}
