//! The people: they write issues, approve, answer, and restart what stopped.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::clock::SystemClock;
use pipeline_core::id::{IssueId, ProjectId, TaskId};
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::orders::NewOrder;
use pipeline_core::stage::Column;
use pipeline_core::task::{Task, TaskState};

use super::waiting::block_on;
use crate::operator::{NAME, Operator};

/// Everybody who is not a program.
pub(super) struct People {
    operator: Operator,
    /// Which stop of which task was answered by a restart, and why it had stopped.
    restarts: BTreeMap<(TaskId, u64), (String, String)>,
}

impl People {
    pub(super) fn new(board: Arc<dyn Board>, project: ProjectId) -> Self {
        Self {
            operator: Operator { board, project },
            restarts: BTreeMap::new(),
        }
    }

    /// Writes an issue that begins at once.
    pub(super) fn write(&self, number: usize) -> IssueId {
        let issue = NewIssue {
            title: format!("Add greeting number {number}"),
            description: "The program shall greet the person by name.".to_owned(),
            column: Column::InProgress,
            by: NAME.to_owned(),
        };
        let created = self.operator.board.create(&self.operator.project, issue);
        block_on(created).expect("the board takes an issue")
    }

    /// Does what the tasks ask for.
    pub(super) fn attend(&mut self, store: &dyn Store, open: &[Task]) {
        for task in open {
            block_on(self.operator.attend(task)).expect("the board takes an order");
            if let TaskState::Blocked { reason, .. } = &task.state {
                self.restart(store, task, reason);
            }
        }
    }

    pub(super) fn restarts(&self) -> Vec<(String, String)> {
        self.restarts.values().cloned().collect()
    }

    fn restart(&mut self, store: &dyn Store, task: &Task, reason: &str) {
        let stop = (task.id, task.revision);
        if self.restarts.contains_key(&stop) {
            return;
        }
        let order = NewOrder {
            task: task.id,
            by: NAME.to_owned(),
            reason: "it was a fault of the soak".to_owned(),
            at: SystemClock.now(),
            what: OperatorOrderKind::Restart,
        };
        block_on(store.place(order)).expect("the store takes an order");
        let said = (task.work_item.to_string(), format!("{}: {reason}", task.stage));
        self.restarts.insert(stop, said);
    }
}
