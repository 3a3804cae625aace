//! Codex CLI: `codex exec --json`. It has no place for the role's prompt that leaves its own instructions alone, so prompt
//! and brief come together on stdin. Its sandbox lets it write in the checkout and in temporary folders; it knows no rules
//! by path, so the harvested diff alone draws the line. No turns, no money, no fallback model can be set.
//!
//! How often it repeats a request can be set only for a provider of our own making: its built-in one refuses to be changed.
//! Ours is the same service with the same login where no other address is set, asked by HTTPS alone.

pub(crate) mod events;

use std::collections::BTreeMap;

use pipeline_core::run::FailureCause;

use super::cli::CliSettings;
use super::version::knows;
use super::{Assignment, Invocation, ProviderKind, prompt_and_brief};

const SANDBOX: &str = "workspace-write";

/// The name of a provider of our own making in its configuration.
const OWN_PROVIDER: &str = "orchd";

/// While it is on, a service that is not reached is waited for without an end.
const ENDLESS_WAITING: &str = "features.unbounded_connection_retries";

pub(super) fn invocation(cli: &CliSettings, assignment: &Assignment<'_>) -> Invocation {
    let mut argv = vec![cli.program.clone(), "exec".to_owned()];
    match assignment.resume {
        Some(session) => argv.extend(["resume".to_owned(), session.to_owned()]),
        None => argv.extend(["-s".to_owned(), SANDBOX.to_owned()]),
    }
    argv.extend(["--json", "--skip-git-repo-check"].map(str::to_owned));
    if knows(ProviderKind::Codex, cli.version, "--ignore-user-config") {
        argv.push("--ignore-user-config".to_owned());
    }
    if let Some(model) = &cli.model {
        argv.extend(["-m".to_owned(), model.clone()]);
    }
    for setting in settings(cli, assignment.resume.is_some()) {
        argv.extend(["-c".to_owned(), setting]);
    }
    argv.push("-".to_owned());
    Invocation {
        argv,
        env: environment(cli),
        inherits: cli.key_variables.clone(),
        stdin: prompt_and_brief(assignment),
        files: BTreeMap::new(),
    }
}

/// Values are TOML.
fn settings(cli: &CliSettings, is_resumed: bool) -> Vec<String> {
    let mut settings = vec!["check_for_update_on_startup=false".to_owned()];
    if is_resumed {
        settings.push(format!("sandbox_mode={}", quoted(SANDBOX)));
    }
    if let Some(effort) = cli.effort {
        settings.push(format!("model_reasoning_effort={}", quoted(effort.as_str())));
    }
    settings.push(format!("model_provider={}", quoted(OWN_PROVIDER)));
    settings.push(format!(
        "model_providers.{OWN_PROVIDER}={{{service},wire_api=\"responses\",request_max_retries={retries},stream_max_retries={retries}}}",
        service = service(cli),
        retries = cli.max_retries,
    ));
    if knows(ProviderKind::Codex, cli.version, ENDLESS_WAITING) {
        settings.push(format!("{ENDLESS_WAITING}=false"));
    }
    settings
}

/// Without an address: its own by the kind of its login, as for the built-in provider, whose name it has to have for that.
fn service(cli: &CliSettings) -> String {
    let Some(url) = &cli.base_url else {
        return "name=\"OpenAI\",requires_openai_auth=true".to_owned();
    };
    let key = cli.key_variables.first().map_or("CODEX_API_KEY", String::as_str);
    format!(
        "name={name},base_url={url},env_key={key}",
        name = quoted(OWN_PROVIDER),
        url = quoted(url),
        key = quoted(key)
    )
}

/// A string of TOML; JSON escapes the same signs in the same way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn environment(cli: &CliSettings) -> BTreeMap<String, String> {
    let mut env = cli.env.clone();
    if let Some(home) = &cli.config_home {
        env.insert("CODEX_HOME".to_owned(), home.display().to_string());
    }
    env
}

/// What it says on stderr when it does not get as far as an event.
pub(super) fn startup_cause(_exit_code: i32, stderr: &str) -> Option<FailureCause> {
    [
        ("Not inside a trusted directory", FailureCause::BadFlag),
        ("unexpected argument", FailureCause::BadFlag),
        ("invalid value", FailureCause::BadFlag),
        ("Error loading config", FailureCause::BadConfiguration),
        ("no rollout found", FailureCause::SessionUnusable),
        ("Not logged in", FailureCause::NotLoggedIn),
    ]
    .into_iter()
    .find_map(|(words, cause)| stderr.contains(words).then_some(cause))
}
