//! Operators, as stories have them.

use pipeline_core::id::{IssueId, OrderId};
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::orders::{NewOrder, OrderStore};
use pipeline_core::time::Timestamp;

use crate::world::World;

impl World {
    /// `orchctl restart`, when what stopped the task is mended.
    pub(crate) async fn restarts(&mut self, issue: &IssueId) {
        let answer = self.operator(issue, OperatorOrderKind::Restart).await;
        assert!(matches!(answer, OrderAnswer::Accepted(_)), "{answer:?}");
    }

    /// An operator's order for the issue's task, and its answer.
    pub(crate) async fn operator(&mut self, issue: &IssueId, what: OperatorOrderKind) -> OrderAnswer {
        self.operator_at(issue, what, self.clock.now()).await
    }

    /// The same, given earlier and read now.
    pub(crate) async fn operator_at(
        &mut self,
        issue: &IssueId,
        what: OperatorOrderKind,
        at: Timestamp,
    ) -> OrderAnswer {
        let order = NewOrder {
            task: self.task(issue).await.id,
            by: "olga".to_owned(),
            reason: "the operator says so".to_owned(),
            at,
            what,
        };
        let id: OrderId = self.looking(self.store.place(order)).await.unwrap();
        self.runs_until_idle().await;
        let row = self.looking(self.store.order(id)).await.unwrap().unwrap();
        row.answer.expect("an order is answered")
    }
}
