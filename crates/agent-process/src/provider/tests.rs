//! How each provider's program is started: its command line, its variables, what it reads, its files.

use std::path::PathBuf;

use super::cli::{Effort, ShellRules};
use super::version::CliVersion;
use super::*;

fn settings() -> CliSettings {
    CliSettings {
        model: Some("openai/some-model".to_owned()),
        effort: Some(Effort::High),
        fallback_model: Some("other-model".to_owned()),
        max_turns: Some(40),
        max_cost_usd: Some(2.5),
        key_variables: vec!["SOME_KEY".to_owned()],
        base_url: Some("http://127.0.0.1:1/v1".to_owned()),
        config_home: Some(PathBuf::from("/homes/some")),
        ..CliSettings::new("cli")
    }
}

fn invocation(provider: &Provider, scope: Option<&WriteScope>, resume: Option<&str>) -> Invocation {
    provider.invocation(&Assignment {
        run: &"7-3-2".parse().unwrap(),
        role: &Role::new("reviewer"),
        stage: &StageName::new("review"),
        work_item: &WorkItemId::new("ET-012"),
        prompt: "You are the reviewer.\n",
        brief: "Review it.\n",
        scope,
        resume,
        new_session: "00000000-0000-5000-8000-000000000000",
        run_dir: Path::new("/runs/7-3-2"),
    })
}

fn reviewer() -> WriteScope {
    WriteScope::Documents(vec!["12-review.md".to_owned()])
}

fn check(found: &Invocation, argv: &str, env: &[(&str, &str)], stdin: &str) {
    let found_argv: Vec<String> = found
        .argv
        .iter()
        .map(|argument| format!("‹{argument}›"))
        .collect();
    assert_eq!(found_argv.join(" ").replace("‹-", "-"), argv.replace("‹-", "-"));
    for (name, value) in env {
        assert_eq!(found.env.get(*name).map(String::as_str), Some(*value), "{name}");
    }
    assert_eq!(String::from_utf8(found.stdin.clone()).unwrap(), stdin);
    assert_eq!(found.inherits, ["SOME_KEY"]);
}

#[test]
fn claude_code() {
    let provider = Provider::Claude(settings());
    let found = invocation(&provider, Some(&reviewer()), None);
    check(
        &found,
        "‹cli› ‹-p› ‹--output-format› ‹stream-json› ‹--verbose› ‹--model› ‹openai/some-model› ‹--effort› ‹high› \
         ‹--fallback-model› ‹other-model› ‹--permission-mode› ‹dontAsk› ‹--permission-prompts› ‹none› ‹--tools› \
         ‹Read,Write,Edit,Bash,Grep,Glob› ‹--max-turns› ‹40› ‹--max-budget-usd› ‹2.5› ‹--setting-sources› ‹› \
         ‹--append-system-prompt-file› ‹/runs/7-3-2/system-prompt.md› ‹--session-id› \
         ‹00000000-0000-5000-8000-000000000000› ‹--strict-mcp-config› ‹--allowedTools› \
         ‹Edit(/docs/work-items/ET-012/12-review.md)› ‹Bash›",
        &[
            ("ANTHROPIC_BASE_URL", "http://127.0.0.1:1/v1"),
            ("CLAUDE_CODE_MAX_RETRIES", "3"),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
            ("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1"),
            ("DISABLE_AUTOUPDATER", "1"),
            ("CLAUDE_CONFIG_DIR", "/homes/some"),
        ],
        "Review it.\n",
    );
    assert_eq!(
        found.files[Path::new("/runs/7-3-2/system-prompt.md")],
        "You are the reviewer.\n"
    );
    let resumed = invocation(&provider, None, Some("s-1")).argv.join(" ");
    assert!(
        resumed.contains("--resume s-1") && !resumed.contains("--session-id"),
        "{resumed}"
    );
}

#[test]
fn codex_cli() {
    let provider = Provider::Codex(settings());
    let own = r#"‹-c› ‹model_reasoning_effort="high"› ‹-c› ‹model_provider="orchd"› ‹-c› ‹model_providers.orchd={name="orchd",base_url="http://127.0.0.1:1/v1",env_key="SOME_KEY",wire_api="responses",request_max_retries=3,stream_max_retries=3}› ‹-c› ‹features.unbounded_connection_retries=false› ‹-›"#;
    let common = "‹--json› ‹--skip-git-repo-check› ‹--ignore-user-config› ‹-m› ‹openai/some-model› ‹-c› ‹check_for_update_on_startup=false›";
    let stdin = "You are the reviewer.\n\nReview it.\n";
    let env = [("CODEX_HOME", "/homes/some")];
    let argv = format!("‹cli› ‹exec› ‹-s› ‹workspace-write› {common} {own}");
    check(
        &invocation(&provider, Some(&reviewer()), None),
        &argv,
        &env,
        stdin,
    );
    let argv = format!("‹cli› ‹exec› ‹resume› ‹s-1› {common} ‹-c› ‹sandbox_mode=\"workspace-write\"› {own}");
    check(&invocation(&provider, None, Some("s-1")), &argv, &env, stdin);
}

