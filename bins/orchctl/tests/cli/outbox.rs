//! Effects on their way out, and the orders about them.

use pipeline_core::id::{EffectKey, TaskId};
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::orders::OrderStore;
use pipeline_core::port::store::outbox::OutboxStore;
use pipeline_core::port::store::tasks::{Commit, EffectEnd};
use testkit::sample;

use crate::home::{Home, NOW, task};

/// Task 7 has a dead row and one behind it, task 8 one in flight; one row belongs to no task.
async fn home() -> Home {
    let home = Home::new();
    home.insert(task(7)).await;
    home.insert(task(8)).await;
    let mut of_none = sample::alert(7, "et/delivery/3");
    of_none.task = None;
    of_none.lane.0 = "et:chat".to_owned();
    let rows = [sample::alert(7, "7-e1"), sample::alert(8, "8-e1")];
    home.commit(written(rows.into())).await;
    let claim = sample::effect_claim("daemon", NOW, 2);
    let sent = home.store.claim_effects(claim).await.unwrap();
    let dead = Commit {
        effect_end: Some(EffectEnd {
            key: sent[0].effect.key.clone(),
            generation: sent[0].generation,
            fence: sent[0].fence,
            dead: Some("chat not found".to_owned()),
        }),
        ..Commit::default()
    };
    home.commit(dead).await;
    home.commit(written(vec![sample::alert(7, "7-e2"), of_none]))
        .await;
    home
}

fn written(effects: Vec<pipeline_core::effect::NewEffect>) -> Commit {
    Commit {
        at: NOW,
        effects,
        ..Commit::default()
    }
}

#[tokio::test]
async fn everything_that_is_not_done_is_listed() {
    let home = home().await;
    let said = home.run(&["outbox", "list"]);
    assert_eq!(said.code, 0, "{said:?}");
    for expected in [
        "2 waiting, 1 being sent, 0 may have arrived, 1 dead",
        "7-e1",
        "ET-008",
        "in_flight",
        "chat not found",
        "et/delivery/3",
        "2100-01-01T00:00:00",
    ] {
        assert!(said.out.contains(expected), "{expected}\n{}", said.out);
    }
}

#[tokio::test]
async fn the_list_can_be_narrowed() {
    let home = home().await;
    for (arguments, keys) in [
        (
            &["outbox", "list"][..],
            &["7-e1", "8-e1", "7-e2", "et/delivery/3"][..],
        ),
        (&["outbox", "list", "--task", "et-007"], &["7-e1", "7-e2"]),
        (&["outbox", "list", "--dead"], &["7-e1"]),
        (&["outbox", "list", "--dead", "--task", "8"], &[]),
    ] {
        let (code, value) = home.json(arguments);
        assert_eq!(code, 0);
        let effects = value["effects"].as_array().unwrap();
        let seen: Vec<&str> = effects.iter().map(|row| row["key"].as_str().unwrap()).collect();
        assert_eq!(seen, keys, "{arguments:?}");
    }
    let (_, value) = home.json(&["outbox", "list", "--dead"]);
    let row = &value["effects"][0];
    assert_eq!(
        (&row["work_item"], &row["status"]),
        (&"ET-007".into(), &"dead".into())
    );
    assert_eq!(value["counts"]["dead"], 1);
}

#[tokio::test]
async fn an_order_about_a_row_names_its_task_and_is_answered() {
    let home = home().await;
    let retried = OrderAnswer::Accepted("effect 7-e1 is sent now".to_owned());
    let said = home.run_answered(&["outbox", "retry", "7-e1"], &retried).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(
        said.out.trim(),
        "order 1 (retry_effect ET-007) accepted: effect 7-e1 is sent now"
    );
    let refused = OrderAnswer::Refused("effect 8-e1 is being sent".to_owned());
    let drop = &["outbox", "drop", "8-e1", "--reason", "not wanted"];
    let said = home.run_answered(drop, &refused).await;
    assert_eq!(said.code, 1, "{said:?}");
    let row = home.store.orders(TaskId(8)).await.unwrap().remove(0);
    assert_eq!(
        (row.order.what, row.order.reason.as_str(), row.order.by.as_str()),
        (
            OperatorOrderKind::DropEffect {
                effect: EffectKey::new("8-e1")
            },
            "not wanted",
            "ann"
        )
    );
    let shown = home.run(&["task", "show", "8"]);
    assert!(shown.out.contains("drop_effect 8-e1"), "{}", shown.out);
}

#[tokio::test]
async fn a_row_of_no_task_can_be_ordered_about() {
    let home = home().await;
    let said = home.run(&["outbox", "drop", "et/delivery/3", "--reason", "seen"]);
    assert_eq!(said.code, 4, "{said:?}");
    let order = home.store.unanswered().await.unwrap().remove(0);
    assert_eq!(order.task, TaskId::NONE);
}

#[tokio::test]
async fn what_is_not_there_and_what_has_no_reason_is_refused() {
    let home = home().await;
    let said = home.run(&["outbox", "retry", "7-e9"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("there is no effect '7-e9'"), "{said:?}");
    let said = home.run(&["outbox", "drop", "7-e1"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(home.store.unanswered().await.unwrap(), []);
}
