//! What is wrong with a text before it is a tree: its size, its encoding, its YAML; in words for whoever wrote it, not for programmers. It
//! knows no pipeline.

use serde_saphyr::budget::BudgetBreach;

use super::tree::{MAX_ALIASES, MAX_DEPTH, MAX_NODES, Place, place};
use super::{MAX_BYTES, Problem};
use crate::verdict::encoding::decode;

/// The text of a file.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.len() > MAX_BYTES {
        return Err(whole_file("the file is larger than 1 MiB", "write a smaller one"));
    }
    if let Err(other) = decode(bytes) {
        let message = format!("the file is {}, expected UTF-8", other.found());
        return Err(whole_file(&message, "save it as UTF-8"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let (good, bad) = bytes.split_at(error.valid_up_to());
        let byte = bad.first().copied().unwrap_or_default();
        let before = String::from_utf8_lossy(good);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Problem {
            line: before.matches('\n').count() as u64 + 1,
            column: line.chars().count() as u64 + 1,
            ..whole_file(
                &format!("byte 0x{byte:02X} is not UTF-8"),
                "save the file as UTF-8",
            )
        }
    })
}

/// A problem of no place in particular.
fn whole_file(message: &str, fix: &str) -> Problem {
    Problem {
        line: Place::START.line,
        column: Place::START.column,
        field: String::new(),
        message: message.to_owned(),
        fix: fix.to_owned(),
    }
}

/// What the parser says, where it says it.
pub(super) fn no_yaml(error: &serde_saphyr::Error) -> Problem {
    let error = error.without_snippet();
    let place = error.location().map_or(Place::START, place);
    // What an alias brings breaks a limit as what is written out does.
    let alias = if let serde_saphyr::Error::AliasError { error, .. } = error {
        Some(&**error)
    } else {
        None
    };
    let cause = alias.unwrap_or(error);
    let (message, fix) = if let serde_saphyr::Error::Budget { breach, .. } = cause {
        over_budget(breach)
    } else {
        said(cause.to_string().lines().next().unwrap_or_default())
    };
    Problem {
        line: place.line,
        column: place.column,
        ..whole_file(&message, &fix)
    }
}

const MEND: &str = "mend it; the rest of the file is looked at after that";

fn said(line: &str) -> (String, String) {
    // The place is told apart.
    let said = line.split(" at line ").next().unwrap_or(line);
    if said == "recursion limit exceeded" {
        // The parser's own limit, which a line of brackets meets first.
        return over_budget(&BudgetBreach::Depth { depth: MAX_DEPTH });
    }
    let fix = if said.contains("tab") {
        "write spaces in the place of the tab; the rest of the file is looked at after that"
    } else {
        MEND
    };
    (format!("this cannot be read as YAML: {said}"), fix.to_owned())
}

fn over_budget(breach: &BudgetBreach) -> (String, String) {
    if let BudgetBreach::Documents { .. } = breach {
        return (
            "a second document begins, and a file holds one pipeline".to_owned(),
            "take the `---` or `...` out, with what follows it".to_owned(),
        );
    }
    let message = if let BudgetBreach::Depth { .. } = breach {
        format!("lists and maps nest deeper than {MAX_DEPTH}")
    } else if let BudgetBreach::Nodes { .. } = breach {
        format!("the file holds more than {MAX_NODES} values")
    } else if let BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. } = breach {
        format!("the file holds more than {MAX_ALIASES} anchors or aliases")
    } else {
        "the file holds more than a pipeline can need".to_owned()
    };
    (message, "write it out more simply".to_owned())
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn what_is_not_utf_8_is_told_with_its_place() {
        for (bytes, expected) in [
            (
                b"name: x\n# F\xfcr".as_slice(),
                "2:4: byte 0xFC is not UTF-8; save the file as UTF-8",
            ),
            ("\u{430}\u{431}\n".as_bytes().split_last().unwrap().1, ""),
            (b"\xd0", "1:1: byte 0xD0 is not UTF-8; save the file as UTF-8"),
            (
                b"\xff\xfen\0a\0",
                "1:1: the file is UTF-16 (little endian), expected UTF-8; save it as UTF-8",
            ),
        ] {
            let said = text_of(bytes).err().map(|problem| problem.to_string());
            assert_eq!(said.unwrap_or_default(), expected);
        }
    }
}
