//! Accounts of providers: how they fare, and the order that lets one run again.

use pipeline_core::id::{AccountId, TaskId};
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::orders::OrderStore;
use pipeline_core::port::store::tasks::Commit;
use pipeline_core::resilience::{AccountHealth, PreflightReport, THRESHOLD};
use pipeline_core::run::{FailureCause, RunFailure};
use serde_json::json;
use testkit::sample;

use crate::home::{Home, NOW};

/// Claude is not logged in, codex failed once.
pub(crate) async fn home() -> Home {
    let home = Home::new();
    let [claude, codex] = ["claude", "codex"].map(|name| AccountHealth::new(AccountId::shared(name)));
    let report = PreflightReport {
        version: Some("2.1.329".to_owned()),
        program: Some("/opt/claude".to_owned()),
        login: Some("stored, claude.ai".to_owned()),
        login_expires: Some(NOW),
        folder: Some("/var/lib/orchd/claude".to_owned()),
        ..PreflightReport::default()
    };
    let failed = |health: AccountHealth, cause| {
        let failure = RunFailure::new(cause, "run `claude auth login`");
        health
            .after_run(sample::run_id(1, 1, 1), Some(&failure), NOW, THRESHOLD)
            .0
    };
    let claude = claude.after_preflight(report, NOW, true).0;
    for account in [
        failed(claude, FailureCause::NotLoggedIn),
        failed(codex, FailureCause::Overload),
    ] {
        home.commit(Commit {
            account: Some(account),
            ..Commit::default()
        })
        .await;
    }
    home
}

#[tokio::test]
async fn accounts_are_listed_with_what_holds_them_back() {
    let home = home().await;
    let _lock = home.lock();
    let said = home.run(&["providers"]);
    assert_eq!(said.code, 0, "{said:?}");
    let lines: Vec<Vec<&str>> = said
        .out
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .collect()
        })
        .collect();
    assert_eq!(
        lines[1],
        [
            "claude",
            "out_of_order",
            "-",
            "0",
            "not_logged_in 1",
            "ok, now",
            "2.1.329",
            "2100-01-01T00:00:00Z"
        ]
    );
    assert_eq!(
        lines[2],
        ["codex", "closed", "-", "1", "overload 1", "-", "-", "-"]
    );
    assert!(
        said.out
            .ends_with("claude: not logged in: run `claude auth login`\n"),
        "{said:?}"
    );
    let (code, value) = home.json(&["providers"]);
    assert_eq!(
        (code, &value["providers"][1]["causes"]),
        (0, &json!({"overload": 1}))
    );
}

#[tokio::test]
async fn nothing_is_known_before_the_first_start() {
    let home = Home::new();
    let said = home.run(&["providers"]);
    assert!(said.out.starts_with("No provider is known yet"), "{said:?}");
}

#[tokio::test]
async fn a_reset_is_an_order_with_who_and_why() {
    let home = home().await;
    let answer = OrderAnswer::Accepted("nothing holds claude back any more".to_owned());
    let reset = &["providers", "reset", "claude", "--reason", "logged in"];
    let said = home.run_answered(reset, &answer).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(
        said.out.trim_end(),
        "order 1 (reset_provider -) accepted: nothing holds claude back any more"
    );
    let row = home.store.orders(TaskId::NONE).await.unwrap().remove(0);
    assert_eq!(
        (row.order.what, row.order.by.as_str(), row.order.reason.as_str()),
        (
            OperatorOrderKind::ResetProvider {
                account: AccountId::shared("claude")
            },
            "ann",
            "logged in"
        )
    );
    let said = home.run(&["providers", "reset", "gemini"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.err
            .contains("there is no provider 'gemini'; 'orchctl providers' lists claude, codex"),
        "{said:?}"
    );
}
