//! Tells people that our own database cannot be written, and that it can again. Past the outbox: that is a table of this very database.

use std::time::Duration;

use pipeline_core::id::{EffectKey, ProjectId};
use pipeline_core::message::store::{store_mended_alert, store_read_only_alert};
use pipeline_core::project::Locale;
use pipeline_engine::Context;
use store_sqlite::condition::{Condition, Degraded};
use tokio::sync::watch;

/// A message that did not arrive is sent again after this.
const AGAIN: Duration = Duration::from_secs(60);

/// Follows the condition of the database and tells each change once, in every project's chat.
pub(crate) struct Alarm<'a> {
    context: &'a Context,
    told: watch::Receiver<Option<Degraded>>,
    changes: u32,
    unsent: Vec<(ProjectId, EffectKey, String)>,
}

impl<'a> Alarm<'a> {
    /// Of this database; what is wrong already is told first.
    pub(crate) fn new(context: &'a Context, condition: &Condition) -> Self {
        let mut told = condition.watch();
        if condition.degraded().is_some() {
            told.mark_changed();
        }
        Self {
            context,
            told,
            changes: 0,
            unsent: Vec::new(),
        }
    }

    /// Until `stop` becomes true.
    pub(crate) async fn ring(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let clock = self.context.clock.as_ref();
            let again = clock.now().plus(AGAIN);
            tokio::select! {
                changed = self.told.changed() => match changed {
                    Ok(()) => self.note(),
                    Err(_) => return,
                },
                () = clock.sleep_until(again), if !self.unsent.is_empty() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            self.send().await;
        }
    }

    fn note(&mut self) {
        let degraded = self.told.borrow_and_update().clone();
        self.changes += 1;
        let key = EffectKey::new(format!(
            "store-{}-{}",
            self.context.settings.instance, self.changes
        ));
        for (project, ports) in &self.context.projects {
            let text = text(ports.project.locale, degraded.as_ref());
            self.unsent.push((project.clone(), key.clone(), text));
        }
    }

    async fn send(&mut self) {
        let mut left = Vec::new();
        for (project, key, text) in std::mem::take(&mut self.unsent) {
            let Some(ports) = self.context.projects.get(&project) else {
                continue;
            };
            if let Err(error) = ports.chat.alert(&key, &text).await {
                tracing::warn!(project.id = %project, %error, "people could not be told of the state of the database; trying again");
                left.push((project, key, text));
            }
        }
        self.unsent = left;
    }
}

fn text(locale: Locale, degraded: Option<&Degraded>) -> String {
    match degraded {
        Some(degraded) => store_read_only_alert(locale, &degraded.what(), degraded.advice()),
        None => store_mended_alert(locale),
    }
}
