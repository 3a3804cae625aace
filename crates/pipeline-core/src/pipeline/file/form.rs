//! The form of a pipeline file: which keys there are and what each becomes. Words of the registry (gates, columns, causes) are looked up
//! here; how stages fit together is looked at in `check`.

use super::nearest::advice;
use super::reader::{Fields, Reader};
use super::tree::{Node, Value};
use crate::pipeline::{Limits, Pipeline};
use crate::role::Role;
use crate::stage::{Cause, Column, GateName, OnFail, Stage, StageName, WriteScope};

const PIPELINE: &[&str] = &["name", "roles", "mending", "merge_before", "limits", "stages"];
const STAGE: &[&str] = &[
    "name",
    "role",
    "column",
    "gates",
    "on_fail",
    "reports",
    "asks_in",
    "objects_in",
    "may_write",
    "prompt",
    "single_attempt",
    "staging_only",
];
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// There is none.
    Missing,
    /// It stands there; what cannot be read of it was told.
    Said,
}

pub(super) fn pipeline(reader: &mut Reader, tree: &Node) -> Option<Draft> {
    let fields = reader.fields(String::new(), tree, PIPELINE)?;
    let name = reader.text(&fields, "name");
    if fields.get("name").is_none() {
        reader.refuse(
            "name",
            "the pipeline has no name",
            "add `name: …` at the head of the file",
        );
    }
    let roles = reader
        .texts(&fields, "roles")
        .into_iter()
        .map(|(_, role)| role)
        .collect();
    let mut stages = Vec::new();
    let mut said = Vec::new();
    for (path, node) in reader.list(&fields, "stages") {
        if let Some((stage, route)) = stage(reader, &path, node) {
            stages.push(stage);
            said.push(Said { path, route });
        }
    }
    let (limits, named) = limits(reader, &fields);
    let merge_before = reader.text(&fields, "merge_before");
    let mending = reader.text(&fields, "mending").or_else(|| first_writer(&stages));
    Some(Draft {
        pipeline: Pipeline {
            name: name.unwrap_or_default(),
            after_merge: after_merge(&stages, merge_before.as_deref()),
            mending: StageName::new(mending.unwrap_or_default()),
            limits,
            stages,
        },
        roles,
        said,
        merge_before,
        limits: named,
    })
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
    let known = fields
        .get("limits")
        .and_then(|node| reader.fields(fields.path("limits"), node, LIMITS));
    let Some(known) = known else {
        return (limits, named);
    };
    for key in LIMITS {
        if known.get(key).is_some() {
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

fn stage(reader: &mut Reader, path: &str, node: &Node) -> Option<(Stage, Route)> {
    let fields = reader.fields(path.to_owned(), node, STAGE)?;
    let name = reader.text(&fields, "name");
    if fields.get("name").is_none() {
        reader.refuse(path, "the stage has no name", "add `name: …`");
    }
    let role = reader.text(&fields, "role").map(Role::new);
    let gates = gates(reader, &fields);
    let (on_fail, route) = on_fail(reader, &fields, &gates);
    let reports: Vec<String> = reader
        .texts(&fields, "reports")
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    let asks_in = reader.text(&fields, "asks_in");
    let objects_in = objects_in(reader, &fields);
    let scope = scope(reader, &fields).unwrap_or_else(|| {
        let own = reports
            .iter()
            .chain(&asks_in)
            .chain(objects_in.as_ref().map(|(name, _)| name));
        WriteScope::Documents(own.cloned().collect())
    });
    let stage = Stage {
        name: StageName::new(name?),
        role,
        gates,
        on_fail,
        column: column(reader, &fields).unwrap_or(Column::InProgress),
        reports,
        asks_in,
        objects_in,
        scope,
        prompt: reader.text(&fields, "prompt"),
        single_attempt: reader.flag(&fields, "single_attempt"),
        staging_only: reader.flag(&fields, "staging_only"),
    };
    Some((stage, route))
}

fn column(reader: &mut Reader, fields: &Fields<'_>) -> Option<Column> {
    let text = reader.text(fields, "column")?;
    let found = text.parse().ok();
    if found.is_none() {
        let fix = advice(&text, Column::ALL.iter().map(|column| column.as_str()));
        reader.refuse(
            &fields.path("column"),
            format!("there is no column '{text}'"),
            fix,
        );
    }
    found
}

fn gates(reader: &mut Reader, fields: &Fields<'_>) -> Vec<GateName> {
    let mut gates = Vec::new();
    for (path, text) in reader.texts(fields, "gates") {
        match GateName::ALL.into_iter().find(|gate| gate.as_str() == text) {
            Some(gate) => gates.push(gate),
            None => {
                let fix = advice(&text, GateName::ALL.iter().map(|gate| gate.as_str()));
                reader.refuse(&path, format!("there is no gate '{text}'"), fix);
            }
        }
    }
    gates
}

const ROUTES: &str = "write `repair`, `{stage: …, cause: …}`, or `{stage: …, block: true}`";

fn on_fail(reader: &mut Reader, fields: &Fields<'_>, gates: &[GateName]) -> (OnFail, Route) {
    let Some(node) = fields.get("on_fail") else {
        return (OnFail::Repair, Route::Missing);
    };
    let path = fields.path("on_fail");
    if let Value::Text(text) = &node.value {
        if text != "repair" {
            reader.refuse(&path, format!("there is no route '{text}'"), ROUTES);
        }
        return (OnFail::Repair, Route::Said);
    }
    let route = reader
        .fields(path, node, &["stage", "cause", "block"])
        .and_then(|keys| back(reader, &keys, gates));
    (route.unwrap_or(OnFail::Repair), Route::Said)
}

fn back(reader: &mut Reader, keys: &Fields<'_>, gates: &[GateName]) -> Option<OnFail> {
    let stage = reader.text(keys, "stage").map(StageName::new);
    if keys.get("stage").is_none() {
        reader.refuse(&keys.path("stage"), "the route names no stage", ROUTES);
    }
    let cause = cause(reader, keys);
    if reader.flag(keys, "block") {
        if keys.get("cause").is_some() {
            let fix = "leave `cause` out, or `block`";
            reader.refuse(
                &keys.path("cause"),
                "a human says go on this route: nothing is counted",
                fix,
            );
        }
        return Some(OnFail::Block { stage: stage? });
    }
    let cause = match (keys.get("cause"), cause, gates) {
        (Some(_), cause, _) => cause,
        (None, _, [only]) => Some(super::check::cause_of(*only)),
        (None, ..) => {
            let fix = "add `cause: ci`, review, tests, conflict, or the name of a gate";
            reader.refuse(
                &keys.path("cause"),
                "the route does not say what its bounces count as",
                fix,
            );
            None
        }
    };
    Some(OnFail::Bounce {
        stage: stage?,
        cause: cause?,
    })
}

fn cause(reader: &mut Reader, keys: &Fields<'_>) -> Option<Cause> {
    let text = reader.text(keys, "cause")?;
    let found = text.parse().ok();
    if found.is_none() {
        let words = ["ci", "review", "tests", "conflict"];
        let fix = advice(
            &text,
            words
                .into_iter()
                .chain(GateName::ALL.iter().map(|gate| gate.as_str())),
        );
        reader.refuse(&keys.path("cause"), format!("there is no cause '{text}'"), fix);
    }
    found
}

fn objects_in(reader: &mut Reader, fields: &Fields<'_>) -> Option<(String, StageName)> {
    let node = fields.get("objects_in")?;
    let keys = reader.fields(fields.path("objects_in"), node, &["document", "stage"])?;
    for key in ["document", "stage"] {
        if keys.get(key).is_none() {
            reader.refuse(
                &keys.path(key),
                format!("an objection needs a {key}"),
                "write `{document: conflict.md, stage: analysis}`",
            );
        }
    }
    let document = reader.text(&keys, "document");
    let stage = reader.text(&keys, "stage");
    Some((document?, StageName::new(stage?)))
}

const SCOPES: &str = "write `{documents: […]}`, `{docs_tree: […]}` or `{code: […]}`";

fn scope(reader: &mut Reader, fields: &Fields<'_>) -> Option<WriteScope> {
    let node = fields.get("may_write")?;
    let path = fields.path("may_write");
    let keys = reader.fields(path.clone(), node, &["documents", "docs_tree", "code"])?;
    let said: Vec<&str> = ["documents", "docs_tree", "code"]
        .into_iter()
        .filter(|key| keys.get(key).is_some())
        .collect();
    let [key] = said[..] else {
        reader.refuse(&path, "a role may write in exactly one of three ways", SCOPES);
        return None;
    };
    let patterns: Vec<String> = reader
        .texts(&keys, key)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    Some(match key {
        "documents" => WriteScope::Documents(patterns),
        "docs_tree" => WriteScope::DocsTree(patterns),
        _ => WriteScope::Code(patterns),
    })
}
