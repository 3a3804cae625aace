//! The documents about settings are true.

use std::path::{Path, PathBuf};

use app::settings::environment::Environment;
use app::settings::load::load;
use app::settings::reference::settings_markdown;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the switch to write the document anew is for this test alone"
)]
fn the_page_of_settings_is_what_the_program_says() {
    let page = root().join("docs/SETTINGS.md");
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(&page, settings_markdown()).unwrap();
    }
    let written = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(
        written == settings_markdown(),
        "docs/SETTINGS.md is out of date: UPDATE_DOCS=1 cargo test -p app --test settings documents"
    );
}

#[test]
fn the_example_can_be_used_as_it_is() {
    let environment = Environment::new(Path::new("/"), [("", ""); 0]);
    let loaded = load(Some(&root().join("deploy/orch.example.yaml")), &environment).unwrap();
    assert_eq!(loaded.settings.projects[0].work_item_prefix, "SHOP");
    let other = |warning: &&String| !warning.contains("there is no directory");
    assert_eq!(loaded.warnings.iter().find(other), None);
}

#[test]
fn what_the_example_leaves_out_can_be_used_too() {
    let text = std::fs::read_to_string(root().join("deploy/orch.example.yaml")).unwrap();
    let said = |line: &str| {
        line.strip_prefix("    # ")
            .map_or_else(|| line.to_owned(), |rest| format!("    {rest}"))
    };
    let whole: Vec<String> = text.lines().map(said).collect();
    let folder = crate::folder::Folder::with(&whole.join("\n"));
    let project = folder.loaded().settings.projects.remove(0);
    assert_eq!(
        (project.approvers, project.staging),
        (vec!["anna".to_owned()], true)
    );
    assert_eq!(project.agent_env["MY_AGENT_TOKEN"], "…");
}
