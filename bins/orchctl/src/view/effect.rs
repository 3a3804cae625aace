//! An effect on its way out.

use pipeline_core::effect::Need;
use pipeline_core::id::{EffectKey, ProjectId, TaskId};
use pipeline_core::port::store::outbox::{EffectStatus, OutboxRow};
use serde::Serialize;

use crate::text;

/// A row of the outbox in one line.
#[derive(Serialize)]
pub(crate) struct EffectLine {
    key: EffectKey,
    effect: &'static str,
    system: &'static str,
    need: &'static str,
    status: &'static str,
    attempts: u32,
    created_at: String,
    /// When it is tried again; none where it will not be by itself.
    due_at: Option<String>,
    task: Option<TaskId>,
    project: ProjectId,
    error: Option<String>,
    #[serde(skip)]
    live: bool,
}

impl EffectLine {
    /// The row as it stands.
    pub(crate) fn of(row: &OutboxRow) -> Self {
        Self {
            key: row.effect.key.clone(),
            effect: row.effect.kind.name(),
            system: row.effect.kind.system().as_str(),
            need: match row.effect.need {
                Need::Required => "required",
                Need::Tell => "tell",
            },
            status: row.status.as_str(),
            attempts: row.attempts,
            created_at: row.created_at.to_rfc3339(),
            error: row.error.clone(),
            due_at: match row.status {
                EffectStatus::Pending | EffectStatus::Ambiguous => Some(row.available_at.to_rfc3339()),
                EffectStatus::InFlight | EffectStatus::Done | EffectStatus::Dead | EffectStatus::Dropped => {
                    None
                }
            },
            task: row.effect.task,
            project: row.effect.project.clone(),
            live: row.status.is_open(),
        }
    }

    /// It will still be sent.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// `effect 7-e4 push to the forge, pending, tried 2 times, last answer: …`.
    pub(crate) fn sentence(&self) -> String {
        let tried = match self.attempts {
            0 => String::new(),
            1 => ", tried once".to_owned(),
            times => format!(", tried {times} times"),
        };
        let error = self
            .error
            .as_ref()
            .map(|error| format!(", last answer: {}", text::line(error)));
        format!(
            "effect {} {} to the {}, {}{tried}{}",
            self.key,
            self.effect,
            self.system,
            self.status,
            error.unwrap_or_default()
        )
    }

    /// Effects under a header.
    pub(crate) fn table(effects: &[Self]) -> String {
        text::table(
            [
                "EFFECT",
                "WHAT",
                "SYSTEM",
                "NEED",
                "STATUS",
                "TRIES",
                "LAST ANSWER",
            ],
            effects.iter().map(Self::row),
        )
    }

    /// The row of the outbox's list, with the name of its task.
    pub(crate) fn listed(&self, task: String) -> [String; 9] {
        let [key, effect, system, need, status, tries, error] = self.row();
        let due = self.due_at.clone().unwrap_or_default();
        [key, task, effect, system, need, status, tries, due, error]
    }

    fn row(&self) -> [String; 7] {
        [
            self.key.to_string(),
            self.effect.to_owned(),
            self.system.to_owned(),
            self.need.to_owned(),
            self.status.to_owned(),
            self.attempts.to_string(),
            self.error.as_deref().map(text::line).unwrap_or_default(),
        ]
    }
}
