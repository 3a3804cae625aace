//! What was tidied up, and what is kept.

use insta::assert_snapshot;
use pipeline_core::port::store::retention::RetentionStore;
use pipeline_core::retention::{Kept, RetentionReport};

use crate::home::{Home, NOW};

#[tokio::test]
async fn unpushed_work_is_named() {
    let home = Home::new();
    assert_eq!(
        home.run(&["retention"]).out,
        "The daemon has not tidied up yet.\n"
    );
    let report = RetentionReport {
        runs: 3,
        pins: 2,
        kept: vec![Kept {
            what: "commit abc".to_owned(),
            place: "/mirror refs/runs/7-1-1".to_owned(),
            why: "no branch of the forge has it".to_owned(),
        }],
        failed: vec![Kept {
            what: "a checkout".to_owned(),
            place: "branch feature/x".to_owned(),
            why: "permission denied".to_owned(),
        }],
        ..RetentionReport::default()
    };
    home.store.tell_retention(&report, NOW).await.unwrap();
    assert_snapshot!(home.run(&["retention"]).out, @r"
    last round now: removed 3 run directories, 0 checkouts, 2 pins, 0 rows; 0 lost runs got an end; packed 0 repositories

    Kept, because it is nowhere else (1)
    commit abc in /mirror refs/runs/7-1-1: no branch of the forge has it

    Could not be removed, tried again every hour (1)
    a checkout in branch feature/x: permission denied
    ");
    let (_, value) = home.json(&["retention"]);
    assert_eq!(value["kept"][0]["place"], "/mirror refs/runs/7-1-1");
    assert_eq!(value["at"], "2100-01-01T00:00:00Z");
}
