//! Figures and how they are printed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use serde::Serialize;
use serde_json::Value;

use crate::Shape;

/// Under what conditions a figure was taken: whatever would change it.
pub type Conditions = BTreeMap<&'static str, Value>;

/// Something measured.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What, such as `ingest.p99`.
    pub metric: String,
    /// How much.
    pub value: f64,
    /// Of what: `1/s`, `ms`, `MiB`, `s`, `ratio`.
    pub unit: &'static str,
    /// How many operations or runs it stands for.
    pub n: u64,
    /// Under what conditions.
    pub conditions: Conditions,
}

/// Takes figures and prints them.
#[derive(Debug)]
pub(crate) struct Sheet {
    shape: Shape,
    figures: Vec<Figure>,
}

impl Sheet {
    pub(crate) fn new(shape: Shape) -> Self {
        Self {
            shape,
            figures: Vec::new(),
        }
    }

    pub(crate) fn put(
        &mut self,
        metric: &str,
        (value, unit): (f64, &'static str),
        n: u64,
        conditions: &Conditions,
    ) {
        let figure = Figure {
            metric: metric.to_owned(),
            value: (value * 1000.0).round() / 1000.0,
            unit,
            n,
            conditions: conditions.clone(),
        };
        if self.shape == Shape::Lines {
            say(&serde_json::to_string(&figure).unwrap_or_default());
        }
        self.figures.push(figure);
    }

    /// An earlier figure, for a ratio to a limit.
    pub(crate) fn value(&self, metric: &str) -> Option<f64> {
        let found = self.figures.iter().rev().find(|figure| figure.metric == metric);
        found.map(|figure| figure.value)
    }

    pub(crate) fn close(&self) {
        if self.shape == Shape::Table {
            say(&self.table());
        }
    }

    pub(crate) fn into_figures(self) -> Vec<Figure> {
        self.figures
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_header(["metric", "value", "unit", "n", "conditions"]);
        for figure in &self.figures {
            let conditions: Vec<String> = figure
                .conditions
                .iter()
                .map(|(name, value)| {
                    format!(
                        "{name}={}",
                        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                    )
                })
                .collect();
            table.add_row([
                figure.metric.clone(),
                figure.value.to_string(),
                figure.unit.to_owned(),
                figure.n.to_string(),
                conditions.join(" "),
            ]);
        }
        table.to_string()
    }
}

/// Prints a line at once. A reader that is gone ends nothing that is being measured.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}
