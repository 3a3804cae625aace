//! The list of projects: what spoils one, and what spoils all.

use std::collections::BTreeMap;

use pipeline_core::effect::MergeStyle;
use pipeline_core::project::{Locale, MergeTime};

use crate::folder::{Folder, PROJECT};

/// The one problem of a project that has this key besides those that are required.
fn check(pair: &str, expected: &str) {
    let key = pair.split(':').next().unwrap();
    let kept: Vec<&str> = PROJECT
        .split(", ")
        .filter(|required| !required.starts_with(&format!("{key}:")))
        .collect();
    let problems = Folder::with(&format!("projects: [{{{}, {pair}}}]", kept.join(", "))).problems(&[]);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(
        problems[0],
        format!("orch.yaml: projects[0].{expected}"),
        "{pair}"
    );
    let last = "orch.yaml: projects: found none that can be used, expected at least one project; mend what is said of them here";
    assert_eq!(problems[1], last);
}

#[test]
fn keys_of_a_project_are_checked() {
    let quotes = "put it in quotes, so that YAML takes it for text";
    let unknown = "found an unknown key, expected a key of docs/SETTINGS.md;";
    let prefix = "1 to 16 upper-case letters and digits, beginning with a letter";
    for (pair, expected) in [
        ("repo: 7", format!("repo: found `7`, expected a text on one line; {quotes}")),
        ("work_item_prefix: shop", format!("work_item_prefix: found `shop`, expected {prefix}; write it like SHOP or ET2")),
        ("tracker: plane", "tracker: found `plane`, expected local; that choice is not in this version".into()),
        ("forge: github", "forge: found `github`, expected local; write one of these words".into()),
        (
            "merge: human",
            "merge: found `human`, expected on_deploy_entry or after_deploy; that choice is not in this version".into(),
        ),
        (
            "has_ci: no CI",
            "has_ci: found `no CI`, expected true or false; write true or false, without quotes".into(),
        ),
        (
            "default_branch: origin/main",
            "default_branch: found `origin/main`, expected a branch name, such as main; \
             write the branch alone, without refs/heads/ or origin/"
                .into(),
        ),
        ("approvers: anna", "approvers: found `anna`, expected a list, each element a text on one line; write it as a list, such as [one, two]".into()),
        ("aprovers: [anna]", format!("aprovers: {unknown} did you mean `approvers`?")),
        ("tier: high", format!("tier: {unknown} it is not in this version: take it out")),
        ("bind: x", format!("bind: {unknown} it belongs to the whole installation: put it beside `projects`")),
        ("agent_env: {PORT: 8080}", format!("agent_env.PORT: found a number, expected a text; {quotes}")),
        (
            "agent_env: {ORCHD_RUN: x}",
            "agent_env.ORCHD_RUN: found `ORCHD_RUN`, expected a variable name, not one that begins with ORCHD_; choose another name".into(),
        ),
        ("test_command: null", "test_command: found nothing, expected a command for sh -c; add it: What tests the project, in a clean checkout of each new commit. Exit code 0 means green.".into()),
    ] {
        check(pair, &expected);
    }
}

#[test]
fn a_broken_project_is_left_out_and_the_others_are_loaded() {
    let text = format!("projects:\n  - {{work_item_prefix: BAD, repo: bad}}\n  - {{{PROJECT}}}\n  - words\n");
    let loaded = Folder::with(&text).loaded();
    assert_eq!(loaded.settings.projects.len(), 1);
    assert_eq!(loaded.settings.projects[0].work_item_prefix, "SHOP");
    let broken = ["projects[0].path", "projects[0].test_command", "projects[2]"];
    assert_eq!(loaded.warnings.len(), broken.len(), "{:?}", loaded.warnings);
    for (warning, key) in loaded.warnings.iter().zip(broken) {
        assert!(warning.starts_with("a project is left out: "), "{warning}");
        assert!(
            warning.contains(&format!("orch.yaml: {key}: found ")),
            "{warning}"
        );
    }
    let keys = loaded.origins.iter().map(|origin| origin.key.as_str());
    assert!(keys.clone().any(|key| key == "projects[1].repo"));
    assert!(!keys.clone().any(|key| key.starts_with("projects[0]")));
}

#[test]
fn two_projects_with_one_prefix_are_an_error() {
    let problems = Folder::with(&format!("projects:\n  - {{{PROJECT}}}\n  - {{{PROJECT}}}\n")).problems(&[]);
    let expected = "orch.yaml: projects[1].work_item_prefix: found `SHOP`, which projects[0] has, \
                    expected a prefix that no other project has; choose another one";
    assert_eq!(problems, [expected]);
}

#[test]
fn projects_that_are_no_list_are_an_error() {
    let list = "expected a list, each element a map of the keys of a project;";
    let cases = [
        (
            format!("projects: {{{PROJECT}}}"),
            format!("found a map, {list} begin each project with `- `"),
        ),
        (
            "projects: 5".into(),
            format!("found a number, {list} write it as a list"),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(
            Folder::with(&text).problems(&[]),
            [format!("orch.yaml: projects: {expected}")]
        );
    }
}

#[test]
fn broken_json_of_a_variable_is_reported_without_what_stands_in_it() {
    let json = r#"[{"agent_env": {"TOKEN": "hush"}, ]"#;
    let problems = Folder::empty().problems(&[("ORCH_PROJECTS_JSON", json)]);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("environment variable ORCH_PROJECTS_JSON: projects: found a text"),
        "{problems:?}"
    );
    assert!(problems[0].contains("line 1 column 35"), "{problems:?}");
    assert!(!problems[0].contains("hush"), "{problems:?}");
}

#[test]
fn a_project_with_everything_said_has_it_all() {
    let text = format!(
        "projects: [{{{PROJECT}, name: Anna's shop, default_branch: release/2, tracker: local, forge: local, \
         has_ci: false, agent_env: {{A: b}}, locale: ru, staging: true, merge: after_deploy, merge_style: squash, \
         approvers: [anna, ben], protected_paths: [deploy/], max_concurrency: 2, max_developer_retries: 0, max_bounces: 9}}]"
    );
    let project = Folder::with(&text).loaded().settings.projects.remove(0);
    assert_eq!(
        (project.name.as_str(), project.repo.as_str()),
        ("Anna's shop", "shop")
    );
    assert_eq!(project.default_branch.unwrap().as_str(), "release/2");
    assert_eq!(
        project.agent_env,
        BTreeMap::from([("A".to_owned(), "b".to_owned())])
    );
    assert_eq!(
        (project.locale, project.staging, project.has_ci),
        (Locale::Ru, true, false)
    );
    assert_eq!(
        (project.merge, project.merge_style),
        (MergeTime::AfterDeploy, MergeStyle::Squash)
    );
    assert_eq!(project.approvers, ["anna", "ben"]);
    assert_eq!(project.protected_paths, ["deploy/"]);
    assert_eq!(
        (
            project.max_concurrency,
            project.max_developer_retries,
            project.max_bounces
        ),
        (2, 0, 9)
    );
}

#[test]
fn a_repository_that_is_not_there_is_a_warning() {
    let loaded = Folder::with(&format!(
        "projects: [{{{}}}]",
        PROJECT.replace("path: .", "path: gone")
    ))
    .loaded();
    assert_eq!(loaded.settings.projects.len(), 1);
    assert!(
        loaded.warnings[0].starts_with("projects[0].path: there is no directory "),
        "{:?}",
        loaded.warnings
    );
}
