//! The ways back of a stage: where a failure leads, and who answers an objection.

use super::Route;
use crate::pipeline::file::check::cause_of;
use crate::pipeline::file::nearest::advice;
use crate::pipeline::file::reader::{Fields, Reader, short};
use crate::pipeline::file::tree::Value;
use crate::stage::{Cause, GateName, OnFail, StageName};

const ROUTES: &str = "write `repair`, `{stage: …, cause: …}`, or `{stage: …, block: true}`";

/// Where a failure leads, and that the file says so.
pub(super) fn on_fail(reader: &mut Reader, fields: &Fields<'_>, gates: &[GateName]) -> (OnFail, Route) {
    let Some(node) = fields.get("on_fail") else {
        let route = if fields.has("on_fail") {
            Route::Said
        } else {
            Route::Missing
        };
        return (OnFail::Repair, route);
    };
    let path = fields.path("on_fail");
    if let Value::Text(text) = &node.value {
        if text != "repair" {
            reader.refuse(&path, format!("there is no route '{}'", short(text)), ROUTES);
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
    if !keys.has("stage") {
        reader.refuse(&keys.path("stage"), "the route names no stage", ROUTES);
    }
    let cause = cause(reader, keys);
    if reader.flag(keys, "block")? {
        if keys.has("cause") {
            let fix = "leave `cause` out, or `block`";
            reader.refuse(
                &keys.path("cause"),
                "a human says go on this route: nothing is counted",
                fix,
            );
        }
        return Some(OnFail::Block { stage: stage? });
    }
    let cause = match (keys.has("cause"), cause, gates) {
        (true, cause, _) => cause,
        (false, _, [only]) => Some(cause_of(*only)),
        // That a gate is not known, or that none takes the route, is told where the gates are.
        (false, _, []) => None,
        (false, ..) => {
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
        // Without one the file is refused, and where the route leads is looked at all the same.
        cause: cause.unwrap_or(Cause::Ci),
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
        reader.refuse(
            &keys.path("cause"),
            format!("there is no cause '{}'", short(&text)),
            fix,
        );
    }
    found
}

/// The document in which the role objects, and who answers.
pub(super) fn objects_in(reader: &mut Reader, fields: &Fields<'_>) -> Option<(String, StageName)> {
    let node = fields.get("objects_in")?;
    let keys = reader.fields(fields.path("objects_in"), node, &["document", "stage"])?;
    for key in ["document", "stage"] {
        if !keys.has(key) {
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
