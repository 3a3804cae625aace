//! Environment over file over profile over default.

use std::time::Duration;

use app::settings::Profile;
use app::settings::environment::Environment;
use app::settings::load::load;
use pipeline_core::project::Locale;
use pipeline_core::role::Role;

use crate::folder::{Folder, PROJECT, origin};

fn check(key: &str, (file, variable): (&str, Option<(&str, &str)>), expected: &str) {
    let variables: Vec<(&str, &str)> = variable.into_iter().collect();
    let loaded = Folder::with_project(file).load(&variables).unwrap();
    assert_eq!(origin(&loaded, key), expected, "{file:?} {variable:?}");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    for (file, variable, expected) in [
        ("", None, "60 (default)"),
        ("lease_seconds: 30", None, "30 (file)"),
        ("", Some("15"), "15 (environment)"),
        ("lease_seconds: 30", Some("15"), "15 (environment)"),
        ("lease_seconds: 30", Some(""), "30 (file)"),
        ("lease_seconds: 30", Some("  "), "30 (file)"),
        ("lease_seconds:", None, "60 (default)"),
    ] {
        let variable = variable.map(|value| ("ORCH_LEASE_SECONDS", value));
        check("lease_seconds", (file, variable), expected);
    }
}

#[test]
fn every_kind_of_value_is_read_from_a_variable() {
    for (key, variable, expected) in [
        ("bind", ("ORCH_BIND", "[::1]:9000"), "[::1]:9000"),
        ("queue_poll_interval", ("ORCH_QUEUE_POLL_INTERVAL", "0.5"), "0.5"),
        ("staging", ("ORCH_STAGING", "on"), "true"),
        ("staging", ("ORCH_STAGING", "False"), "false"),
        ("locale", ("ORCH_LOCALE", "ru"), "ru"),
        (
            "allowed_hosts",
            ("ORCH_ALLOWED_HOSTS", "a.example, b.example:8443"),
            "[a.example, b.example:8443]",
        ),
        (
            "allowed_hosts",
            ("ORCH_ALLOWED_HOSTS", r#"["a.example"]"#),
            "[a.example]",
        ),
        (
            "agent_timeout_overrides",
            ("ORCH_AGENT_TIMEOUT_OVERRIDES_JSON", r#"{"tester": 600}"#),
            "{tester: 600}",
        ),
    ] {
        check(key, ("", Some(variable)), &format!("{expected} (environment)"));
    }
}

#[test]
fn the_fast_profile_shortens_waits_that_nobody_set() {
    check("queue_poll_interval", ("", None), "2.0 (default)");
    check("ci_poll_interval_s", ("profile: fast", None), "1 (profile fast)");
    check(
        "ci_poll_interval_s",
        ("profile: fast\nci_poll_interval_s: 7", None),
        "7 (file)",
    );
    check(
        "sweep_seconds",
        ("", Some(("ORCH_PROFILE", "fast"))),
        "10 (profile fast)",
    );
    for outcome in [
        "ci_timeout_s",
        "ci_appear_timeout_s",
        "ci_poll_max_attempts",
        "agent_timeout_seconds",
    ] {
        let [normal, fast] =
            ["", "profile: fast"].map(|text| origin(&Folder::with_project(text).loaded(), outcome));
        assert_eq!(normal, fast, "{outcome}");
    }
}

#[test]
fn defaults_are_those_of_the_design() {
    let folder = Folder::with_project("");
    let settings = folder.loaded().settings;
    assert_eq!(
        settings.places.database(),
        folder.path().join("data/orchestrator.db")
    );
    assert_eq!(settings.bind.to_string(), "127.0.0.1:8500");
    assert_eq!(settings.admin_bind.to_string(), "127.0.0.1:8510");
    assert_eq!(settings.max_concurrency, 1);
    assert_eq!(settings.queue_poll_interval, Duration::from_secs(2));
    assert_eq!(
        [settings.lease, settings.sweep].map(|time| time.as_secs()),
        [60, 120]
    );
    assert_eq!((settings.delivery_attempts, settings.breaker_threshold), (5, 5));
    assert_eq!(
        [settings.agent_timeout, settings.agent_kill_grace].map(|time| time.as_secs()),
        [3_600, 20]
    );
    assert_eq!(settings.agent_stall, Some(Duration::from_secs(900)));
    assert_eq!(settings.agent_output_cap, 64 << 20);
    assert!(!settings.staging && settings.agent_timeouts.is_empty());
    assert_eq!(settings.profile, Profile::Normal);
    let project = &settings.projects[0];
    assert_eq!(
        (project.name.as_str(), project.locale, project.staging),
        ("shop", Locale::En, false)
    );
    assert_eq!(
        (
            project.max_concurrency,
            project.max_developer_retries,
            project.max_bounces
        ),
        (0, 3, 6)
    );
    let ci = [project.ci_poll, project.ci_appear_timeout, project.ci_timeout];
    assert_eq!(ci.map(|time| time.as_secs()), [10, 300, 1_800]);
    assert_eq!(project.ci_poll_max_attempts, 12);
}

#[test]
fn a_project_speaks_the_language_of_the_installation_unless_it_says_otherwise() {
    let text = format!("locale: ru\nprojects:\n  - {{{PROJECT}}}\n  - {{{PROJECT}, locale: en}}\n");
    let loaded = Folder::with(&text.replacen("SHOP", "ONE", 1)).loaded();
    let spoken: Vec<Locale> = loaded
        .settings
        .projects
        .iter()
        .map(|project| project.locale)
        .collect();
    assert_eq!(spoken, [Locale::Ru, Locale::En]);
}

#[test]
fn projects_of_the_environment_replace_those_of_the_file() {
    let json = r#"[{"work_item_prefix":"WEB","repo":"web","path":"web","test_command":"t","agent_cmd":"a"}]"#;
    let folder = Folder::with_project("");
    let loaded = folder.load(&[("ORCH_PROJECTS_JSON", json)]).unwrap();
    assert_eq!(loaded.settings.projects.len(), 1);
    assert_eq!(loaded.settings.projects[0].path, folder.path().join("web"));
    assert_eq!(origin(&loaded, "projects[0].repo"), "web (environment)");
}

#[test]
fn relative_paths_of_a_file_begin_at_its_directory_and_others_at_the_current_one() {
    let (here, there) = (Folder::empty(), Folder::with_project("db_path: ./state/o.db"));
    let file = there.path().join("orch.yaml");
    for (variables, expected) in [
        (vec![], there.path().join("state/o.db")),
        (vec![("ORCH_DB_PATH", "x/o.db")], here.path().join("x/o.db")),
        (vec![("ORCH_DB_PATH", "/srv/o.db")], "/srv/o.db".into()),
    ] {
        let loaded = load(Some(&file), &Environment::new(here.path(), variables)).unwrap();
        assert_eq!(loaded.settings.places.database(), expected);
        assert_eq!(loaded.settings.projects[0].path, there.path());
        assert_eq!(loaded.file.as_deref(), Some(file.as_path()));
    }
}

#[test]
fn roles_have_their_own_time_limits() {
    let loaded = Folder::with_project("agent_timeout_overrides: {tester: 600, reviewer: 0x10}").loaded();
    let limits = loaded.settings.agent_timeouts;
    assert_eq!(limits[&Role::new(Role::TESTER)], Duration::from_secs(600));
    assert_eq!(limits[&Role::new(Role::REVIEWER)], Duration::from_secs(16));
}
