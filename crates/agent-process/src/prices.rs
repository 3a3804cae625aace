//! What models cost: a list of ours, dated, and the operator's own on top of it. Used only where a provider names no cost.

use std::collections::BTreeMap;

use pipeline_core::usage::Usage;
use serde::Deserialize;

const BUILT_IN: &str = include_str!("../../../agents/prices.yaml");

/// Tokens that a price is for.
const PER: f64 = 1_000_000.0;

/// A price list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prices {
    models: BTreeMap<String, Price>,
}

/// US dollars for a million tokens of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    input: f64,
    output: f64,
    cache_read: f64,
    cache_write: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// When somebody last compared it with the providers' pages.
    #[serde(rename = "as_of")]
    _as_of: String,
    models: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(flatten)]
    price: Price,
}

impl Prices {
    /// The list that comes with the program.
    #[must_use]
    pub fn built_in() -> Self {
        // A test reads it: it cannot be wrong.
        Self::parse(BUILT_IN).unwrap_or_default()
    }

    /// This list with the operator's on top: its models win. Errors: it is no price list; the text says where.
    pub fn with(mut self, yaml: &str) -> Result<Self, String> {
        self.models.extend(Self::parse(yaml)?.models);
        Ok(self)
    }

    fn parse(yaml: &str) -> Result<Self, String> {
        let list: List =
            serde_yaml::from_str(yaml).map_err(|error| format!("read the price list: {error}"))?;
        let mut models = BTreeMap::new();
        for (name, Entry { price }) in list.models {
            let all = [price.input, price.output, price.cache_read, price.cache_write];
            if !all.iter().all(|price| (0.0..=10_000.0).contains(price)) {
                return Err(format!(
                    "read the price list: a price of model {name:?} is not between 0 and 10000 dollars"
                ));
            }
            models.insert(name, price);
        }
        Ok(Self { models })
    }

    /// What these tokens cost in US dollars; `None`: the model is not in the list. A provider's name before the model
    /// (`openai/gpt-5.5`) and a date after it (`claude-sonnet-4-5-20250929`) make no difference.
    #[must_use]
    pub fn cost(&self, model: &str, usage: &Usage) -> Option<f64> {
        let price = self.price(model)?;
        #[expect(clippy::cast_precision_loss, reason = "tokens are far below 2^52")]
        let of = |tokens: u64, price: f64| tokens as f64 * price / PER;
        Some(
            of(usage.input_tokens, price.input)
                + of(usage.output_tokens, price.output)
                + of(usage.cache_read_input_tokens, price.cache_read)
                + of(usage.cache_creation_input_tokens, price.cache_write),
        )
    }

    fn price(&self, model: &str) -> Option<&Price> {
        let bare = model.rsplit('/').next().unwrap_or(model);
        let undated = bare
            .rsplit_once('-')
            .filter(|(_, date)| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(bare, |(name, _)| name);
        [model, bare, undated]
            .into_iter()
            .find_map(|name| self.models.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USAGE: Usage = Usage {
        input_tokens: 12,
        output_tokens: 34,
        cache_read_input_tokens: 5_000,
        cache_creation_input_tokens: 700,
        cost_usd: 0.0,
    };

    #[test]
    fn the_list_that_comes_with_the_program_can_be_read() {
        assert!(Prices::parse(BUILT_IN).unwrap().models.len() > 10);
    }

    #[test]
    fn a_cost_is_the_sum_over_the_kinds_of_tokens() {
        for name in [
            "claude-sonnet-4-5",
            "claude-sonnet-4-5-20250929",
            "anthropic/claude-sonnet-4-5",
        ] {
            let cost = Prices::built_in().cost(name, &USAGE).unwrap();
            assert!((cost - 0.004_671).abs() < 1e-9, "{name}: {cost}");
        }
        assert_eq!(Prices::built_in().cost("of-next-year", &USAGE), None);
    }

    #[test]
    fn the_operators_list_wins() {
        let own = "as_of: 2026-11-01\nmodels:\n  claude-sonnet-4-5: {input: 0, output: 1, cache_read: 0, cache_write: 0}\n";
        let prices = Prices::built_in().with(own).unwrap();
        let cost = prices.cost("claude-sonnet-4-5", &USAGE).unwrap();
        assert!((cost - 0.000_034).abs() < 1e-12, "{cost}");
        assert!(prices.cost("claude-haiku-4-5", &USAGE).is_some());
    }

    #[test]
    fn a_list_that_is_none_says_what_is_wrong() {
        for (yaml, expected) in [
            ("models: {}", "as_of"),
            ("as_of: 2026-11-01\nmodels:\n  m: {input: 1}", "output"),
            (
                "as_of: 2026-11-01\nmodels:\n  m: {input: -1, output: 1, cache_read: 1, cache_write: 1}",
                "\"m\"",
            ),
        ] {
            let error = Prices::default().with(yaml).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
