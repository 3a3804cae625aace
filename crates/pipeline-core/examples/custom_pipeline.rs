//! Drives a pipeline of one's own by hand: a manual is written, proofread and published. No daemon, no repository; every event is made here,
//! and after each the state is printed.
//!
//! ```text
//! cargo run -p pipeline-core --example custom_pipeline
//! cargo run -p pipeline-core --example custom_pipeline -- fixtures/pipelines/bug-fix.yaml
//! ```
//!
//! Everything goes well, but for the first proofreading.
#![allow(clippy::print_stdout, reason = "an example tells what it found")]

#[path = "custom_pipeline/desk.rs"]
mod desk;

use std::process::ExitCode;

use pipeline_core::decision::{Change, Decision};
use pipeline_core::id::TaskId;
use pipeline_core::pipeline::file::parse;
use pipeline_core::start::{start, work_item};
use pipeline_core::transition::decide;

use desk::{Desk, item};

pub(crate) const MANUAL: &str = "
name: manual
mending: writing
limits: {bounces_per_cause: 2, bounces: 4, repairs: 1, base_merges: 3, attempts: 2}
roles: [writer]
stages:
  - name: created
    column: Todo
  - name: writing
    role: writer
    column: In Progress
    on_fail: repair
    may_write:
      code: []
  - name: proofreading
    role: reviewer
    column: Review
    gates: [check_reviewer_verdict]
    on_fail: {stage: writing, cause: review}
    reports: [12-review.md]
  - name: done
    column: Done
";

fn main() -> ExitCode {
    let file = std::env::args().nth(1);
    let text = file.map_or_else(|| Ok(MANUAL.to_owned()), std::fs::read_to_string);
    match text
        .map_err(|error| error.to_string())
        .and_then(|text| drive(&text))
    {
        Ok(states) => {
            println!("{}", states.join("\n"));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            println!("{problem}");
            ExitCode::from(2)
        }
    }
}

/// Takes a task through the pipeline of this text; a header, and a line per state.
///
/// # Errors
/// The text is no pipeline, or the task came to a halt.
pub(crate) fn drive(text: &str) -> Result<Vec<String>, String> {
    let pipeline = parse(text).map_err(|error| error.to_string())?;
    let mut desk = Desk::new(pipeline);
    let item = item();
    let name = work_item(&desk.project, &item, 1);
    let mut change = start(TaskId(1), name, &item, desk.rules());
    let header = format!("{:>2} {:<14} {:<14} what happened", "#", "stage", "state");
    let mut states = vec![header, line(&change)];
    loop {
        let task = desk.take(change);
        if task.is_over() {
            return Ok(states);
        }
        let event = desk
            .next_event(&task)
            .ok_or_else(|| format!("nothing to do in {}:\n{}", task.state.name(), states.join("\n")))?;
        desk.wait_a_minute();
        change = match decide(&task, &event, desk.rules()) {
            Decision::Change(change) => *change,
            Decision::Ignore(why) | Decision::Illegal(why) => return Err(format!("{}: {why}", event.name())),
        };
        states.push(line(&change));
    }
}

fn line(change: &Change) -> String {
    let task = &change.task;
    let (stage, state) = (task.stage.as_str(), task.state.name());
    format!("{:>2} {stage:<14} {state:<14} {}", task.revision, change.note)
}
