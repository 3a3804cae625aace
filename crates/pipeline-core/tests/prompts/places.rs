//! Places in prompts are filled in; what is unknown stays.

use pipeline_core::project::{Ci, Locale};
use pipeline_core::prompt::fill;

use crate::setting::{PROMPTS, job, project};

fn check(prompt: &str, expected: &str) {
    assert_eq!(
        fill(prompt, &project(Locale::En), &job("developer")),
        expected,
        "{prompt}"
    );
}

#[test]
fn every_place_is_filled_in() {
    check(
        "{{work_item}} in {{directory}}",
        "SH-007 in docs/work-items/SH-007/",
    );
    check(
        "{{branch}} from {{default_branch}}",
        "feature/SH-007-add-a-json-flag from main",
    );
    check("{{ language }}", "English");
    check(
        "{{commands}}",
        "deploy `./deploy.sh`, lint `cargo clippy`, test `cargo test`",
    );
    check("{{test_command}}", "`cargo test`");
}

#[test]
fn what_is_not_known_stays_as_it_is() {
    for text in [
        "{{role}}",
        "{{",
        "}} {{",
        "{{{{",
        "{work_item}",
        "${{ github.ref }}",
        "{{work_item",
        "{{\n}}",
        "",
    ] {
        check(text, text);
    }
    check("{{ {{work_item}}", "{{ SH-007");
    check("{{{work_item}}}", "{SH-007}");
}

#[test]
fn a_value_is_not_filled_in_again() {
    let mut project = project(Locale::Ru);
    project.commands = [("test".to_owned(), "echo {{branch}}".to_owned())].into();
    let text = fill("{{test_command}} {{language}}", &project, &job("tester"));
    assert_eq!(text, "`echo {{branch}}` Russian");
}

#[test]
fn a_project_without_commands_is_told_so_and_one_with_ci_alone_is_tested_by_it() {
    let mut project = project(Locale::En);
    project.commands.clear();
    let text = fill("{{commands}} / {{test_command}}", &project, &job("tester"));
    let none = "none is set: look in the project's documents";
    assert_eq!(text, format!("{none} / {none}"));
    project.ci = Ci::Command("make check".to_owned());
    let text = fill("{{commands}} / {{test_command}}", &project, &job("tester"));
    assert_eq!(text, "test `make check` / `make check`");
}

#[test]
fn no_prompt_of_ours_has_a_place_that_is_unknown() {
    for (role, text) in PROMPTS {
        let filled = fill(text, &project(Locale::En), &job(role));
        assert!(!filled.contains("{{") && !filled.contains("}}"), "{role}");
        assert!(filled.contains("SH-007"), "{role}");
    }
}
