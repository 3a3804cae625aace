//! What differs between two pipelines, stage by stage, in the words of the file. It judges neither.

use std::fmt;

use crate::pipeline::{Limits, Pipeline};
use crate::role::Role;
use crate::stage::{OnFail, Stage, StageName, WriteScope};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What it belongs to: `stage review`, `limits`, `pipeline`.
    pub of: String,
    /// The key; `-` when the whole thing is meant.
    pub key: &'static str,
    /// How it stands in the left one; `-` for nothing.
    pub left: String,
    /// How it stands in the right one; `-` for nothing.
    pub right: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {} → {}", self.of, self.key, self.left, self.right)
    }
}

/// Everything that differs; nothing exactly when the digests are the same. Two stages of one name are compared with the first of it.
#[must_use]
pub fn differences(left: &Pipeline, right: &Pipeline) -> Vec<Difference> {
    let mut found = compared("pipeline", &whole(left), &whole(right));
    found.extend(compared("limits", &limits(left.limits), &limits(right.limits)));
    for stage in &left.stages {
        let of = format!("stage {}", stage.name);
        match right.stage(&stage.name) {
            Some(other) => found.extend(compared(&of, &keys(stage), &keys(other))),
            None => found.push(present(of, [summary(stage), nothing()])),
        }
    }
    let added = right
        .stages
        .iter()
        .filter(|stage| left.stage(&stage.name).is_none());
    found.extend(added.map(|stage| present(format!("stage {}", stage.name), [nothing(), summary(stage)])));
    found
}

fn nothing() -> String {
    "-".to_owned()
}

fn summary(stage: &Stage) -> String {
    let role = stage.role.as_ref().map_or("nobody", |role| role.as_str());
    format!("{role} ({})", list(stage.gates.iter().map(|gate| gate.as_str())))
}

fn present(of: String, [left, right]: [String; 2]) -> Difference {
    Difference {
        of,
        key: "-",
        left,
        right,
    }
}

fn compared(of: &str, left: &[(&'static str, String)], right: &[(&'static str, String)]) -> Vec<Difference> {
    let pairs = left.iter().zip(right);
    pairs
        .filter(|(left, right)| left != right)
        .map(|((key, left), (_, right))| Difference {
            of: of.to_owned(),
            key,
            left: left.clone(),
            right: right.clone(),
        })
        .collect()
}

fn whole(pipeline: &Pipeline) -> Vec<(&'static str, String)> {
    // Taken apart by name, so that a field that is added cannot be forgotten here.
    let Pipeline {
        name,
        stages,
        after_merge,
        mending,
        limits: _,
    } = pipeline;
    vec![
        ("name", item(name)),
        ("order", list(stages.iter().map(|stage| stage.name.as_str()))),
        ("after the merge", list(after_merge.iter().map(StageName::as_str))),
        ("mending", item(mending.as_str())),
    ]
}

/// The limits, by key.
#[must_use]
pub fn limits(limits: Limits) -> Vec<(&'static str, String)> {
    let Limits {
        bounces_per_cause,
        bounces,
        question_rounds,
        conflict_rounds,
        repairs,
        base_merges,
        attempts,
    } = limits;
    [
        ("bounces_per_cause", bounces_per_cause),
        ("bounces", bounces),
        ("question_rounds", question_rounds),
        ("conflict_rounds", conflict_rounds),
        ("repairs", repairs),
        ("base_merges", base_merges),
        ("attempts", attempts),
    ]
    .map(|(key, limit)| (key, limit.to_string()))
    .to_vec()
}

/// Everything that a stage says besides its name, by key.
fn keys(stage: &Stage) -> Vec<(&'static str, String)> {
    let Stage {
        name: _,
        role,
        gates,
        on_fail: _,
        column,
        reports,
        asks_in,
        objects_in: _,
        scope: may_write,
        prompt,
        single_attempt,
        staging_only,
    } = stage;
    let text = |text: Option<&str>| text.map_or_else(nothing, item);
    vec![
        ("role", text(role.as_ref().map(Role::as_str))),
        ("column", column.to_string()),
        ("gates", list(gates.iter().map(|gate| gate.as_str()))),
        ("on_fail", route(stage)),
        ("reports", list(reports.iter().map(String::as_str))),
        ("asks_in", text(asks_in.as_deref())),
        ("objects_in", objection(stage)),
        ("may_write", scope(may_write)),
        ("prompt", text(prompt.as_deref())),
        ("single_attempt", single_attempt.to_string()),
        ("staging_only", staging_only.to_string()),
    ]
}

/// Where a failure leads, in a few words: `development (ci)`, `development, blocked`, `repair`.
#[must_use]
pub fn route(stage: &Stage) -> String {
    match &stage.on_fail {
        OnFail::Bounce { stage, cause } => format!("{} ({cause})", item(stage.as_str())),
        OnFail::Block { stage } => format!("{}, blocked", item(stage.as_str())),
        OnFail::Repair => "repair".to_owned(),
    }
}

fn objection(stage: &Stage) -> String {
    let objection = stage.objects_in.as_ref();
    objection.map_or_else(nothing, |(document, to)| {
        format!("{} to {}", item(document), item(to.as_str()))
    })
}

fn scope(scope: &WriteScope) -> String {
    let (kind, patterns) = match scope {
        WriteScope::Documents(patterns) => ("documents", patterns),
        WriteScope::DocsTree(patterns) => ("docs_tree", patterns),
        WriteScope::Code(patterns) => ("code", patterns),
    };
    format!("{kind}: {}", list(patterns.iter().map(String::as_str)))
}

/// A name as it is; in quotes where it could be taken for several, for nothing, or for a word of this list.
fn item(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./*".contains(letter);
    if !text.is_empty() && text != "-" && text != "repair" && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.map(item).collect();
    if items.is_empty() {
        nothing()
    } else {
        items.join(", ")
    }
}
