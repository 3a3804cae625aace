//! Operators' orders.

use std::sync::Arc;

use pipeline_core::id::{OrderId, TaskId};
use pipeline_core::order::{OperatorOrder, OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::Store;
use pipeline_core::port::store::orders::{NewOrder, OrderRow};
use pipeline_core::port::store::tasks::Commit;

use crate::conformance::store::{commit, with_task};
use crate::sample::at;

/// It is found with everything that was said, before and after.
pub async fn an_order_waits_for_its_answer(store: Arc<dyn Store>) {
    let first = place(&store, 1, OperatorOrderKind::Cancel).await;
    let second = place(&store, 1, OperatorOrderKind::Reject).await;
    assert!(first < second);
    let open = store.unanswered().await.unwrap();
    assert_eq!(
        open,
        [
            placed(first, OperatorOrderKind::Cancel),
            placed(second, OperatorOrderKind::Reject)
        ]
    );
    let answer = OrderAnswer::Refused("it is over".to_owned());
    store.answer(first, answer.clone()).await.unwrap();
    assert_eq!(store.unanswered().await.unwrap().len(), 1);
    let expected = OrderRow {
        order: placed(first, OperatorOrderKind::Cancel),
        answer: Some(answer),
    };
    assert_eq!(store.order(first).await.unwrap(), Some(expected));
    assert_eq!(store.order(OrderId(99)).await.unwrap(), None);
}

/// In the same transaction as everything else.
pub async fn a_step_answers_an_order(store: Arc<dyn Store>) {
    let order = place(&store, 1, OperatorOrderKind::Approve).await;
    let answer = OrderAnswer::Accepted("the architect works".to_owned());
    let step = Commit {
        answer: Some((order, answer.clone())),
        ..Commit::default()
    };
    commit(&store, step).await;
    assert_eq!(store.unanswered().await.unwrap(), []);
    let row = store.order(order).await.unwrap().expect("it was placed");
    assert_eq!(row.answer, Some(answer));
}

/// Oldest first, answered or not.
pub async fn orders_are_listed_by_task(store: Arc<dyn Store>) {
    let first = place(&store, 1, OperatorOrderKind::Advance).await;
    place(&store, 2, OperatorOrderKind::Advance).await;
    let last = place(&store, 1, OperatorOrderKind::Restart).await;
    let answer = OrderAnswer::Accepted("it goes on".to_owned());
    store.answer(first, answer).await.unwrap();
    let rows = store.orders(TaskId(1)).await.unwrap();
    let ids: Vec<OrderId> = rows.iter().map(|row| row.order.id).collect();
    assert_eq!(ids, [first, last]);
}

async fn place(store: &Arc<dyn Store>, task: i64, what: OperatorOrderKind) -> OrderId {
    let key = pipeline_core::port::store::tasks::TaskKey::Id(TaskId(task));
    if store.task(&key).await.unwrap().is_none() {
        with_task(store, task).await;
    }
    let order = NewOrder {
        task: TaskId(task),
        by: "root".to_owned(),
        reason: "because".to_owned(),
        at: at(5),
        what,
    };
    store.place(order).await.unwrap()
}

fn placed(id: OrderId, what: OperatorOrderKind) -> OperatorOrder {
    OperatorOrder {
        id,
        task: TaskId(1),
        by: "root".to_owned(),
        reason: "because".to_owned(),
        at: at(5),
        what,
    }
}
