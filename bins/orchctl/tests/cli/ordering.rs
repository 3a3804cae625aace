//! Orders: stored with who and why, answered by a daemon or kept for one.

use pipeline_core::order::{OperatorOrder, OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::orders::OrderStore;
use pipeline_core::stage::StageName;
use testkit::sample;

use crate::home::{Home, program, task};

async fn home_with_task() -> Home {
    let home = Home::new();
    let mut commit = sample::insert(task(7));
    commit.jobs = vec![sample::job(sample::job_id(7, 1), sample::agent_job())];
    home.commit(commit).await;
    home
}

async fn stored(home: &Home) -> OperatorOrder {
    let mut orders = home.store.unanswered().await.unwrap();
    assert_eq!(orders.len(), 1, "{orders:?}");
    orders.remove(0)
}

#[tokio::test]
async fn every_order_is_stored_with_who_and_why() {
    use OperatorOrderKind::{Advance, Approve, Cancel, ForceStage, Reject, Repin, Requeue, Restart};
    let forced = ForceStage {
        stage: StageName::new("review"),
    };
    let requeue = Requeue {
        job: sample::job_id(7, 1),
    };
    let cases: [(&[&str], OperatorOrderKind, &str); 10] = [
        (&["approve", "7"], Approve, ""),
        (
            &["approve", "ET-007", "--reason", " read it "],
            Approve,
            "read it",
        ),
        (&["reject", "7", "--reason", "wrong port"], Reject, "wrong port"),
        (&["advance", "7", "--reason", "CI is back"], Advance, "CI is back"),
        (
            &["advance", "7", "--force", "--to", "review", "--reason", "by hand"],
            forced,
            "by hand",
        ),
        (&["requeue", "7-1"], requeue, ""),
        (&["cancel", "7", "--reason", "not wanted"], Cancel, "not wanted"),
        (&["restart", "7"], Restart, ""),
        (&["restart", "7", "--reason", "mended"], Restart, "mended"),
        (
            &["task", "repin", "7", "--reason", "security first"],
            Repin,
            "security first",
        ),
    ];
    for (arguments, what, reason) in cases {
        let home = home_with_task().await;
        let said = home.run(&[arguments, &["--by", "boris"]].concat());
        assert_eq!(said.code, 4, "{said:?}");
        let order = stored(&home).await;
        assert_eq!(
            (order.what, order.reason.as_str(), order.by.as_str()),
            (what, reason, "boris")
        );
        assert_eq!(order.task, task(7).id);
    }
}

#[tokio::test]
async fn without_a_daemon_the_order_is_kept() {
    let home = home_with_task().await;
    let said = home.run(&["restart", "7"]);
    assert_eq!(said.code, 4);
    assert_eq!(said.out, "");
    assert_eq!(
        said.err,
        "order 1 (restart ET-007): the daemon is not running; the order is kept and carried out at its next start\n"
    );
    assert_eq!(stored(&home).await.by, "ann");
}

#[tokio::test]
async fn an_account_without_a_name_is_the_operator() {
    let home = home_with_task().await;
    let output = program()
        .env_remove("USER")
        .env("ORCH_HOME", home.path())
        .args(["restart", "7"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(stored(&home).await.by, "operator");
}

#[tokio::test]
async fn the_answer_of_the_daemon_is_told() {
    for (answer, code, out, err) in [
        (
            OrderAnswer::Accepted("development runs again".to_owned()),
            0,
            "order 1 (restart ET-007) accepted: development runs again\n",
            "",
        ),
        (
            OrderAnswer::Refused("only a blocked task is started again".to_owned()),
            1,
            "",
            "order 1 (restart ET-007) refused: only a blocked task is started again\n",
        ),
    ] {
        let home = home_with_task().await;
        let said = home.run_answered(&["restart", "7"], &answer).await;
        assert_eq!(
            (said.code, said.out.as_str(), said.err.as_str()),
            (code, out, err)
        );
    }
}

#[tokio::test]
async fn json_goes_to_standard_output_whatever_the_outcome() {
    let home = home_with_task().await;
    let (code, value) = home.json(&["advance", "7", "--force", "--to", "review", "--reason", "by hand"]);
    assert_eq!(code, 4);
    for (field, expected) in [
        ("order", "force_stage"),
        ("stage", "review"),
        ("work_item", "ET-007"),
        ("by", "ann"),
        ("reason", "by hand"),
        ("outcome", "kept"),
    ] {
        assert_eq!(value[field], expected, "{field}");
    }
    assert_eq!((&value["exit_code"], &value["task"]), (&4.into(), &7.into()));
}

#[tokio::test]
async fn a_daemon_that_does_not_answer_has_its_time() {
    let home = home_with_task().await;
    let _lock = home.lock();
    let said = home.run(&["--timeout", "0", "approve", "7"]);
    assert_eq!(said.code, 6);
    assert_eq!(
        said.err,
        "order 1 (approve ET-007): the daemon did not answer within 0 s; the order is kept, and \
         'orchctl task show 7' tells its answer\n"
    );
    assert_eq!(stored(&home).await.what, OperatorOrderKind::Approve);
}

#[tokio::test]
async fn a_daemon_that_ends_meanwhile_is_not_waited_for() {
    let home = home_with_task().await;
    let lock = home.lock();
    let program = home.start(&["--timeout", "600", "approve", "7"]);
    while home.store.unanswered().await.unwrap().is_empty() && !program.is_finished() {
        tokio::task::yield_now().await;
    }
    drop(lock);
    assert_eq!(program.await.unwrap().code, 4);
}
