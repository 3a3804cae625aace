//! What a run cost by itself, where its program counts by session, and in money, where it names none.

use pipeline_core::usage::Usage;
use serde::{Deserialize, Serialize};

use super::Transcript;
use super::lines::add;
use crate::prices::Prices;

/// Said where the session's earlier totals are not known.
const UNKNOWN_START: &str = "the session's earlier totals are not known: tokens and cost of this run may count earlier runs of the session";

/// Said where the model has no price.
const NO_PRICE: &str = "the provider names no cost and the price list has no price for the model";

/// The session that a run went on with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Resumed {
    pub(crate) session: String,
    /// What it had used before; none: nobody knows any more.
    #[serde(default)]
    pub(crate) totals: Option<Usage>,
}

impl Transcript {
    /// Adds what a run used.
    pub(crate) fn use_up(&mut self, more: Usage) {
        add(&mut self.so_far, more);
    }

    /// Settles the figures of a run that is over: `resumed` is the session it went on with, `model` the one that it was
    /// told to use.
    pub(crate) fn settle(&mut self, resumed: Option<&Resumed>, model: Option<&str>, prices: &Prices) {
        if self.model.is_none() {
            self.model = model.map(str::to_owned);
        }
        if let Some(totals) = self.totals {
            let before = resumed.map(|resumed| resumed.totals);
            self.so_far = self.share(totals, before);
            self.totals = Some(larger(totals, before.flatten().unwrap_or_default()));
        } else {
            self.totals = resumed.and_then(|resumed| resumed.totals);
        }
        self.estimate(prices);
        if let Some(record) = &mut self.record {
            record.usage = self.so_far;
            record.model.clone_from(&self.model);
        }
    }

    /// This run's part of the session's totals. `before`: none for a new session, and none inside where it is not known.
    fn share(&mut self, totals: Usage, before: Option<Option<Usage>>) -> Usage {
        match before {
            None if totals.is_zero() => self.so_far,
            None => totals,
            Some(Some(before)) => {
                let part = less(totals, before);
                if part.is_zero() {
                    Usage {
                        cost_usd: part.cost_usd,
                        ..self.so_far
                    }
                } else {
                    part
                }
            }
            Some(None) => {
                self.note(UNKNOWN_START);
                // Its own tokens, where the program tells them besides; the money is estimated from them.
                if self.so_far.is_zero() {
                    totals
                } else {
                    Usage {
                        cost_usd: 0.0,
                        ..self.so_far
                    }
                }
            }
        }
    }

    fn estimate(&mut self, prices: &Prices) {
        if self.so_far.cost_usd > 0.0 || self.so_far.is_zero() {
            return;
        }
        match self
            .model
            .as_deref()
            .and_then(|model| prices.cost(model, &self.so_far))
        {
            Some(cost) => {
                self.so_far.cost_usd = cost;
                self.cost_is_estimated = true;
            }
            None => self.note(NO_PRICE),
        }
    }
}

fn less(all: Usage, before: Usage) -> Usage {
    Usage {
        input_tokens: all.input_tokens.saturating_sub(before.input_tokens),
        output_tokens: all.output_tokens.saturating_sub(before.output_tokens),
        cache_read_input_tokens: all
            .cache_read_input_tokens
            .saturating_sub(before.cache_read_input_tokens),
        cache_creation_input_tokens: all
            .cache_creation_input_tokens
            .saturating_sub(before.cache_creation_input_tokens),
        cost_usd: (all.cost_usd - before.cost_usd).max(0.0),
    }
}

/// A session only grows: a run that failed early may not have counted what was before it.
fn larger(one: Usage, other: Usage) -> Usage {
    Usage {
        input_tokens: one.input_tokens.max(other.input_tokens),
        output_tokens: one.output_tokens.max(other.output_tokens),
        cache_read_input_tokens: one.cache_read_input_tokens.max(other.cache_read_input_tokens),
        cache_creation_input_tokens: one
            .cache_creation_input_tokens
            .max(other.cache_creation_input_tokens),
        cost_usd: one.cost_usd.max(other.cost_usd),
    }
}