#[test]
fn codex_repeats_no_more_than_it_may_at_its_own_address_too() {
    let provider = Provider::Codex(CliSettings {
        max_retries: 2,
        key_variables: vec!["SOME_KEY".to_owned()],
        ..CliSettings::new("cli")
    });
    let own = r#"‹-c› ‹model_provider="orchd"› ‹-c› ‹model_providers.orchd={name="OpenAI",requires_openai_auth=true,wire_api="responses",request_max_retries=2,stream_max_retries=2}› ‹-c› ‹features.unbounded_connection_retries=false› ‹-›"#;
    let common =
        "‹--json› ‹--skip-git-repo-check› ‹--ignore-user-config› ‹-c› ‹check_for_update_on_startup=false›";
    let argv = format!("‹cli› ‹exec› ‹-s› ‹workspace-write› {common} {own}");
    let stdin = "You are the reviewer.\n\nReview it.\n";
    check(&invocation(&provider, None, None), &argv, &[], stdin);
}

#[test]
fn opencode_cli() {
    let provider = Provider::Opencode(settings());
    let found = invocation(&provider, Some(&reviewer()), None);
    check(
        &found,
        "‹cli› ‹run› ‹--format› ‹json› ‹-m› ‹openai/some-model› ‹--variant› ‹high› ‹--title› ‹run 7-3-2›",
        &[
            ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
            ("XDG_DATA_HOME", "/homes/some/data"),
        ],
        "You are the reviewer.\n\nReview it.\n",
    );
    let config: serde_json::Value = serde_json::from_str(&found.env["OPENCODE_CONFIG_CONTENT"]).unwrap();
    assert_eq!(
        config["permission"]["edit"].to_string(),
        r#"{"*":"deny","docs/work-items/ET-012/12-review.md":"allow"}"#
    );
    assert_eq!(config["permission"]["bash"], "allow");
    assert_eq!(config["agent"]["build"]["steps"], 40);
    assert_eq!(
        config["provider"]["openai"]["options"]["apiKey"],
        "{env:SOME_KEY}"
    );
    let resumed = invocation(&provider, None, Some("s-1"));
    assert!(resumed.argv.ends_with(&["-s".to_owned(), "s-1".to_owned()]));
    assert!(
        !resumed.env["OPENCODE_CONFIG_CONTENT"].contains("\"ask\""),
        "nobody answers"
    );
}

#[test]
fn gemini_cli() {
    let provider = Provider::Gemini(settings());
    let found = invocation(&provider, Some(&reviewer()), None);
    check(
        &found,
        "‹cli› ‹-o› ‹stream-json› ‹--approval-mode› ‹yolo› ‹--skip-trust› ‹-m› ‹openai/some-model› ‹--session-id› \
         ‹00000000-0000-5000-8000-000000000000›",
        &[
            ("GEMINI_CLI_NO_RELAUNCH", "true"),
            ("GEMINI_CLI_TRUST_WORKSPACE", "true"),
            ("GEMINI_CLI_HOME", "/homes/some"),
            ("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1/v1"),
        ],
        "You are the reviewer.\n\nReview it.\n",
    );
    let file: serde_json::Value =
        serde_json::from_str(&found.files[Path::new("/homes/some/.gemini/settings.json")]).unwrap();
    assert_eq!(file["general"]["maxAttempts"], 4);
    assert_eq!(file["model"]["maxSessionTurns"], 40);
    assert_eq!(file["security"]["auth"]["selectedType"], "gemini-api-key");
    let bare = CliSettings {
        config_home: None,
        ..settings()
    };
    assert!(gemini::check(&bare).unwrap_err().contains("needs a config home"));
    assert!(invocation(&Provider::Gemini(bare), None, None).files.is_empty());
}

#[test]
fn a_role_may_write_what_its_scope_says_and_run_what_the_settings_say() {
    let own = |patterns: &[&str]| {
        patterns
            .iter()
            .map(|pattern| (*pattern).to_owned())
            .collect::<Vec<_>>()
    };
    for (scope, expected) in [
        (
            WriteScope::Documents(own(&["0[1-4]*", "questions.md"])),
            "Edit(/docs/work-items/ET-012/0[1-4]*) Edit(/docs/work-items/ET-012/questions.md)",
        ),
        (
            WriteScope::Documents(own(&["06-adr/"])),
            "Edit(/docs/work-items/ET-012/06-adr/**)",
        ),
        (WriteScope::DocsTree(own(&["07-*"])), "Edit(/docs/**)"),
        (WriteScope::Code(own(&["07-*"])), "Edit(/**)"),
    ] {
        let mut cli = settings();
        cli.shell = ShellRules::Only(own(&["git log *", "git diff *"]));
        let argv = invocation(&Provider::Claude(cli), Some(&scope), None)
            .argv
            .join(" ");
        let expected = format!("{expected} Bash(git log *) Bash(git diff *)");
        assert!(argv.ends_with(&expected), "{argv}");
    }
}

#[test]
fn a_version_that_may_not_know_a_flag_runs_without_it() {
    let mut cli = settings();
    cli.version = Some(CliVersion(2, 1, 197));
    let argv = invocation(&Provider::Claude(cli), None, None).argv.join(" ");
    assert!(
        !argv.contains("--permission-prompts") && argv.contains("--permission-mode dontAsk"),
        "{argv}"
    );
}

#[test]
fn no_secret_is_shown_of_settings() {
    let mut cli = settings();
    cli.env.insert("SOME_KEY".to_owned(), "s3cret".to_owned());
    assert!(!format!("{:?}", Provider::Codex(cli)).contains("s3cret"));
}
