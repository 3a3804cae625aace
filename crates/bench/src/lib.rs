//! What orchd costs, measured on the machine at hand: each figure beside the limit that the same disk and processor set in the same run.
//!
//! A measurement is a file of its own that answers with figures; `MEASUREMENTS` names them all. Nothing here is part of the product, and nothing
//! here makes the product faster than it is: the same pragmas, the same adapters, read back and printed with the figures.

mod clock;
mod figure;
mod place;
mod samples;
mod commits;
mod processor;
mod store;
mod specimen;
mod idle;
mod limits;
mod ingest;
mod queue;
mod growth;
mod recovery;
mod outbox;
mod stages;
mod installation;
mod daemon;
mod start;
mod first_byte;
mod chatty;
mod checkout;
mod rules;

use std::path::PathBuf;

use anyhow::bail;

pub use figure::{Conditions, Figure};
pub use place::Place;

use figure::Sheet;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Names of measurements; none: all.
    pub only: Vec<String>,
    /// How figures are printed.
    pub shape: Shape,
    /// Where data is written.
    pub data: PathBuf,
    /// A hundredth of the work.
    pub smoke: bool,
}

/// How figures are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A line of JSON each, as soon as it is known.
    Lines,
    /// One table at the end.
    Table,
}

/// Something that can be measured.
struct Measurement {
    name: &'static str,
    about: &'static str,
    run: fn(&Place, &mut Sheet) -> anyhow::Result<()>,
}

/// In the order in which they run; the limits come first, for comparison.
const MEASUREMENTS: &[Measurement] = &[
    Measurement {
        name: "limits",
        about: "the disk and SQLite by themselves: fdatasync, single and grouped commits",
        run: limits::measure,
    },
    Measurement {
        name: "ingest",
        about: "webhooks over 1, 16 and 64 connections until they are durable",
        run: ingest::measure,
    },
    Measurement {
        name: "queue",
        about: "jobs: queued, claimed, completed, and end to end with 1 and 8 workers",
        run: queue::measure,
    },
    Measurement {
        name: "growth",
        about: "a claim, a step and /status with 100, 10,000 and 1,000,000 tasks in the store",
        run: growth::measure,
    },
    Measurement {
        name: "recovery",
        about: "what a start takes up: 10,000 open tasks and 200 leased runs",
        run: recovery::measure,
    },
    Measurement {
        name: "outbox",
        about: "effects that are due, sent by the engine's own loop",
        run: outbox::measure,
    },
    Measurement {
        name: "stages",
        about: "a task through nine stages with agents that do nothing, 1 and 64 in flight",
        run: stages::measure,
    },
    Measurement {
        name: "start",
        about: "orchd to its first 200 on /health, then memory and processor while nothing happens",
        run: start::measure,
    },
    Measurement {
        name: "first-byte",
        about: "from the move on the board to the first byte of the agent's process",
        run: first_byte::measure,
    },
    Measurement {
        name: "chatty",
        about: "64 agents at once that write as fast as they can, and what the daemon notices",
        run: chatty::measure,
    },
    Measurement {
        name: "checkout",
        about: "a repository of 50,000 files beside git worktree add and git clone --local",
        run: checkout::measure,
    },
    Measurement {
        name: "rules",
        about: "verdicts on reports and decisions of a task's life, on one thread",
        run: rules::measure,
    },
];

/// Measures what is asked for and prints it.
pub fn run(options: &Options) -> anyhow::Result<()> {
    figures(options).map(|_| ())
}

/// The same, with the figures as an answer.
pub fn figures(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let wanted = wanted(&options.only)?;
    let mut sheet = Sheet::new(options.shape);
    for measurement in wanted {
        let place = Place::new(&options.data, measurement.name, options.smoke)?;
        (measurement.run)(&place, &mut sheet)?;
    }
    sheet.close();
    Ok(sheet.into_figures())
}

/// Prints what can be measured.
pub fn list() -> anyhow::Result<()> {
    for measurement in MEASUREMENTS {
        figure::say(&format!("{:<12}{}", measurement.name, measurement.about));
    }
    Ok(())
}

fn wanted(only: &[String]) -> anyhow::Result<Vec<&'static Measurement>> {
    for name in only {
        if !MEASUREMENTS.iter().any(|known| known.name == name) {
            let names: Vec<&str> = MEASUREMENTS.iter().map(|known| known.name).collect();
            bail!("there is no measurement '{name}'; there are {}", names.join(", "));
        }
    }
    let is_wanted = |known: &&Measurement| only.is_empty() || only.iter().any(|name| name == known.name);
    Ok(MEASUREMENTS.iter().filter(is_wanted).collect())
}
