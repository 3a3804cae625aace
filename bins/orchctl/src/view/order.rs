//! An operator's order with its answer: the audit.

use pipeline_core::id::{AccountId, EffectKey, JobId, OrderId};
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::store::orders::OrderRow;
use pipeline_core::stage::StageName;
use serde::Serialize;

use crate::text;

/// What was ordered.
#[derive(Serialize)]
pub(crate) struct OrderWords {
    /// The word.
    pub(crate) order: &'static str,
    /// Where to, for `force_stage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<StageName>,
    /// Which, for `requeue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
    /// Which, for `retry_effect` and `drop_effect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<EffectKey>,
    /// Which, for `reset_provider` and, if it is one, for `check_providers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<AccountId>,
}

impl OrderWords {
    /// The order in words.
    pub(crate) fn of(what: &OperatorOrderKind) -> Self {
        let mut words = Self {
            order: "",
            stage: None,
            job: None,
            effect: None,
            provider: None,
        };
        words.order = match what {
            OperatorOrderKind::Approve => "approve",
            OperatorOrderKind::Reject => "reject",
            OperatorOrderKind::Advance => "advance",
            OperatorOrderKind::ForceStage { stage } => {
                words.stage = Some(stage.clone());
                "force_stage"
            }
            OperatorOrderKind::Requeue { job } => {
                words.job = Some(*job);
                "requeue"
            }
            OperatorOrderKind::Cancel => "cancel",
            OperatorOrderKind::Restart => "restart",
            OperatorOrderKind::Repin => "repin",
            OperatorOrderKind::RetryEffect { effect } => {
                words.effect = Some(effect.clone());
                "retry_effect"
            }
            OperatorOrderKind::DropEffect { effect } => {
                words.effect = Some(effect.clone());
                "drop_effect"
            }
            OperatorOrderKind::ResetProvider { account } => {
                words.provider = Some(account.clone());
                "reset_provider"
            }
            OperatorOrderKind::CheckProviders { account } => {
                words.provider.clone_from(account);
                "check_providers"
            }
        };
        words
    }

    fn text(&self) -> String {
        let stage = self
            .stage
            .iter()
            .map(|stage| format!(" {}", text::line(stage.as_str())));
        let job = self.job.iter().map(|job| format!(" {job}"));
        let effect = self
            .effect
            .iter()
            .map(|effect| format!(" {}", text::line(effect.as_str())));
        let provider = self
            .provider
            .iter()
            .map(|account| format!(" {}", text::line(account.as_str())));
        stage
            .chain(job)
            .chain(effect)
            .chain(provider)
            .fold(self.order.to_owned(), |text, more| text + &more)
    }
}

/// An order in one line.
#[derive(Serialize)]
pub(crate) struct OrderLine {
    id: OrderId,
    at: String,
    by: String,
    #[serde(flatten)]
    words: OrderWords,
    reason: String,
    outcome: &'static str,
    message: Option<String>,
}

impl OrderLine {
    /// The order as stored.
    pub(crate) fn of(row: &OrderRow) -> Self {
        let (outcome, message) = match &row.answer {
            Some(OrderAnswer::Accepted(sentence)) => ("accepted", Some(sentence.clone())),
            Some(OrderAnswer::Refused(sentence)) => ("refused", Some(sentence.clone())),
            None => ("waiting", None),
        };
        Self {
            id: row.order.id,
            at: row.order.at.to_rfc3339(),
            by: row.order.by.clone(),
            words: OrderWords::of(&row.order.what),
            reason: row.order.reason.clone(),
            outcome,
            message,
        }
    }

    /// `order 12 restart by ann, waiting`.
    pub(crate) fn sentence(&self) -> String {
        format!(
            "order {} {} by {}, {}",
            self.id,
            self.words.text(),
            text::line(&self.by),
            self.outcome
        )
    }

    /// Orders under a header.
    pub(crate) fn table(orders: &[Self]) -> String {
        text::table(
            ["ORDER", "WHEN", "BY", "WHAT", "REASON", "ANSWER"],
            orders.iter().map(Self::row),
        )
    }

    fn row(&self) -> [String; 6] {
        let answer = match self.message.as_deref().map(text::line) {
            Some(message) if !message.is_empty() => format!("{}: {message}", self.outcome),
            Some(_) | None => self.outcome.to_owned(),
        };
        [
            self.id.to_string(),
            self.at.clone(),
            text::line(&self.by),
            self.words.text(),
            text::line(&self.reason),
            answer,
        ]
    }
}
