//! Holds of operators, and what the daemon says of its claims.

use std::collections::BTreeMap;

use async_trait::async_trait;
use pipeline_core::admission::Admission;
use pipeline_core::hold::{Hold, HoldId, Lifting, NewHold};
use pipeline_core::id::ProjectId;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::admission::{AdmissionStore, HoldRow, ToldAdmission};
use pipeline_core::task::{TaskState, Wait};
use pipeline_core::time::Timestamp;

use crate::fake::store::FakeStore;

#[async_trait]
impl AdmissionStore for FakeStore {
    async fn hold(&self, said: NewHold) -> Result<Hold, StoreError> {
        self.write("hold", |state| {
            for row in &mut state.holds {
                let same = row.hold.said.project == said.project && row.hold.said.kind == said.kind;
                if same && row.lifted.is_none() {
                    row.lifted = Some(Lifting {
                        by: said.by.clone(),
                        reason: "placed again".to_owned(),
                        at: said.at,
                    });
                }
            }
            let last = i64::try_from(state.holds.len()).unwrap_or(i64::MAX);
            let hold = Hold {
                id: HoldId(last + 1),
                said,
            };
            state.holds.push(HoldRow {
                hold: hold.clone(),
                lifted: None,
            });
            Ok(hold)
        })
    }

    async fn lift(&self, hold: HoldId, lifting: Lifting) -> Result<bool, StoreError> {
        self.write("lift", |state| {
            let standing = |row: &&mut HoldRow| row.hold.id == hold && row.lifted.is_none();
            let Some(row) = state.holds.iter_mut().find(standing) else {
                return Ok(false);
            };
            row.lifted = Some(lifting);
            Ok(true)
        })
    }

    async fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        self.call("holds", |state| {
            let standing = state.holds.iter().filter(|row| row.lifted.is_none());
            Ok(standing.map(|row| row.hold.clone()).collect())
        })
    }

    async fn past_holds(&self, limit: usize) -> Result<Vec<HoldRow>, StoreError> {
        self.call("past_holds", |state| {
            Ok(state.holds.iter().rev().take(limit).cloned().collect())
        })
    }

    async fn tell_admission(&self, admission: &Admission, at: Timestamp) -> Result<(), StoreError> {
        let admission = admission.clone();
        self.write("tell_admission", |state| {
            state.admission = Some(ToldAdmission { at, admission });
            Ok(())
        })
    }

    async fn admission(&self) -> Result<Option<ToldAdmission>, StoreError> {
        self.call("admission", |state| Ok(state.admission.clone()))
    }

    async fn waiting_for_people(&self) -> Result<BTreeMap<ProjectId, usize>, StoreError> {
        self.call("waiting_for_people", |state| {
            let mut waiting = BTreeMap::new();
            for task in state.tasks.values() {
                let waits = matches!(
                    task.state,
                    TaskState::Waiting(Wait::Human(_) | Wait::Answers) | TaskState::Blocked { .. }
                );
                if waits {
                    *waiting.entry(task.project.clone()).or_default() += 1;
                }
            }
            Ok(waiting)
        })
    }
}
