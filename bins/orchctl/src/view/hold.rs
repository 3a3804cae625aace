//! A hold.

use pipeline_core::hold::{Hold, HoldId, HoldKind};
use pipeline_core::id::ProjectId;
use pipeline_core::port::store::admission::HoldRow;
use serde::Serialize;

use crate::text;

/// A hold in one line.
#[derive(Serialize)]
pub(crate) struct HoldLine {
    id: HoldId,
    kind: HoldKind,
    project: Option<ProjectId>,
    by: String,
    reason: String,
    at: String,
    lifted_at: Option<String>,
    lifted_by: Option<String>,
    lift_reason: Option<String>,
}

impl HoldLine {
    /// A hold that stands.
    pub(crate) fn of(hold: &Hold) -> Self {
        let said = &hold.said;
        Self {
            id: hold.id,
            kind: said.kind,
            project: said.project.clone(),
            by: said.by.clone(),
            reason: said.reason.clone(),
            at: said.at.to_rfc3339(),
            lifted_at: None,
            lifted_by: None,
            lift_reason: None,
        }
    }

    /// A hold with its end.
    pub(crate) fn of_row(row: &HoldRow) -> Self {
        let lifted = row.lifted.as_ref();
        Self {
            lifted_at: lifted.map(|lifted| lifted.at.to_rfc3339()),
            lifted_by: lifted.map(|lifted| lifted.by.clone()),
            lift_reason: lifted.map(|lifted| lifted.reason.clone()),
            ..Self::of(&row.hold)
        }
    }

    /// `pause of everything by ann: upgrade`.
    pub(crate) fn sentence(&self) -> String {
        let scope = self.project.as_ref().map_or("everything", ProjectId::as_str);
        let why = match self.reason.as_str() {
            "" => String::new(),
            reason => format!(": {}", text::line(reason)),
        };
        format!(
            "{} of {scope} by {}{why}",
            self.kind.as_str(),
            text::line(&self.by)
        )
    }

    /// The row of the list.
    pub(crate) fn row(&self) -> [String; 6] {
        let end = match (&self.lifted_at, &self.lifted_by, &self.lift_reason) {
            (Some(at), Some(by), Some(reason)) => format!("{at} by {by}: {reason}"),
            _ => "stands".to_owned(),
        };
        [
            self.id.to_string(),
            self.kind.as_str().to_owned(),
            self.project.as_ref().map_or("all", ProjectId::as_str).to_owned(),
            self.at.clone(),
            text::line(&format!("{}: {}", self.by, self.reason)),
            text::line(&end),
        ]
    }
}
