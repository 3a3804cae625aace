//! Comments are looked for by their text, and written under keys that were never given before.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::effect::EffectKind;
use pipeline_core::id::{EffectKey, IssueId, ProjectId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::port::PortError;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter};
use pipeline_core::port::store::tasks::TaskKey;
use pipeline_core::port::store::{Store, StoreError};
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::stage::Column;

/// A tracker whose comments may have been written before the state was restored.
pub(super) struct LookingTracker {
    /// As it is.
    pub(super) tracker: Arc<dyn Tracker>,
    /// What this state remembers.
    pub(super) store: Arc<dyn Store>,
    /// Whose tracker it is.
    pub(super) project: ProjectId,
    /// Makes new keys differ from those that were given before.
    pub(super) epoch: String,
}

#[async_trait]
impl Tracker for LookingTracker {
    async fn observe(&self, issue: &IssueId) -> Result<ItemObservation, PortError> {
        self.tracker.observe(issue).await
    }

    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError> {
        self.tracker.open_issues().await
    }

    async fn comment(&self, comment: &NewComment) -> Result<(), PortError> {
        let known = self.known(comment).await.map_err(|error| unavailable(&error))?;
        // Without a task the key is that of the order which is answered; nobody gave it to another comment.
        let Some(known) = known else {
            return self.tracker.comment(comment).await;
        };
        let said = letters(&comment.html);
        let issue = self.tracker.observe(&comment.issue).await?;
        let there = issue
            .comments
            .iter()
            .filter(|there| there.own && letters(&there.text) == said)
            .count();
        if there > known {
            tracing::info!(effect.key = %comment.key, "said before the state was restored; it is not said again");
            return Ok(());
        }
        let key = EffectKey::new(format!("{}-{}", comment.key, self.epoch));
        let comment = NewComment {
            key,
            ..comment.clone()
        };
        self.tracker.comment(&comment).await
    }

    async fn move_to(&self, issue: &IssueId, column: Column) -> Result<Moved, PortError> {
        self.tracker.move_to(issue, column).await
    }

    async fn check(&self) -> Result<(), PortError> {
        self.tracker.check().await
    }
}

impl LookingTracker {
    /// How often this state remembers to have said the same on this issue; none when the issue has no task.
    async fn known(&self, comment: &NewComment) -> Result<Option<usize>, StoreError> {
        let key = TaskKey::Issue(self.project.clone(), comment.issue.clone());
        let Some(task) = self.store.task(&key).await? else {
            return Ok(None);
        };
        let said = letters(&comment.html);
        let effects = self.store.effects(OutboxFilter::OfTask(task.id)).await?;
        let same = effects.iter().filter(|row| {
            row.status == EffectStatus::Done
                && matches!(&row.effect.kind, EffectKind::Comment { issue, html, .. }
                    if *issue == comment.issue && letters(html) == said)
        });
        Ok(Some(same.count()))
    }
}

fn unavailable(error: &StoreError) -> PortError {
    PortError::retry(error.to_string())
}

/// What a reader sees of a text, whatever a tracker makes of its tags and spaces.
fn letters(html: &str) -> String {
    let mut letters = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, special) = rest.split_at(at);
        letters.extend(before.chars().filter(|letter| letter.is_alphanumeric()));
        rest = after(special);
    }
    letters.extend(rest.chars().filter(|letter| letter.is_alphanumeric()));
    letters
}

/// Behind a tag or an entity; a lone sign is one character.
fn after(special: &str) -> &str {
    let inside = special.get(1..).unwrap_or_default();
    let tag = inside.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let end = match special.as_bytes().first() {
        Some(b'<') if tag => special.find('>'),
        Some(b'&') => ["&lt;", "&gt;", "&amp;", "&quot;", "&#39;"]
            .iter()
            .find(|entity| special.starts_with(**entity))
            .map(|entity| entity.len() - 1),
        Some(_) | None => None,
    };
    special.get(end.unwrap_or(0) + 1..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_again_whatever_became_of_its_tags() {
        for (html, text) in [
            (
                "🔎 <b>Reviewer</b> — done.<br>Verdict: APPROVED",
                "🔎 Reviewer — done.\nVerdict: APPROVED",
            ),
            ("<ul><li>a &lt; b &amp; c</li></ul>", "• a < b & c"),
            ("1 < 2 & 3", "1 < 2 & 3"),
            ("<", "<"),
            ("Задача&nbsp", "Задача&nbsp"),
        ] {
            assert_eq!(letters(html), letters(text), "{html}");
        }
        assert_ne!(letters("Verdict: PASS"), letters("Verdict: FAIL"));
    }
}
