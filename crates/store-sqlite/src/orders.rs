//! Operators' orders and their answers. Another process writes orders into the same file; the daemon notices by `PRAGMA data_version`.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::hold::Hold;
use pipeline_core::id::{OrderId, TaskId};
use pipeline_core::order::{OperatorOrder, OrderAnswer};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::orders::{NewOrder, OrderRow, OrderStore};
use pipeline_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::columns::{Json, change, first, rows};
use crate::failure::Failure;
use crate::pragmas::PragmaError;
use crate::readers::{self, blocking};
use crate::watch::Tidings;
use crate::writer::Written;
use crate::{SqliteStore, holds};

#[async_trait]
impl OrderStore for SqliteStore {
    async fn place(&self, order: NewOrder) -> Result<OrderId, StoreError> {
        self.writer
            .write(move |connection| place(connection, &order).map(Written::Keep))
            .await
    }

    async fn unanswered(&self) -> Result<Vec<OperatorOrder>, StoreError> {
        self.watch.unanswered().await
    }

    async fn answer(&self, order: OrderId, answer: OrderAnswer) -> Result<(), StoreError> {
        self.writer
            .write(move |connection| write_answer(connection, order, &answer).map(Written::Keep))
            .await
    }

    async fn order(&self, order: OrderId) -> Result<Option<OrderRow>, StoreError> {
        self.readers
            .read(move |connection| Ok(first(connection, BY_ID, [order.0], order_row)?))
            .await
    }

    async fn orders(&self, task: TaskId) -> Result<Vec<OrderRow>, StoreError> {
        self.readers
            .read(move |connection| Ok(rows(connection, OF_TASK, [task.0], order_row)?))
            .await
    }
}

/// Remembers the unanswered orders and the holds that stand until somebody, in whatever process, has committed something; and tells that.
#[derive(Clone)]
pub(crate) struct OrderWatch {
    known: Arc<Mutex<Known>>,
    tidings: Arc<Tidings>,
}

impl OrderWatch {
    /// On a reading connection of its own: the version that SQLite answers is that of one connection.
    pub(crate) fn open(path: &Path, busy_timeout: Duration) -> Result<Self, PragmaError> {
        let known = Known {
            connection: readers::connect(path, busy_timeout)?,
            version: None,
            orders: Vec::new(),
            holds: Vec::new(),
        };
        Ok(Self {
            known: Arc::new(Mutex::new(known)),
            tidings: Arc::default(),
        })
    }

    /// What was told.
    pub(crate) fn tidings(&self) -> &Tidings {
        &self.tidings
    }

    /// Looks whether somebody has committed. Blocks.
    pub(crate) fn look(&self) -> Result<(), Failure> {
        self.looked(|_| ())
    }

    async fn unanswered(&self) -> Result<Vec<OperatorOrder>, StoreError> {
        self.known(|known| known.orders.clone()).await
    }

    /// Holds that stand.
    pub(crate) async fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        self.known(|known| known.holds.clone()).await
    }

    async fn known<T: Send + 'static>(
        &self,
        wanted: impl FnOnce(&Known) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let watch = self.clone();
        blocking(move || watch.looked(wanted).map_err(|failure| failure.to_store_error())).await
    }

    fn looked<T>(&self, wanted: impl FnOnce(&Known) -> T) -> Result<T, Failure> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.look()? {
            self.tidings.tell();
        }
        Ok(wanted(&known))
    }
}

struct Known {
    connection: Connection,
    version: Option<i64>,
    orders: Vec<OperatorOrder>,
    holds: Vec<Hold>,
}

impl Known {
    /// Whether somebody has committed since the last look.
    fn look(&mut self) -> rusqlite::Result<bool> {
        // Asked before the rows: what is committed in between shows in the next version.
        let version = first(&self.connection, "PRAGMA data_version", [], |row| row.get(0))?;
        if version.is_some() && version == self.version {
            return Ok(false);
        }
        self.orders = rows(&self.connection, UNANSWERED, [], order)?;
        self.holds = holds::standing(&self.connection)?;
        self.version = version;
        Ok(true)
    }
}

const PLACE: &str =
    "INSERT INTO orders (task, by, reason, at, what) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
pub(crate) const UNANSWERED: &str = "SELECT id, task, by, reason, at, what FROM orders
    INDEXED BY orders_unanswered WHERE answer IS NULL ORDER BY id";
pub(crate) const ANSWER: &str = "UPDATE orders SET answer = ?2 WHERE id = ?1 AND answer IS NULL";
pub(crate) const BY_ID: &str = "SELECT id, task, by, reason, at, what, answer FROM orders WHERE id = ?1";
pub(crate) const OF_TASK: &str =
    "SELECT id, task, by, reason, at, what, answer FROM orders WHERE task = ?1 ORDER BY id";

/// Answers an order; an answer that is there stands.
pub(crate) fn write_answer(
    connection: &Connection,
    order: OrderId,
    answer: &OrderAnswer,
) -> Result<(), Failure> {
    change(connection, ANSWER, params![order.0, Json(answer)])?;
    Ok(())
}

fn place(connection: &Connection, order: &NewOrder) -> Result<OrderId, Failure> {
    let values = params![
        order.task.0,
        order.by,
        order.reason,
        order.at.0,
        Json(&order.what)
    ];
    first(connection, PLACE, values, |row| row.get(0).map(OrderId))?
        .ok_or_else(|| Failure::Refused("an order was stored without an id".to_owned()))
}

fn order(row: &Row<'_>) -> rusqlite::Result<OperatorOrder> {
    let Json(what) = row.get("what")?;
    Ok(OperatorOrder {
        id: OrderId(row.get("id")?),
        task: TaskId(row.get("task")?),
        by: row.get("by")?,
        reason: row.get("reason")?,
        at: Timestamp(row.get("at")?),
        what,
    })
}

fn order_row(row: &Row<'_>) -> rusqlite::Result<OrderRow> {
    let answer: Option<Json<OrderAnswer>> = row.get("answer")?;
    Ok(OrderRow {
        order: order(row)?,
        answer: answer.map(|Json(answer)| answer),
    })
}
