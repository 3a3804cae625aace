//! Values and keys that are not accepted.

use crate::folder::Folder;

/// The one problem of a file whose project is good.
fn check(line: &str, expected: &str) {
    let problems = Folder::with_project(line).problems(&[]);
    assert_eq!(problems, [format!("orch.yaml: {expected}")], "{line}");
}

#[test]
fn unknown_keys_are_reported_with_the_key_that_was_meant() {
    let unknown = "found an unknown key, expected a key of docs/SETTINGS.md;";
    for (line, key, advice) in [
        ("bnid: 127.0.0.1:1", "bnid", "did you mean `bind`?"),
        ("db-path: x", "db-path", "did you mean `db_path`?"),
        (
            "ci_poll_interval: 2",
            "ci_poll_interval",
            "did you mean `ci_poll_interval_s`?",
        ),
        ("weather: fine", "weather", "take it out"),
        (
            "plane_api_url: x",
            "plane_api_url",
            "it is not in this version: take it out",
        ),
        (
            "test_command: x",
            "test_command",
            "it belongs to a project: put it into an element of `projects`",
        ),
        ("1: x", "`1`", "take it out"),
    ] {
        check(line, &format!("{key}: {unknown} {advice}"));
    }
}

#[test]
fn values_of_the_wrong_kind_are_reported_with_what_was_expected() {
    let alone = "write the number alone, without quotes and unit";
    let week = "a number of seconds from 1 to 604800";
    for (line, expected) in [
        ("lease_seconds: 60s", format!("lease_seconds: found `60s`, expected a number of seconds from 1 to 3600; {alone}")),
        ("lease_seconds: 0", format!("lease_seconds: found `0`, expected a number of seconds from 1 to 3600; {alone}")),
        ("ci_timeout_s: .inf", format!("ci_timeout_s: found `.inf`, expected {week}; {alone}")),
        ("ci_timeout_s: .nan", format!("ci_timeout_s: found `.nan`, expected {week}; {alone}")),
        ("max_concurrency: 1.5", format!("max_concurrency: found `1.5`, expected a whole number from 1 to 256; {alone}")),
        ("max_concurrency: -1", format!("max_concurrency: found `-1`, expected a whole number from 1 to 256; {alone}")),
        ("max_concurrency: \"2\"", format!("max_concurrency: found `2`, expected a whole number from 1 to 256; {alone}")),
        ("delivery_attempts: [1]", format!("delivery_attempts: found a list, expected a whole number from 1 to 100; {alone}")),
        ("staging: yes", "staging: found `yes`, expected true or false; write true or false, without quotes".into()),
        ("locale: de", "locale: found `de`, expected en or ru; write one of these words".into()),
        (
            "bind: localhost:8500",
            "bind: found `localhost:8500`, expected an IP address and a port, such as 127.0.0.1:8500; \
             write the address in numbers, and a port up to 65535"
                .into(),
        ),
        ("db_path: ~/o.db", "db_path: found `~/o.db`, expected a path; `~` is not replaced here: write the directory out".into()),
        ("db_path: 7", "db_path: found `7`, expected a path; put it in quotes, so that YAML takes it for text".into()),
        (
            "allowed_hosts: [a.example, 'http://b']",
            "allowed_hosts[1]: found `http://b`, expected a host name, with or without a port, such as \
             board.example.org:8443; write the name alone, without scheme and path"
                .into(),
        ),
        (
            "agent_timeout_overrides: {tester: soon}",
            format!("agent_timeout_overrides.tester: found `soon`, expected {week}; {alone}"),
        ),
        (
            "agent_timeout_overrides: {testr: 600}",
            "agent_timeout_overrides.testr: found `testr`, expected one of analyst, architect, developer, reviewer, \
             tester, deployer; did you mean `tester`?"
                .into(),
        ),
        (
            "bind: 127.0.0.1:8510",
            "admin_bind: found `127.0.0.1:8510`, which `bind` has, expected an address of its own; \
             choose another port for one of them"
                .into(),
        ),
    ] {
        check(line, &expected);
    }
}

#[test]
fn several_problems_are_reported_at_once() {
    let folder = Folder::with("bind: here\nlease_seconds: long\nwhether: x\nprojects: []\n");
    let problems = folder.problems(&[("ORCH_STAGING", "maybe")]);
    let begins: Vec<&str> = problems
        .iter()
        .map(|line| line.split_once(": found").unwrap().0)
        .collect();
    assert_eq!(
        begins,
        [
            "orch.yaml: whether",
            "orch.yaml: bind",
            "orch.yaml: lease_seconds",
            "environment variable ORCH_STAGING: staging",
            "orch.yaml: projects",
        ]
    );
    let shown = folder.load(&[]).unwrap_err().to_string();
    assert!(shown.starts_with("the settings cannot be used:\n  - "), "{shown}");
    assert_eq!(shown.lines().count(), 5, "{shown}");
}

#[test]
fn unknown_variables_are_warnings_with_the_name_that_was_meant() {
    let variables = [
        ("ORCH_BNID", "x"),
        ("ORCH_PROJECTS", "[]"),
        ("ORCH_PLANE_API_TOKEN", "plane-secret"),
        ("ORCH_WEATHER", "fine"),
        ("ORCH_HOME", "data"),
        ("ORCH_LOG", "info"),
        ("ORCHARD", "apples"),
        ("PATH", "/bin"),
    ];
    let loaded = Folder::with_project("").load(&variables).unwrap();
    let expected = [
        ("ORCH_BNID", "did you mean ORCH_BIND?"),
        ("ORCH_PLANE_API_TOKEN", "it is not in this version"),
        ("ORCH_PROJECTS", "did you mean ORCH_PROJECTS_JSON?"),
        ("ORCH_WEATHER", "docs/SETTINGS.md has the names"),
    ]
    .map(|(name, advice)| {
        format!("the environment variable {name} is no setting and has no effect; {advice}")
    });
    assert_eq!(loaded.warnings, expected);
}

#[test]
fn an_admin_listener_that_others_can_reach_is_a_warning() {
    let loaded = Folder::with_project("admin_bind: 0.0.0.0:8510").loaded();
    assert_eq!(loaded.warnings.len(), 1);
    assert!(
        loaded.warnings[0].starts_with("admin_bind: 0.0.0.0:8510 can be reached"),
        "{:?}",
        loaded.warnings
    );
}
