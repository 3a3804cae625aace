//! `orchctl check`: whether the database holds together. It reads all of it; the daemon may run.

use app::places::Places;
use clap::Args;
use serde::Serialize;
use store_sqlite::integrity::{self, Integrity};

use crate::exit;
use crate::failure::Failure;
use crate::output::{self, Format, Show};
use crate::text;

/// The arguments: none.
#[derive(Debug, Args)]
pub(crate) struct Check {}

impl Check {
    /// Checks and tells every problem. Answers the exit code.
    pub(crate) fn run(&self, places: &Places, format: Format) -> Result<u8, Failure> {
        let sheet = CheckSheet::of(integrity::check(&places.database())?);
        output::show(&sheet, format)?;
        Ok(sheet.exit_code())
    }
}

/// What was found, as it is shown.
#[derive(Serialize)]
pub(crate) struct CheckSheet {
    sound: bool,
    #[serde(flatten)]
    integrity: Integrity,
}

impl CheckSheet {
    /// Of what was found.
    pub(crate) fn of(integrity: Integrity) -> Self {
        Self {
            sound: integrity.problems.is_empty(),
            integrity,
        }
    }

    /// [`exit::OK`] or [`exit::UNSOUND`].
    pub(crate) fn exit_code(&self) -> u8 {
        if self.sound { exit::OK } else { exit::UNSOUND }
    }
}

impl Show for CheckSheet {
    fn text(&self) -> String {
        let Integrity {
            schema,
            epoch,
            look_first,
            tasks,
            rules_tried,
            problems,
        } = &self.integrity;
        let epoch = epoch.as_deref().unwrap_or("-");
        let mut lines = vec![format!(
            "schema {schema}, {}, epoch {epoch}",
            text::count(*tasks, "task")
        )];
        if *look_first {
            lines.push(
                "It was restored: the next start looks at everything before anything is sent.".to_owned(),
            );
        }
        if !rules_tried {
            lines.push("Its schema is an older one: only pages and references were checked.".to_owned());
        }
        lines.extend(problems.iter().map(ToString::to_string));
        lines.push(match problems.len() {
            0 => "Nothing is wrong.".to_owned(),
            1 => "1 problem. What to do: docs/RUNBOOK.md.".to_owned(),
            many => format!("{many} problems. What to do: docs/RUNBOOK.md."),
        });
        lines.join("\n")
    }
}
