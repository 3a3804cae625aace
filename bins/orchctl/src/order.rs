//! Giving an order: a row that the daemon notices and answers. Nothing else is written by this program.

use std::time::Duration;

use app::daemon::Daemon;
use pipeline_core::id::{OrderId, TaskId, WorkItemId};
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::orders::{NewOrder, OrderStore};
use pipeline_core::task::Task;
use serde::Serialize;

use crate::cli::{TaskArgument, Who};
use crate::failure::Failure;
use crate::output::{self, Format, Show};
use crate::session::Session;
use crate::view::order::OrderWords;
use crate::{exit, lookup, text};

/// How often the answer is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// An order as the command line gave it.
pub(crate) struct Draft {
    /// For which task.
    pub(crate) task: Task,
    /// Who gives it.
    pub(crate) by: String,
    /// Why; empty where none was given.
    pub(crate) reason: String,
    /// What.
    pub(crate) what: OperatorOrderKind,
}

/// Orders something about the task that is named, by whom and why. Answers the exit code.
pub(crate) async fn about(
    session: &Session,
    target: &TaskArgument,
    (who, reason): (&Who, &str),
    what: OperatorOrderKind,
) -> Result<u8, Failure> {
    let draft = Draft {
        task: lookup::task(&session.store, &target.task).await?,
        by: who.name(),
        reason: reason.trim().to_owned(),
        what,
    };
    give(session, draft).await
}

/// Places the order, waits for its answer and shows it. Answers the exit code.
pub(crate) async fn give(session: &Session, draft: Draft) -> Result<u8, Failure> {
    let order = NewOrder {
        task: draft.task.id,
        by: draft.by,
        reason: draft.reason,
        at: session.now(),
        what: draft.what,
    };
    place(session, order, draft.task.work_item).await
}

/// The same for an order that may be about no task.
pub(crate) async fn place(session: &Session, order: NewOrder, work_item: WorkItemId) -> Result<u8, Failure> {
    told(session, order, work_item).await?.show(session)
}

/// The same for an order whose acceptance is shown in another way: none when it was accepted.
pub(crate) async fn place_silently(
    session: &Session,
    order: NewOrder,
    work_item: WorkItemId,
) -> Result<Option<u8>, Failure> {
    let told = told(session, order, work_item).await?;
    match told.exit_code {
        exit::OK => Ok(None),
        _ => told.show(session).map(Some),
    }
}

async fn told(session: &Session, order: NewOrder, work_item: WorkItemId) -> Result<Told, Failure> {
    // Before anything is written: from the moment the order is placed, only its outcome is told.
    session.daemon()?;
    let id = session.store.place(order.clone()).await?;
    let outcome = wait(session, id).await;
    Ok(Told::new(id, order, work_item, outcome, session.patience))
}

/// What became of an order as far as it is known.
enum Outcome {
    Answered(OrderAnswer),
    Down,
    NoAnswer,
}

/// The one place that waits. A store that is busy meanwhile is asked again: the order is kept in any case.
async fn wait(session: &Session, id: OrderId) -> Outcome {
    let mut waited = Duration::ZERO;
    loop {
        // Looked at first: a daemon that answers and ends in between has answered.
        let daemon = session.daemon();
        if let Ok(Some(row)) = session.store.order(id).await
            && let Some(answer) = row.answer
        {
            return Outcome::Answered(answer);
        }
        if matches!(daemon, Ok(Daemon::Down)) {
            return Outcome::Down;
        }
        if waited >= session.patience {
            return Outcome::NoAnswer;
        }
        session.pause(LOOK_AGAIN).await;
        waited += LOOK_AGAIN;
    }
}

/// The result of an order as it is shown.
#[derive(Serialize)]
struct Told {
    id: OrderId,
    task: TaskId,
    work_item: WorkItemId,
    #[serde(flatten)]
    words: OrderWords,
    by: String,
    reason: String,
    at: String,
    outcome: &'static str,
    message: String,
    exit_code: u8,
}

impl Told {
    fn new(
        id: OrderId,
        order: NewOrder,
        work_item: WorkItemId,
        outcome: Outcome,
        patience: Duration,
    ) -> Self {
        let (outcome, exit_code, message) = match outcome {
            Outcome::Answered(OrderAnswer::Accepted(sentence)) => ("accepted", exit::OK, sentence),
            Outcome::Answered(OrderAnswer::Refused(sentence)) => ("refused", exit::REFUSED, sentence),
            Outcome::Down => (
                "kept",
                exit::KEPT,
                "the daemon is not running; the order is kept and carried out at its next start".to_owned(),
            ),
            Outcome::NoAnswer => ("no_answer", exit::NO_ANSWER, no_answer(order.task, patience)),
        };
        Self {
            id,
            task: order.task,
            work_item,
            words: OrderWords::of(&order.what),
            by: order.by,
            reason: order.reason,
            at: order.at.to_rfc3339(),
            outcome,
            message,
            exit_code,
        }
    }

    /// Answers the exit code.
    fn show(&self, session: &Session) -> Result<u8, Failure> {
        match (session.format, self.exit_code) {
            (Format::Json, _) | (Format::Text, exit::OK) => session.show(self)?,
            (Format::Text, _) => output::complain(&self.text()),
        }
        Ok(self.exit_code)
    }
}

impl Show for Told {
    fn text(&self) -> String {
        let end = match self.outcome {
            "accepted" => " accepted",
            "refused" => " refused",
            _ => "",
        };
        format!(
            "order {} ({} {}){end}: {}",
            self.id,
            self.words.order,
            self.work_item,
            text::line(&self.message)
        )
    }
}

fn no_answer(task: TaskId, patience: Duration) -> String {
    let answer = match task {
        TaskId::NONE => String::new(),
        task => format!(", and 'orchctl task show {task}' tells its answer"),
    };
    format!(
        "the daemon did not answer within {} s; the order is kept{answer}",
        patience.as_secs()
    )
}
