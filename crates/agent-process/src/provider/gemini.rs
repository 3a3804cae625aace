//! Gemini CLI: `gemini -o stream-json`. The prompt of the role comes with the brief on stdin: a system prompt of ours would
//! replace its own. Its tools are either all there or those that write are not, so it works with all of them and the
//! harvested diff draws the line.
//!
//! Turns, repeated requests and the kind of login can be set only by its settings file. A file of the system is read from
//! folders of root alone, and the user's own is not ours to write: so they are set where it has a home of ours
//! (`config_home`). No effort, no money, no fallback model can be set.

pub(crate) mod events;

use std::collections::BTreeMap;

use pipeline_core::run::FailureCause;
use serde_json::json;

use super::cli::CliSettings;
use super::verdict::of_status;
use super::version::knows;
use super::{Assignment, Invocation, ProviderKind, prompt_and_brief};

/// In its home.
const SETTINGS: &str = ".gemini/settings.json";

pub(super) fn invocation(cli: &CliSettings, assignment: &Assignment<'_>) -> Invocation {
    let mut argv: Vec<String> = [
        &cli.program,
        "-o",
        "stream-json",
        "--approval-mode",
        "yolo",
        "--skip-trust",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value.filter(|_| knows(ProviderKind::Gemini, cli.version, flag)) {
            argv.extend([flag.to_owned(), value]);
        }
    };
    add("-m", cli.model.clone());
    match assignment.resume {
        Some(session) => add("-r", Some(session.to_owned())),
        None => add("--session-id", Some(assignment.new_session.to_owned())),
    }
    Invocation {
        argv,
        env: environment(cli),
        inherits: cli.key_variables.clone(),
        stdin: prompt_and_brief(assignment),
        files: cli
            .config_home
            .iter()
            .map(|home| (home.join(SETTINGS), settings(cli)))
            .collect(),
    }
}

/// Without a home of ours it would not know which login another address wants.
pub(super) fn check(cli: &CliSettings) -> Result<(), String> {
    if cli.base_url.is_some() && cli.config_home.is_none() {
        return Err(
            "a base URL of gemini needs a config home: only settings in it choose the kind of login"
                .to_owned(),
        );
    }
    Ok(())
}

fn environment(cli: &CliSettings) -> BTreeMap<String, String> {
    let mut env = cli.env.clone();
    let mut set = |name: &str, value: String| env.insert(name.to_owned(), value);
    set("GEMINI_CLI_TRUST_WORKSPACE", "true".to_owned());
    // Else a parent process takes the signals, and ignores them.
    set("GEMINI_CLI_NO_RELAUNCH", "true".to_owned());
    set("NO_BROWSER", "1".to_owned());
    if let Some(url) = &cli.base_url {
        set("GOOGLE_GEMINI_BASE_URL", url.clone());
    }
    if let Some(home) = &cli.config_home {
        set("GEMINI_CLI_HOME", home.display().to_string());
    }
    env
}

/// With another address, or with settings at all, it does not choose the kind of login by itself.
fn settings(cli: &CliSettings) -> String {
    let mut settings = json!({
        "general": {
            "maxAttempts": cli.max_retries.saturating_add(1),
            "disableAutoUpdate": true,
            "enableAutoUpdate": false,
        },
        "privacy": { "usageStatisticsEnabled": false },
    });
    let has_key = cli.base_url.is_some() || !cli.key_variables.is_empty();
    let login = if has_key {
        "gemini-api-key"
    } else {
        "oauth-personal"
    };
    settings["security"] = json!({ "auth": { "selectedType": login } });
    if let Some(turns) = cli.max_turns {
        settings["model"] = json!({ "maxSessionTurns": turns });
    }
    settings.to_string()
}

/// Its own exit codes, and the status of the provider modulo 256.
pub(super) fn startup_cause(exit_code: i32, stderr: &str) -> Option<FailureCause> {
    match exit_code {
        42 if stderr.contains("Error resuming session") => Some(FailureCause::SessionUnusable),
        41 => Some(FailureCause::NotLoggedIn),
        42 => Some(FailureCause::BadFlag),
        44 | 52 | 55 => Some(FailureCause::BadConfiguration),
        53 => Some(FailureCause::TurnCap),
        54 => Some(FailureCause::AgentError),
        130 => Some(FailureCause::Interrupted),
        144..=255 => of_status(u64::try_from(exit_code).ok()? + 256),
        1 if stderr.contains("Unknown argument") => Some(FailureCause::BadFlag),
        _ => None,
    }
}
