//! What `orchctl pipeline` prints: one sheet per command, as text and as JSON.

use std::path::Path;

use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::difference::{Difference, limits, route};
use pipeline_core::pipeline::file::Problem;
use pipeline_core::pipeline::mermaid::mermaid;
use pipeline_core::pipeline::worst_case::runs;
use pipeline_core::project::MergeTime;
use pipeline_core::stage::Stage;
use serde::Serialize;

use crate::output::Show;
use crate::text;

/// What is said of files.
#[derive(Serialize)]
pub(super) struct CheckSheet {
    pub(super) files: Vec<Checked>,
}

/// What is said of one file.
#[derive(Serialize)]
pub(super) struct Checked {
    file: String,
    name: Option<String>,
    digest: Option<String>,
    pub(super) problems: Vec<ProblemLine>,
    #[serde(skip)]
    told: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct ProblemLine {
    line: u64,
    column: u64,
    field: String,
    message: String,
    fix: String,
}

impl Checked {
    pub(super) fn good(path: &Path, pipeline: &Pipeline) -> Self {
        let digest = pipeline.digest();
        let short: String = digest.as_str().chars().take(12).collect();
        Self {
            file: path.display().to_string(),
            name: Some(pipeline.name.clone()),
            told: vec![text::line(&format!(
                "{}: good: {} stages, digest {short}",
                path.display(),
                pipeline.stages.len()
            ))],
            digest: Some(digest.as_str().to_owned()),
            problems: Vec::new(),
        }
    }

    pub(super) fn bad(path: &Path, problems: &[Problem]) -> Self {
        Self {
            file: path.display().to_string(),
            name: None,
            digest: None,
            told: told(path, problems),
            problems: problems.iter().cloned().map(ProblemLine::of).collect(),
        }
    }
}

impl ProblemLine {
    fn of(problem: Problem) -> Self {
        Self {
            line: problem.line,
            column: problem.column,
            field: problem.field,
            message: problem.message,
            fix: problem.fix,
        }
    }
}

impl Show for CheckSheet {
    fn text(&self) -> String {
        let lines: Vec<&str> = self
            .files
            .iter()
            .flat_map(|file| &file.told)
            .map(String::as_str)
            .collect();
        lines.join("\n")
    }
}

/// The definition itself in JSON; a table or a graph as text.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct PipelineSheet {
    pub(super) pipeline: Pipeline,
    #[serde(skip)]
    pub(super) graph: bool,
}

impl Show for PipelineSheet {
    fn text(&self) -> String {
        if self.graph {
            return mermaid(&self.pipeline).trim_end().to_owned();
        }
        let header = ["STAGE", "ROLE", "COLUMN", "GATES", "ON FAIL", "NOTES"];
        let stages = text::table(header, self.pipeline.stages.iter().map(|stage| self.row(stage)));
        [self.head(), stages, self.tail()].join("\n\n")
    }
}

impl PipelineSheet {
    fn head(&self) -> String {
        let digest = self.pipeline.digest();
        text::line(&format!(
            "pipeline {}, digest {}",
            self.pipeline.name,
            digest.as_str()
        ))
    }

    fn row(&self, stage: &Stage) -> [String; 6] {
        let gates: Vec<&str> = stage.gates.iter().map(|gate| gate.as_str()).collect();
        let on_fail = if stage.gates.is_empty() {
            String::new()
        } else {
            route(stage)
        };
        [
            stage.name.to_string(),
            stage
                .role
                .as_ref()
                .map_or_else(|| "-".to_owned(), ToString::to_string),
            stage.column.to_string(),
            gates.join(", "),
            on_fail,
            self.notes(stage).join("; "),
        ]
        .map(|cell| text::line(&cell))
    }

    fn notes(&self, stage: &Stage) -> Vec<String> {
        let pipeline = &self.pipeline;
        let flags = [
            (
                pipeline.after_merge.first() == Some(&stage.name),
                "after the merge",
            ),
            (pipeline.mending == stage.name, "mends code"),
            (stage.single_attempt, "one attempt"),
            (stage.staging_only, "with staging only"),
        ];
        let mut notes: Vec<String> = stage
            .asks_in
            .iter()
            .map(|name| format!("asks in {name}"))
            .collect();
        let objects = stage.objects_in.as_ref();
        notes.extend(objects.map(|(name, to)| format!("objects to {to} in {name}")));
        notes.extend(
            flags
                .iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, note)| (*note).to_owned()),
        );
        notes.extend(stage.prompt.as_ref().map(|prompt| format!("prompt {prompt}")));
        notes
    }

    fn tail(&self) -> String {
        let limits: Vec<String> = limits(self.pipeline.limits)
            .into_iter()
            .map(|(key, limit)| format!("{key} {limit}"))
            .collect();
        let early = runs(&self.pipeline, MergeTime::OnDeployEntry);
        let late = runs(&self.pipeline, MergeTime::AfterDeploy);
        format!(
            "limits: {}\nruns of a task: {} when everything passes at once, at most {} before it is Done or Blocked ({} with merge: after_deploy)",
            limits.join(", "),
            early.least,
            early.most,
            late.most
        )
    }
}

/// What differs.
#[derive(Serialize)]
pub(super) struct DiffSheet {
    pub(super) differences: Vec<DifferenceLine>,
}

impl DiffSheet {
    pub(super) fn of(found: Vec<Difference>) -> Self {
        let line = |found: Difference| DifferenceLine {
            of: found.of,
            key: found.key,
            left: found.left,
            right: found.right,
        };
        Self {
            differences: found.into_iter().map(line).collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct DifferenceLine {
    of: String,
    key: &'static str,
    left: String,
    right: String,
}

impl Show for DiffSheet {
    fn text(&self) -> String {
        if self.differences.is_empty() {
            return "The pipelines are the same.".to_owned();
        }
        let row = |line: &DifferenceLine| [&line.of, line.key, &line.left, &line.right].map(text::line);
        text::table(["OF", "KEY", "LEFT", "RIGHT"], self.differences.iter().map(row))
    }
}

/// `file:line:column: field: message; fix`, one line each.
pub(super) fn told(path: &Path, problems: &[Problem]) -> Vec<String> {
    let line = |problem: &Problem| text::line(&format!("{}:{problem}", path.display()));
    problems.iter().map(line).collect()
}
