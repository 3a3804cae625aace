//! Who works as the agents.

use app::settings::agents::{AgentRules, Effort, ProviderKind};
use app::settings::load::Loaded;
use pipeline_core::role::Role;

use crate::folder::{Folder, origin};

/// A project without a command of its own.
const PROJECT: &str = "work_item_prefix: SHOP, repo: shop, path: ., test_command: make test";

fn with(lines: &str, pairs: &str) -> Folder {
    Folder::with(&format!("{lines}\nprojects: [{{{PROJECT}{pairs}}}]\n"))
}

/// Provider, model and effort of a role's first choice, and who takes over.
fn of(loaded: &Loaded, role: &str) -> (Vec<ProviderKind>, Option<String>, Option<Effort>) {
    let project = &loaded.settings.projects[0];
    let rules = AgentRules {
        installation: &loaded.settings.agents,
        project: &project.agents,
        has_command: project.agent_cmd.is_some(),
    };
    let role = Role::new(role);
    let providers = rules.providers(&role);
    let model = rules.model(&role, providers[0]).map(str::to_owned);
    (providers, model, rules.effort(&role))
}

#[test]
fn by_default_claude_code_works_with_the_known_models() {
    let loaded = with("", "").loaded();
    let model = Some("claude-opus-4-8".to_owned());
    assert_eq!(
        of(&loaded, "reviewer"),
        (vec![ProviderKind::Claude], model, Some(Effort::High))
    );
    assert_eq!(of(&loaded, "tester").2, Some(Effort::Medium));
    let command = with("", ", agent_cmd: my-agent").loaded();
    assert_eq!(of(&command, "reviewer").0, [ProviderKind::Command]);
}

#[test]
fn the_keys_of_the_earlier_service_keep_their_names() {
    let variables = [
        ("ORCH_AGENT_PROVIDER_DEFAULT", "codex"),
        ("ORCH_AGENT_FALLBACK_PROVIDERS", "claude, gemini"),
        ("ORCH_AGENT_MODEL_DEFAULT", "gpt-5.5"),
        (
            "ORCH_AGENT_MODEL_REVIEWER",
            "codex:gpt-6, claude:claude-fable-5-2",
        ),
        ("ORCH_AGENT_EFFORT_REVIEWER", "max"),
        ("ORCH_CODEX_BIN", "/opt/codex"),
    ];
    let loaded = with("", "").load(&variables).unwrap();
    let (providers, model, effort) = of(&loaded, "reviewer");
    assert_eq!(
        providers,
        [ProviderKind::Codex, ProviderKind::Claude, ProviderKind::Gemini]
    );
    assert_eq!((model.as_deref(), effort), (Some("gpt-6"), Some(Effort::Max)));
    assert_eq!(of(&loaded, "developer").1.as_deref(), Some("gpt-5.5"));
    let codex = &loaded.settings.agents.programs[&ProviderKind::Codex];
    assert_eq!(codex.program, "/opt/codex");
}

#[test]
fn a_project_and_its_roles_win() {
    let own = ", agent_providers: {reviewer: gemini, default: [opencode, claude]}, agent_models: {reviewer: pro}, agent_efforts: low";
    let loaded = with("agent_provider_default: codex", own).loaded();
    assert_eq!(
        of(&loaded, "reviewer"),
        (
            vec![ProviderKind::Gemini],
            Some("pro".to_owned()),
            Some(Effort::Low)
        )
    );
    assert_eq!(
        of(&loaded, "tester").0,
        [ProviderKind::Opencode, ProviderKind::Claude]
    );
}

#[test]
fn what_is_in_a_programs_environment_is_never_shown() {
    let loaded = with("claude_env: {HTTPS_PROXY: 'http://me:secret@proxy'}", "").loaded();
    assert_eq!(origin(&loaded, "claude_env"), "{HTTPS_PROXY: ***} (file)");
    assert!(!format!("{:?}", loaded.origins).contains("secret"));
}

#[test]
fn what_cannot_work_is_refused() {
    for (lines, pairs, expected) in [
        (
            "agent_provider_default: chatgpt",
            "",
            "agent_provider_default: found `chatgpt`, expected claude or codex",
        ),
        (
            "agent_effort_default: 3",
            "",
            "agent_effort_default: found `3`, expected low or medium",
        ),
        (
            "claude_bin: bin/claude",
            "",
            "claude_bin: found `bin/claude`, expected an absolute path, or a name in PATH",
        ),
        (
            "codex_base_url: 'https://key@host'",
            "",
            "codex_base_url: found `https://key@host`, expected an address",
        ),
        (
            "",
            ", agent_providers: {reviewr: claude}",
            "agent_providers.reviewr: found `reviewr`, expected one of",
        ),
        (
            "",
            ", agent_providers: {reviewer: command}",
            "agent_cmd: found nothing, expected a command for sh -c; add it, for `command` is to work as reviewer",
        ),
        (
            "agent_model_default: 'a b'",
            "",
            "agent_model_default: found `a b`, expected the id of a model",
        ),
    ] {
        let problems = with(lines, pairs).problems(&[]);
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "{expected}: {problems:#?}"
        );
    }
}

#[test]
fn an_effort_that_nobody_knows_is_warned_of_and_left_to_the_program() {
    let loaded = with(
        "agent_effort_default: hihg\nagent_effort_tester: ultra",
        ", agent_efforts: {reviewer: low, developer: huge}",
    )
    .load(&[("ORCH_AGENT_EFFORT_ANALYST", "Max")])
    .unwrap();
    let efforts = ["architect", "tester", "developer", "analyst", "reviewer"].map(|role| of(&loaded, role).2);
    assert_eq!(efforts, [None, None, None, None, Some(Effort::Low)]);
    let known = "is no effort that is known (low, medium, high, xhigh, max); ";
    let get_none = "agents get none, and their programs choose";
    for expected in [
        format!("agent_effort_default: `hihg` {known}did you mean `high`? {get_none}"),
        format!("agent_effort_tester: `ultra` {known}{get_none}"),
        format!(
            "environment variable ORCH_AGENT_EFFORT_ANALYST: agent_effort_analyst: `Max` {known}did you mean `max`? {get_none}"
        ),
        format!("projects[0].agent_efforts: developer: `huge` {known}{get_none}"),
    ] {
        assert!(
            loaded.warnings.iter().any(|warning| warning.ends_with(&expected)),
            "{expected}: {:#?}",
            loaded.warnings
        );
    }
    let [of_effort, others] = [true, false].map(|of_effort| {
        let found = loaded.warnings.iter();
        found
            .filter(|warning| warning.contains("effort") == of_effort)
            .count()
    });
    assert_eq!((of_effort, others), (4, 0));
}
