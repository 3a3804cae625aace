//! `orchctl retention`: what the daemon removed last, and what it keeps because it is nowhere else.

use clap::Args;
use pipeline_core::port::store::retention::RetentionStore;
use pipeline_core::retention::{Kept, RetentionReport};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::Show;
use crate::session::Session;
use crate::text;

/// The arguments: none.
#[derive(Debug, Args)]
pub(crate) struct Retention {}

impl Retention {
    /// Shows the last round.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let told = session.store.retention().await?;
        let ago = told.as_ref().map(|told| text::ago(told.at, session.now()));
        session.show(&RetentionSheet {
            at: told.as_ref().map(|told| told.at.to_rfc3339()),
            ago: ago.unwrap_or_default(),
            report: told.map(|told| told.report).unwrap_or_default(),
        })
    }
}

#[derive(Serialize)]
struct RetentionSheet {
    at: Option<String>,
    #[serde(skip)]
    ago: String,
    #[serde(flatten)]
    report: RetentionReport,
}

impl Show for RetentionSheet {
    fn text(&self) -> String {
        if self.at.is_none() {
            return "The daemon has not tidied up yet.".to_owned();
        }
        let RetentionReport {
            runs,
            checkouts,
            pins,
            rows,
            mended,
            packed,
            ..
        } = self.report;
        let mut parts = vec![format!(
            "last round {}: removed {runs} run directories, {checkouts} checkouts, {pins} pins, {rows} rows; {mended} lost runs got an end; packed {packed} repositories",
            self.ago
        )];
        for (title, list) in [
            ("Kept, because it is nowhere else", &self.report.kept),
            (
                "Could not be removed, tried again every hour",
                &self.report.failed,
            ),
        ] {
            if !list.is_empty() {
                let lines = list.iter().map(line).collect::<Vec<_>>().join("\n");
                parts.push(format!("{title} ({})\n{lines}", list.len()));
            }
        }
        parts.join("\n\n")
    }
}

fn line(kept: &Kept) -> String {
    text::line(&format!("{} in {}: {}", kept.what, kept.place, kept.why))
}
