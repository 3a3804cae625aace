//! Runs the demo as a user does, and reads what it leaves.

use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;

/// How a demo ended.
pub(crate) struct Ended {
    /// None: it was killed.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the demo to its end.
pub(crate) fn demo(home: &Path, args: &[&str]) -> Ended {
    orchd(&[&["demo", "--home", &home.to_string_lossy()], args].concat())
}

/// Runs the program to its end.
pub(crate) fn orchd(args: &[&str]) -> Ended {
    let output = Command::cargo_bin("orchd")
        .unwrap()
        .args(args)
        .timeout(Duration::from_secs(180))
        .output()
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The report of `--json`.
pub(crate) fn json(stdout: &str) -> Value {
    serde_json::from_str(stdout).unwrap_or_else(|error| panic!("no JSON object ({error}): {stdout}"))
}
