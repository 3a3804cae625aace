//! `orchctl providers check`: the daemon looks, or this program where none lives.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pipeline_core::id::TaskId;
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::orders::OrderStore;
use serde_json::Value;

use crate::home::{Said, run_in};

/// A folder with settings: Claude Code is this program, and logs in by a variable that is there.
fn installation(program: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display();
    let text = format!(
        "claude_bin: {program}\nclaude_home: {place}/claude\nclaude_login_variables: [A_KEY]\nclaude_env: {{A_KEY: s3cret}}\nprojects: \
         [{{work_item_prefix: SHOP, repo: shop, path: {place}, test_command: make test}}]\n"
    );
    fs::write(folder.path().join("orch.yaml"), text).unwrap();
    folder
}

fn program(folder: &Path) -> String {
    let program = folder.join("claude");
    fs::write(&program, "#!/bin/sh\necho '2.1.329 (Claude Code)'\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    program.display().to_string()
}

fn check(folder: &Path, more: &[&str]) -> Said {
    let settings = folder.join("orch.yaml").display().to_string();
    run_in(
        &folder.join("data"),
        &[&["providers", "check", "--config", &settings], more].concat(),
    )
}

#[tokio::test]
async fn the_daemon_looks_and_what_it_found_is_shown() {
    let home = crate::providers::home().await;
    let answer = OrderAnswer::Accepted("claude is in order".to_owned());
    let said = home
        .run_answered(&["providers", "check", "claude"], &answer)
        .await;
    assert_eq!(
        said.out,
        "claude: not in order
  program   /opt/claude, version 2.1.329
  login     stored, claude.ai, until 2100-01-01T00:00:00Z
  folder    /var/lib/orchd/claude can be written
  state     out_of_order: not logged in: run `claude auth login`; when it is mended, 'orchctl providers reset claude' lets one run try
"
    );
    assert_eq!(said.code, 1, "{said:?}");
    let row = home.store.orders(TaskId::NONE).await.unwrap().remove(0);
    assert!(
        matches!(&row.order.what, OperatorOrderKind::CheckProviders { account: Some(account) } if account.as_str() == "claude"),
        "{:?}",
        row.order.what
    );
}

#[tokio::test]
async fn what_the_daemon_refuses_is_said() {
    let home = crate::providers::home().await;
    let refused = OrderAnswer::Refused("no project has an account 'nobody'; they have claude".to_owned());
    let said = home
        .run_answered(&["providers", "check", "nobody"], &refused)
        .await;
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.err
            .contains("refused: no project has an account 'nobody'; they have claude"),
        "{said:?}"
    );
}

#[test]
fn without_a_daemon_it_looks_itself_also_before_the_first_start() {
    let folder = tempfile::tempdir().unwrap();
    let place = installation(&program(folder.path()));
    let said = check(place.path(), &[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out
            .starts_with(&format!("claude: in order\n  program   {}/claude, version 2.1.329\n  login     a key in A_KEY\n  folder    {}/claude can be written\n\n", folder.path().display(), place.path().display())),
        "{said:?}"
    );
    assert!(
        said.out.contains("The daemon is not running") && said.out.contains("seen by orchctl itself"),
        "{said:?}"
    );
    assert!(!said.out.contains("s3cret"));
    let value: Value = serde_json::from_str(&check(place.path(), &["--json"]).out).unwrap();
    assert_eq!(
        (&value["in_order"], &value["daemon"]["running"]),
        (&true.into(), &false.into())
    );
}

#[test]
fn what_is_missing_is_said_with_what_to_do() {
    let place = installation("claude-that-is-not-there");
    let said = check(place.path(), &["claude"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.out.starts_with(
            "claude: not in order\n  problem   agent program \"claude-that-is-not-there\" was not found"
        ),
        "{said:?}"
    );
    let said = check(place.path(), &["codex"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("there is no provider 'codex'"), "{said:?}");
    fs::write(place.path().join("orch.yaml"), "projects: []\n").unwrap();
    let said = check(place.path(), &[]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("the settings cannot be used"), "{said:?}");
}
