//! `spec.json` of a run: what the runner runs, and when it stops it. A field that a launcher of another version did
//! not write has its default.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Bytes kept of a line when [`RunSpec::line_cap`] is not given.
pub const DEFAULT_LINE_CAP: u64 = 64 << 10;

/// What a runner runs. Its environment is `env` and [`RUN_DIR_VARIABLE`](crate::RUN_DIR_VARIABLE), nothing of ours.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpec {
    /// Program and arguments; a name without a slash is looked for in the PATH of `env`.
    pub argv: Vec<String>,
    /// Absolute working directory.
    pub cwd: PathBuf,
    /// The whole environment; may hold secrets, so it is never printed.
    pub env: BTreeMap<String, String>,
    /// Wall-clock limit in milliseconds.
    pub timeout_ms: u64,
    /// Milliseconds between TERM and KILL.
    pub grace_ms: u64,
    /// Bytes kept of each of `stdout.log` and `stderr.log`: the first half, and the newest of the rest. At least
    /// 4 KiB are kept.
    pub output_cap: u64,
    /// Bytes kept of a line; the rest is counted in a mark at its end. A line that [`DoneLine`] could mean is kept up
    /// to 256 KiB.
    #[serde(default = "default_line_cap")]
    pub line_cap: u64,
    /// A run that for so many milliseconds has printed nothing, used no processor time worth the name and changed no file
    /// below `cwd` is taken for stalled, and is stopped after twice that time. 0: never.
    #[serde(default)]
    pub stall_ms: u64,
    /// How the program says that its work is done, if it does.
    #[serde(default)]
    pub done: Option<DoneLine>,
}

/// A line of stdout by which a program says that its work is done. If it prints nothing more and does not exit, it is
/// stopped after a while, and its run has succeeded all the same ([`EndReason::Lingered`](crate::EndReason::Lingered)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneLine {
    /// The line is a JSON object with all these fields (of an object in it, again all that are named) …
    pub has: Map<String, Value>,
    /// … and none of these. A line that has `has` and one of these takes an earlier one back.
    #[serde(default)]
    pub lacks: Map<String, Value>,
    /// How long the program may live on after it, in milliseconds, counted from its last output.
    pub linger_ms: u64,
}

fn default_line_cap() -> u64 {
    DEFAULT_LINE_CAP
}

impl fmt::Debug for RunSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunSpec")
            .field("argv", &self.argv)
            .field("cwd", &self.cwd)
            .field("env", &self.env.keys())
            .field("timeout_ms", &self.timeout_ms)
            .field("grace_ms", &self.grace_ms)
            .field("output_cap", &self.output_cap)
            .field("line_cap", &self.line_cap)
            .field("stall_ms", &self.stall_ms)
            .field("done", &self.done)
            .finish()
    }
}

/// What a line says about the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saying {
    /// It is done.
    Done,
    /// It is not done after all.
    NotDone,
    /// Nothing.
    Nothing,
}

impl DoneLine {
    pub(crate) fn read(&self, line: &[u8]) -> Saying {
        let text = String::from_utf8_lossy(line);
        // A terminal's sequences around the object are no reason to miss it.
        let text = plain_text::without_control(&text);
        let text = text.trim();
        if !text.starts_with('{') {
            return Saying::Nothing;
        }
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
            return Saying::Nothing;
        };
        let has =
            |(name, value): (&String, &Value)| fields.get(name).is_some_and(|found| holds(found, value));
        if !self.has.iter().all(has) {
            Saying::Nothing
        } else if self.lacks.iter().any(has) {
            Saying::NotDone
        } else {
            Saying::Done
        }
    }
}

fn holds(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, value)| found.get(name).is_some_and(|found| holds(found, value))),
        (found, wanted) => found == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_of_an_object_in_the_line_is_enough() {
        let object = |json: &str| serde_json::from_str::<Map<_, _>>(json).unwrap();
        let done = DoneLine {
            has: object(r#"{"type":"step_finish","part":{"reason":"stop"}}"#),
            lacks: Map::new(),
            linger_ms: 0,
        };
        for (line, expected) in [
            (
                r#"{"type":"step_finish","part":{"reason":"stop","cost":1}}"#,
                Saying::Done,
            ),
            (
                r#"{"type":"step_finish","part":{"reason":"tool-calls"}}"#,
                Saying::Nothing,
            ),
            (r#"{"type":"step_finish","part":"stop"}"#, Saying::Nothing),
        ] {
            assert_eq!(done.read(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_spec_of_the_first_version_is_read_with_defaults() {
        let json = r#"{"argv":["sh"],"cwd":"/","env":{},"timeout_ms":1,"grace_ms":2,"output_cap":3}"#;
        let spec: RunSpec = serde_json::from_str(json).unwrap();
        assert_eq!(
            (spec.line_cap, spec.stall_ms, spec.done),
            (DEFAULT_LINE_CAP, 0, None)
        );
    }

    #[test]
    fn only_an_object_with_the_fields_says_something() {
        let object = |json: &str| serde_json::from_str::<Map<_, _>>(json).unwrap();
        let done = DoneLine {
            has: object(r#"{"type":"result"}"#),
            lacks: object(r#"{"is_error":true}"#),
            linger_ms: 0,
        };
        for (line, expected) in [
            (r#"{"type":"result"}"#, Saying::Done),
            (r#" {"is_error":false,"type":"result","n":[1]} "#, Saying::Done),
            ("\u{1b}[1m{\"type\":\"result\"}\u{1b}[0m\r", Saying::Done),
            (r#"{"type":"result","is_error":true}"#, Saying::NotDone),
            (r#"{"type":"assistant"}"#, Saying::Nothing),
            (r#"{"type":"result""#, Saying::Nothing),
            (r#"["type","result"]"#, Saying::Nothing),
            ("", Saying::Nothing),
        ] {
            assert_eq!(done.read(line.as_bytes()), expected, "{line}");
        }
    }
}
