//! Every recorded output of a provider's program (`fixtures/agent-cli`) against the table beside them.

mod figures;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use process::{EndReason, ExitRecord};

use super::*;
use crate::ending::judge;
use crate::prices::Prices;
use crate::work::{Work, WorkKind};

/// A recorded output.
pub(crate) struct Sample {
    exit: i32,
    stdout: String,
    stderr: String,
}

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/agent-cli")
}

impl Sample {
    pub(crate) fn read(name: &str) -> Self {
        let text = fs::read_to_string(folder().join(name)).unwrap();
        let exit = text
            .lines()
            .find_map(|line| line.strip_prefix("# exit: "))
            .unwrap();
        let (_, outputs) = text.split_once("## stdout\n").unwrap();
        let (stdout, stderr) = outputs.split_once("## stderr").unwrap();
        Self {
            exit: exit.split(' ').next().unwrap().parse().unwrap(),
            stdout: stdout.to_owned(),
            stderr: stderr.trim_start().to_owned(),
        }
    }

    pub(crate) fn transcript(&self, kind: ProviderKind) -> Transcript {
        // The section ends with an empty line of the sample's own.
        let stdout = self.stdout.trim_end();
        Transcript::of(kind, stdout.as_bytes(), &self.stderr).unwrap()
    }

    /// A negative exit of the recording is a signal.
    fn marker(&self) -> ExitRecord {
        let has_exited = self.exit >= 0;
        ExitRecord {
            exit_code: has_exited.then_some(self.exit),
            signal: (!has_exited).then_some(-self.exit),
            reason: EndReason::Exited,
            error: None,
            started_at_ms: 0,
            finished_at_ms: 0,
            stdout_bytes: 0,
            stderr_bytes: 0,
            dropped_bytes: 0,
            processes_killed: 0,
            lines: 0,
            resources: process::ResourceUse::default(),
        }
    }
}

fn kind(word: &str) -> Option<ProviderKind> {
    [
        ProviderKind::Claude,
        ProviderKind::Codex,
        ProviderKind::Opencode,
        ProviderKind::Gemini,
    ]
    .into_iter()
    .find(|kind| kind.as_str() == word)
}

/// Outcome, tokens (input, output, from the cache, to the cache), cost, session, what was denied, reset in seconds.
fn row(name: &str, kind: ProviderKind) -> String {
    let sample = Sample::read(name);
    let mut transcript = sample.transcript(kind);
    transcript.settle(None, None, &Prices::default());
    let work = Work {
        kind: WorkKind::Agent { provider: kind },
        timeout_ms: 1,
        stall_ms: 0,
        model: None,
        resumed: None,
    };
    let failure = judge(&work, &sample.marker(), &transcript);
    let outcome = failure.as_ref().map_or("ok", |failure| failure.cause.as_str());
    let reset = failure
        .and_then(|failure| failure.resets_at)
        .map(|at| (at.0 / 1_000).to_string());
    let or_none = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let usage = transcript.so_far;
    [
        outcome.to_owned(),
        format!(
            "{},{},{},{}",
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_input_tokens,
            usage.cache_creation_input_tokens
        ),
        format!("{:.6}", usage.cost_usd),
        or_none(transcript.session.unwrap_or_default()),
        or_none(transcript.denied.join(",")),
        or_none(reset.unwrap_or_default()),
    ]
    .join(" ")
}

#[test]
fn every_recorded_output_is_understood_as_the_table_says() {
    let table = fs::read_to_string(folder().join("expected.txt")).unwrap();
    let rows: BTreeMap<&str, &str> = table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once(' ').unwrap())
        .collect();
    let samples: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "expected.txt")
        .collect();
    let listed: BTreeSet<String> = rows.keys().map(|name| format!("{name}.txt")).collect();
    assert_eq!(samples, listed, "each sample has one row");
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|(name, row_of_table)| {
            let row_of_table = row_of_table.trim();
            let (provider, expected) = row_of_table.split_once(' ').unwrap();
            if provider == "none" {
                return None;
            }
            let found = row(&format!("{name}.txt"), kind(provider).unwrap());
            (found != expected).then(|| format!("{name} {provider} {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "found instead:\n{}", wrong.join("\n"));
}
