//! The form of a pipeline file: which keys there are and what each becomes. Words of the registry (gates, columns, causes) are looked up
//! here; how stages fit together is looked at in `check`.

mod stage;
mod route;

use super::reader::{Fields, Reader};
use super::tree::Node;
use crate::pipeline::{Limits, Pipeline};
use crate::stage::{Stage, StageName, WriteScope};

const PIPELINE: &[&str] = &["name", "roles", "mending", "merge_before", "limits", "stages"];
/// In letters.
const LONGEST_NAME: usize = 80;

const MOST_STAGES: usize = 50;

const LIMITS: &[&str] = &[
    "bounces_per_cause",
    "bounces",
    "question_rounds",
    "conflict_rounds",
    "repairs",
    "base_merges",
    "attempts",
];

/// What stands in the file. Keys that are not there have what follows from the others.
pub(super) struct Draft {
    pub(super) pipeline: Pipeline,
    /// Roles that the file adds.
    pub(super) roles: Vec<String>,
    /// For each stage, what it says besides the stage itself.
    pub(super) said: Vec<Said>,
    /// Where the merge comes.
    pub(super) merge_before: Option<String>,
    /// The limits that are named.
    pub(super) limits: Vec<&'static str>,
}

/// What a stage of the file says that its definition does not tell any more.
pub(super) struct Said {
    /// Where it stands in the structure: `stages[2]`.
    pub(super) path: String,
    /// It has a route for failures.
    pub(super) route: Route,
    /// Where each of its gates stands: `stages[2].gates[0]`.
    pub(super) gates: Vec<String>,
    /// Some of its gates could not be read; that was told.
    pub(super) lacks_gates: bool,
    /// Where each of its reports stands.
    pub(super) reports: Vec<String>,
    /// Where each pattern of what it may write stands; none where that follows from the rest.
    pub(super) patterns: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// There is none.
    Missing,
    /// It stands there; what cannot be read of it was told.
    Said,
}

/// What the file says; none where there are no stages to look at.
pub(super) fn pipeline(reader: &mut Reader, tree: &Node) -> Option<Draft> {
    let fields = reader.fields(String::new(), tree, PIPELINE)?;
    let name = name(reader, &fields);
    let roles = reader.texts(&fields, "roles");
    let (limits, named) = limits(reader, &fields);
    let merge_before = reader.text(&fields, "merge_before");
    let mending = reader.text(&fields, "mending");
    let (stages, said) = stages(reader, &fields)?;
    let mending = mending.or_else(|| first_writer(&stages));
    Some(Draft {
        pipeline: Pipeline {
            name: name.unwrap_or_default(),
            after_merge: after_merge(&stages, merge_before.as_deref()),
            mending: StageName::new(mending.unwrap_or_default()),
            limits,
            stages,
        },
        roles: roles.into_iter().map(|(_, role)| role).collect(),
        said,
        merge_before,
        limits: named,
    })
}

fn name(reader: &mut Reader, fields: &Fields<'_>) -> Option<String> {
    if !fields.has("name") {
        reader.refuse(
            "name",
            "the pipeline has no name",
            "add `name: …` at the head of the file",
        );
    }
    let name = reader.text(fields, "name")?;
    let letters = name.chars().count();
    if letters > LONGEST_NAME {
        let fix = format!("write up to {LONGEST_NAME}");
        reader.refuse("name", format!("the name has {letters} letters"), fix);
    }
    Some(name)
}

/// The stages that can be read; none when there is nothing that could be put together.
fn stages(reader: &mut Reader, fields: &Fields<'_>) -> Option<(Vec<Stage>, Vec<Said>)> {
    let nodes = reader.list(fields, "stages");
    if !fields.has("stages") || fields.length("stages") == Some(0) {
        let fix = "add `stages:` with `- name: created`, at least one stage with a role, and `- name: done`";
        reader.refuse("stages", "the pipeline has no stages", fix);
    }
    if nodes.len() > MOST_STAGES {
        let message = format!("{} stages are more than {MOST_STAGES}", nodes.len());
        reader.refuse("stages", message, "leave some out");
        return None;
    }
    let read = nodes
        .into_iter()
        .filter_map(|(path, node)| stage::stage(reader, &path, node));
    let (stages, said): (Vec<_>, Vec<_>) = read.unzip();
    (!stages.is_empty()).then_some((stages, said))
}

/// Every working stage from the one that the merge comes before.
fn after_merge(stages: &[Stage], merge_before: Option<&str>) -> Vec<StageName> {
    let Some(first) = merge_before else {
        return Vec::new();
    };
    stages
        .iter()
        .skip_while(|stage| stage.name.as_str() != first)
        .filter(|stage| stage.role.is_some())
        .map(|stage| stage.name.clone())
        .collect()
}

fn first_writer(stages: &[Stage]) -> Option<String> {
    stages
        .iter()
        .find(|stage| matches!(stage.scope, WriteScope::Code(_)))
        .map(|stage| stage.name.to_string())
}

fn limits(reader: &mut Reader, fields: &Fields<'_>) -> (Limits, Vec<&'static str>) {
    let mut limits = Limits::default();
    let mut named = Vec::new();
    let Some(node) = fields.get("limits") else {
        return (limits, named);
    };
    let Some(known) = reader.fields(fields.path("limits"), node, LIMITS) else {
        // That it is no map was told; what is missing of one is not.
        return (limits, LIMITS.to_vec());
    };
    for key in LIMITS {
        if known.has(key) {
            named.push(*key);
        }
        if let Some(number) = reader.number(&known, key)
            && let Some(limit) = limit_mut(&mut limits, key)
        {
            *limit = number;
        }
    }
    (limits, named)
}

fn limit_mut<'l>(limits: &'l mut Limits, key: &str) -> Option<&'l mut u32> {
    match key {
        "bounces_per_cause" => Some(&mut limits.bounces_per_cause),
        "bounces" => Some(&mut limits.bounces),
        "question_rounds" => Some(&mut limits.question_rounds),
        "conflict_rounds" => Some(&mut limits.conflict_rounds),
        "repairs" => Some(&mut limits.repairs),
        "base_merges" => Some(&mut limits.base_merges),
        "attempts" => Some(&mut limits.attempts),
        _ => None,
    }
}
