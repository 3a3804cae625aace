//! Claude Code: `claude -p` with events as JSON lines.
//!
//! The prompt of the role is appended to its system prompt by a file, the brief comes on stdin. It never asks: what is not
//! allowed is denied, and a denial is a failure of the run. Settings, hooks and MCP servers of user and project are not
//! read.

pub(crate) mod events;

use std::collections::BTreeMap;

use pipeline_core::run::FailureCause;

use super::cli::{CliSettings, ShellRules};
use super::version::knows;
use super::{Assignment, Invocation, ProviderKind, rules};

const SYSTEM_PROMPT: &str = "system-prompt.md";

/// The tools that there are: none that waits for somebody, starts other agents or leaves the checkout.
const TOOLS: &str = "Read,Write,Edit,Bash,Grep,Glob";

pub(super) fn invocation(cli: &CliSettings, assignment: &Assignment<'_>) -> Invocation {
    let mut argv: Vec<String> = [&cli.program, "-p", "--output-format", "stream-json", "--verbose"]
        .map(str::to_owned)
        .to_vec();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value.filter(|_| knows(ProviderKind::Claude, cli.version, flag)) {
            argv.extend([flag.to_owned(), value]);
        }
    };
    add("--model", cli.model.clone());
    add("--effort", cli.effort.map(|effort| effort.as_str().to_owned()));
    add("--fallback-model", cli.fallback_model.clone());
    add("--permission-mode", Some("dontAsk".to_owned()));
    add("--permission-prompts", Some("none".to_owned()));
    add("--tools", Some(TOOLS.to_owned()));
    add("--max-turns", cli.max_turns.map(|turns| turns.to_string()));
    add("--max-budget-usd", cli.max_cost_usd.map(|cost| cost.to_string()));
    add("--setting-sources", Some(String::new()));
    let mut files = BTreeMap::new();
    if !assignment.prompt.trim().is_empty() {
        let file = assignment.run_dir.join(SYSTEM_PROMPT);
        add("--append-system-prompt-file", Some(file.display().to_string()));
        files.insert(file, assignment.prompt.to_owned());
    }
    match assignment.resume {
        Some(session) => add("--resume", Some(session.to_owned())),
        None => add("--session-id", Some(assignment.new_session.to_owned())),
    }
    argv.push("--strict-mcp-config".to_owned());
    argv.push("--allowedTools".to_owned());
    argv.extend(allowed(cli, assignment));
    Invocation {
        argv,
        env: environment(cli),
        inherits: cli.key_variables.clone(),
        stdin: assignment.brief.as_bytes().to_vec(),
        files,
    }
}

/// Writing is governed by `Edit(…)` alone, whichever tool writes; a leading slash is the checkout.
fn allowed(cli: &CliSettings, assignment: &Assignment<'_>) -> Vec<String> {
    let mut rules: Vec<String> = rules::writable(assignment)
        .iter()
        .map(|pattern| format!("Edit(/{pattern})"))
        .collect();
    match &cli.shell {
        ShellRules::Any => rules.push("Bash".to_owned()),
        ShellRules::Only(patterns) => rules.extend(patterns.iter().map(|pattern| format!("Bash({pattern})"))),
    }
    rules
}

fn environment(cli: &CliSettings) -> BTreeMap<String, String> {
    let mut env = cli.env.clone();
    for name in [
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS",
        "CLAUDE_CODE_DISABLE_CRON",
        "DISABLE_AUTOUPDATER",
    ] {
        env.insert(name.to_owned(), "1".to_owned());
    }
    env.insert("CLAUDE_CODE_MAX_RETRIES".to_owned(), cli.max_retries.to_string());
    if let Some(url) = &cli.base_url {
        env.insert("ANTHROPIC_BASE_URL".to_owned(), url.clone());
    }
    if let Some(home) = &cli.config_home {
        env.insert("CLAUDE_CONFIG_DIR".to_owned(), home.display().to_string());
    }
    env
}

/// What it says on stderr when it does not get as far as an event.
pub(super) fn startup_cause(_exit_code: i32, stderr: &str) -> Option<FailureCause> {
    [
        ("unknown option", FailureCause::BadFlag),
        ("cannot be used with root", FailureCause::BadFlag),
        ("Input must be provided", FailureCause::BadFlag),
        ("No conversation found", FailureCause::SessionUnusable),
        ("is already in use", FailureCause::SessionUnusable),
        ("Not logged in", FailureCause::NotLoggedIn),
        ("Invalid API key", FailureCause::NotLoggedIn),
    ]
    .into_iter()
    .find_map(|(words, cause)| stderr.contains(words).then_some(cause))
}
