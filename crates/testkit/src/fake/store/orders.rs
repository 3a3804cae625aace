//! Operators' orders.

use async_trait::async_trait;
use pipeline_core::id::{OrderId, TaskId};
use pipeline_core::order::{OperatorOrder, OrderAnswer};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::orders::{NewOrder, OrderRow, OrderStore};

use crate::fake::store::FakeStore;

#[async_trait]
impl OrderStore for FakeStore {
    async fn place(&self, order: NewOrder) -> Result<OrderId, StoreError> {
        self.write("place", |state| {
            let last = state.orders.keys().next_back().map_or(0, |id| id.0);
            let id = OrderId(last + 1);
            let order = OperatorOrder {
                id,
                task: order.task,
                by: order.by,
                reason: order.reason,
                at: order.at,
                what: order.what,
            };
            state.orders.insert(id, OrderRow { order, answer: None });
            Ok(id)
        })
    }

    async fn unanswered(&self) -> Result<Vec<OperatorOrder>, StoreError> {
        self.call("unanswered", |state| {
            Ok(state
                .orders
                .values()
                .filter(|row| row.answer.is_none())
                .map(|row| row.order.clone())
                .collect())
        })
    }

    async fn answer(&self, order: OrderId, answer: OrderAnswer) -> Result<(), StoreError> {
        self.write("answer", |state| {
            if let Some(row) = state.orders.get_mut(&order) {
                row.answer = Some(answer);
            }
            Ok(())
        })
    }

    async fn order(&self, order: OrderId) -> Result<Option<OrderRow>, StoreError> {
        self.call("order", |state| Ok(state.orders.get(&order).cloned()))
    }

    async fn orders(&self, task: TaskId) -> Result<Vec<OrderRow>, StoreError> {
        self.call("orders", |state| {
            Ok(state
                .orders
                .values()
                .filter(|row| row.order.task == task)
                .cloned()
                .collect())
        })
    }
}
