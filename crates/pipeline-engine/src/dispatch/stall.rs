//! A run that does nothing any more is told while it can still be helped; its runner ends it later.

use pipeline_core::id::RunId;
use pipeline_core::time::Timestamp;

use crate::context::Context;

/// What was said of one run.
#[derive(Debug, Default)]
pub(crate) struct StallWatch {
    told: Option<Timestamp>,
}

impl StallWatch {
    /// Looks at the run; says once that it is stalled, and once that it goes on. One that cannot be looked at is no stall.
    pub(crate) async fn look(&mut self, context: &Context, run: &RunId) {
        let progress = match context.run_log.progress(run).await {
            Ok(progress) => progress,
            Err(error) => {
                tracing::debug!(run.id = %run, %error, "the run's progress cannot be read");
                return;
            }
        };
        let stall = progress.and_then(|progress| progress.stall);
        match (self.told, stall) {
            (None, Some(stall)) => {
                let quiet_ms = stall.quiet_ms;
                let log = context.run_log.place(run);
                tracing::warn!(run.id = %run, quiet_ms, log, "the run is {}", stall.sentence());
            }
            (Some(_), None) => tracing::info!(run.id = %run, "the run is not stalled any more"),
            (Some(_), Some(_)) | (None, None) => {}
        }
        self.told = stall.map(|stall| stall.since);
    }
}
