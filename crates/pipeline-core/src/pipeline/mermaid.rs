//! A pipeline as a graph in Mermaid's language: full lines are the pass path, dotted ones lead back. It knows no terminal and no page.

use std::fmt::Write;

use crate::pipeline::Pipeline;
use crate::stage::{OnFail, Stage, StageName};

/// The graph.
#[must_use]
pub fn mermaid(pipeline: &Pipeline) -> String {
    let mut text = "flowchart TD\n".to_owned();
    for (at, stage) in pipeline.stages.iter().enumerate() {
        // Writing to a String cannot fail; so it is with every line below.
        let _ = writeln!(text, "    s{at}{}", node(stage));
    }
    for (at, stage) in pipeline.stages.iter().enumerate().skip(1) {
        let before = at - 1;
        let label = if pipeline.after_merge.first() == Some(&stage.name) {
            "|merge|"
        } else {
            ""
        };
        let _ = writeln!(text, "    s{before} -->{label} s{at}");
    }
    for (at, stage) in pipeline.stages.iter().enumerate() {
        for (to, label) in back(stage) {
            if let Some(to) = pipeline.position(to) {
                let _ = writeln!(text, "    s{at} -.->|{label}| s{to}");
            }
        }
    }
    text
}

fn node(stage: &Stage) -> String {
    let Some(role) = &stage.role else {
        return format!("([{}])", stage.name);
    };
    let mut lines = vec![stage.name.to_string(), role.to_string()];
    lines.extend(stage.gates.iter().map(ToString::to_string));
    format!("[\"{}\"]", lines.join("<br>"))
}

/// Where a stage leads back to, and what for.
fn back(stage: &Stage) -> Vec<(&StageName, String)> {
    let failed = match &stage.on_fail {
        OnFail::Bounce { stage, cause } => Some((stage, cause.to_string())),
        OnFail::Block { stage } => Some((stage, "blocked".to_owned())),
        OnFail::Repair => None,
    };
    let objects = stage
        .objects_in
        .as_ref()
        .map(|(document, to)| (to, document.clone()));
    failed.into_iter().chain(objects).collect()
}
