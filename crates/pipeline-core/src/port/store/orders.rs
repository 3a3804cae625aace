//! Operators' orders: written by `orchctl`, noticed and answered by the daemon, kept for the audit.

use async_trait::async_trait;

use crate::id::{OrderId, TaskId};
use crate::order::{OperatorOrder, OperatorOrderKind, OrderAnswer};
use crate::port::store::StoreError;
use crate::time::Timestamp;

/// An order to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// For which task; [`TaskId::NONE`] for an outbox row that belongs to none.
    pub task: TaskId,
    /// The operator's account.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: OperatorOrderKind,
}

/// A stored order with its answer, when there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// The order.
    pub order: OperatorOrder,
    /// What became of it.
    pub answer: Option<OrderAnswer>,
}

/// Orders.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OrderStore: Send + Sync {
    /// Stores an order; durable when it returns.
    async fn place(&self, order: NewOrder) -> Result<OrderId, StoreError>;

    /// Orders without an answer, oldest first. Cheap when nothing was written since the last call.
    async fn unanswered(&self) -> Result<Vec<OperatorOrder>, StoreError>;

    /// Answers an order outside a step (nothing changed).
    async fn answer(&self, order: OrderId, answer: OrderAnswer) -> Result<(), StoreError>;

    /// One order with its answer.
    async fn order(&self, order: OrderId) -> Result<Option<OrderRow>, StoreError>;

    /// The orders for a task, oldest first.
    async fn orders(&self, task: TaskId) -> Result<Vec<OrderRow>, StoreError>;
}
