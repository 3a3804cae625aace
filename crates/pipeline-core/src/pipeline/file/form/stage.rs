//! A stage of the file: who works in it, its gates, its documents.

use super::Said;
use super::route::{objects_in, on_fail};
use crate::pipeline::file::nearest::advice;
use crate::pipeline::file::reader::{Fields, Reader, short};
use crate::pipeline::file::tree::Node;
use crate::role::Role;
use crate::stage::UnknownGate;
use crate::stage::{Column, GateName, Stage, StageName, WriteScope};

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
/// The stage, and what it says besides.
pub(super) fn stage(reader: &mut Reader, path: &str, node: &Node) -> Option<(Stage, Said)> {
    let fields = reader.fields(path.to_owned(), node, STAGE)?;
    let name = reader.text(&fields, "name");
    if !fields.has("name") {
        reader.refuse(path, "the stage has no name", "add `name: …`");
    }
    let role = reader.text(&fields, "role").map(Role::new);
    let (gate_paths, gates) = gates(reader, &fields);
    let (on_fail, route) = on_fail(reader, &fields, &gates);
    let (report_paths, reports): (Vec<_>, Vec<_>) = reader.texts(&fields, "reports").into_iter().unzip();
    let asks_in = reader.text(&fields, "asks_in");
    let objects_in = objects_in(reader, &fields);
    let (patterns, scope) = scope(reader, &fields).unwrap_or_else(|| {
        let own = reports
            .iter()
            .chain(&asks_in)
            .chain(objects_in.as_ref().map(|(name, _)| name));
        (Vec::new(), WriteScope::Documents(own.cloned().collect()))
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
        single_attempt: reader.flag(&fields, "single_attempt").unwrap_or_default(),
        staging_only: reader.flag(&fields, "staging_only").unwrap_or_default(),
    };
    let said = Said {
        path: path.to_owned(),
        route,
        lacks_gates: fields.has("gates") && gate_paths.len() != fields.length("gates").unwrap_or(usize::MAX),
        gates: gate_paths,
        reports: report_paths,
        patterns,
    };
    Some((stage, said))
}

fn column(reader: &mut Reader, fields: &Fields<'_>) -> Option<Column> {
    let text = reader.text(fields, "column")?;
    let found = text.parse().ok();
    if found.is_none() {
        let fix = advice(&text, Column::ALL.iter().map(|column| column.as_str()));
        reader.refuse(
            &fields.path("column"),
            format!("there is no column '{}'", short(&text)),
            fix,
        );
    }
    found
}

/// The gates, and where each stands.
fn gates(reader: &mut Reader, fields: &Fields<'_>) -> (Vec<String>, Vec<GateName>) {
    let mut gates = (Vec::new(), Vec::new());
    for (path, text) in reader.texts(fields, "gates") {
        match text.parse() {
            Ok(gate) => {
                gates.0.push(path);
                gates.1.push(gate);
            }
            Err(UnknownGate { .. }) => {
                let fix = advice(&text, GateName::ALL.iter().map(|gate| gate.as_str()));
                reader.refuse(&path, format!("there is no gate '{}'", short(&text)), fix);
            }
        }
    }
    gates
}

const SCOPES: &str = "write `{documents: […]}`, `{docs_tree: […]}` or `{code: […]}`";

/// What the role may write, and where each pattern stands.
fn scope(reader: &mut Reader, fields: &Fields<'_>) -> Option<(Vec<String>, WriteScope)> {
    let node = fields.get("may_write")?;
    let path = fields.path("may_write");
    let keys = reader.fields(path.clone(), node, &["documents", "docs_tree", "code"])?;
    let said: Vec<&str> = ["documents", "docs_tree", "code"]
        .into_iter()
        .filter(|key| keys.has(key))
        .collect();
    let [key] = said[..] else {
        reader.refuse(&path, "a role may write in exactly one of three ways", SCOPES);
        return None;
    };
    let (paths, patterns) = reader.texts(&keys, key).into_iter().unzip();
    let scope = match key {
        "documents" => WriteScope::Documents(patterns),
        "docs_tree" => WriteScope::DocsTree(patterns),
        _ => WriteScope::Code(patterns),
    };
    Some((paths, scope))
}
