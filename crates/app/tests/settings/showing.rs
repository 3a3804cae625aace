//! What `orchd config check` prints.

use app::settings::describe::describe;

use crate::folder::{Folder, PROJECT, origin};

#[test]
fn every_value_in_force_is_shown_with_its_source_and_the_warnings_after_it() {
    let folder = Folder::with_project("max_concurrency: 3");
    let loaded = folder
        .load(&[("ORCH_BIND", "127.0.0.1:9"), ("ORCH_BNID", "x")])
        .unwrap();
    let text = describe(&loaded);
    let words: Vec<String> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let file = folder.path().join("orch.yaml");
    for line in [
        format!("settings file: {}", file.display()),
        "bind 127.0.0.1:9 environment".into(),
        "max_concurrency 3 file".into(),
        "lease_seconds 60 default".into(),
        "allowed_hosts [] default".into(),
        "projects[0].test_command make test file".into(),
        "projects[0].name shop default".into(),
        "projects[0].default_branch the branch that the repository's HEAD names default".into(),
        "projects[0].locale en default".into(),
        format!("projects[0].path {} file", folder.path().display()),
        "warnings:".into(),
        "- the environment variable ORCH_BNID is no setting and has no effect; did you mean ORCH_BIND?"
            .into(),
    ] {
        assert!(words.contains(&line), "{line} is not in\n{text}");
    }
}

#[test]
fn values_of_the_agents_environment_are_never_shown() {
    let folder = Folder::with(&format!(
        "projects: [{{{PROJECT}, agent_env: {{API_TOKEN: hush, COLOUR: hush}}}}]"
    ));
    let loaded = folder.loaded();
    assert_eq!(loaded.settings.projects[0].agent_env["API_TOKEN"], "hush");
    assert_eq!(
        origin(&loaded, "projects[0].agent_env"),
        "{API_TOKEN: ***, COLOUR: ***} (file)"
    );
    assert!(!describe(&loaded).contains("hush"));
}

#[test]
fn a_command_of_several_lines_is_shown_on_one() {
    let folder = Folder::with(&format!(
        "projects: [{{{}}}]",
        PROJECT.replace("make test", "\"cd a\\nmake\"")
    ));
    assert_eq!(
        origin(&folder.loaded(), "projects[0].test_command"),
        "cd a\\nmake (file)"
    );
}
