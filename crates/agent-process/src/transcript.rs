//! What a provider's program printed in its run, understood: how it ended, what it cost, what it was denied, how it stood
//! last. One pass over the log in bounded memory, whatever the program wrote; a line that is no event is passed over.

mod lines;
mod sums;

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use pipeline_core::run::FailureCause;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::Usage;
use serde_json::Value;

use crate::provider::{ProviderKind, claude, codex, gemini, opencode};
use crate::result_record::ResultRecord;

pub(crate) use sums::Resumed;

pub(crate) use lines::{count, dollars, text, tokens, words};

/// Bytes looked at of the end of stderr.
const STDERR: u64 = 64 << 10;

/// Bytes kept of output that is no event: some programs print one object over many lines.
const HEAD: usize = 256 << 10;

/// Notes kept of a run.
const NOTES: usize = 10;

/// A run's output, understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Transcript {
    /// What the agent said at its end; none: it did not get that far.
    pub(crate) record: Option<ResultRecord>,
    /// Why it failed, by its structured fields or the text of an error.
    pub(crate) cause: Option<FailureCause>,
    pub(crate) session: Option<String>,
    pub(crate) model: Option<String>,
    /// Of the program.
    pub(crate) version: Option<String>,
    /// Tools that it was not allowed to use, each once, in the order of their first refusal.
    pub(crate) denied: Vec<String>,
    /// What this run used, as far as its events tell.
    pub(crate) so_far: Usage,
    /// What the whole session used, where the program counts by session.
    pub(crate) totals: Option<Usage>,
    /// The cost is our estimate.
    pub(crate) cost_is_estimated: bool,
    pub(crate) last_tool: Option<String>,
    /// Requests that the program repeated by itself.
    pub(crate) retries: u32,
    /// When a usage limit ends.
    pub(crate) resets_at: Option<Timestamp>,
    /// The provider's wish when to try again.
    pub(crate) retry_after: Option<Duration>,
    /// The words of the last error.
    pub(crate) complaint: String,
    /// What the agent said last.
    pub(crate) said: String,
    /// Nothing was printed.
    pub(crate) is_silent: bool,
    /// The end of stderr.
    pub(crate) stderr: String,
    /// What a reader of the figures has to know, a sentence each.
    pub(crate) notes: Vec<String>,
    /// The message whose usage was counted last: programs repeat a message for each part of it.
    pub(crate) counted: String,
}

impl Transcript {
    /// The transcript of a run of this provider, also while it runs; an empty one when it has printed nothing.
    pub(crate) fn read(kind: ProviderKind, run_dir: &Path) -> io::Result<Self> {
        let stdout = process::stdout_log(run_dir);
        if kind == ProviderKind::Command {
            return Ok(Self::of_record(ResultRecord::read(&stdout)?));
        }
        let stderr = match process::tail(&process::stderr_log(run_dir), STDERR) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            tail => tail?,
        };
        match File::open(stdout) {
            Ok(log) => Self::of(kind, log, &stderr),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::of(kind, io::empty(), &stderr),
            Err(error) => Err(error),
        }
    }

    /// The transcript of a program that prints nothing but a result record.
    pub(crate) fn of_record(record: Option<ResultRecord>) -> Self {
        let of = |text: fn(&ResultRecord) -> &Option<String>| {
            record.as_ref().and_then(|record| text(record).clone())
        };
        Self {
            session: of(|record| &record.session),
            model: of(|record| &record.model),
            so_far: record.as_ref().map_or_else(Usage::default, |record| record.usage),
            denied: record
                .as_ref()
                .map(|record| record.denied.clone())
                .unwrap_or_default(),
            record,
            ..Self::default()
        }
    }

    /// The transcript of these two outputs.
    pub(crate) fn of(kind: ProviderKind, stdout: impl Read, stderr: &str) -> io::Result<Self> {
        let mut transcript = Self {
            is_silent: true,
            stderr: plain_text::without_control(stderr),
            ..Self::default()
        };
        let mut head = String::new();
        let mut lines = lines::Lines::new(BufReader::new(stdout));
        while let Some(line) = lines.next()? {
            transcript.is_silent = false;
            match lines::event(&line) {
                Some(event) => transcript.take(kind, &event),
                None if lines::is_gap(&line) => transcript.note(lines::GAP),
                None if head.len() + line.len() < HEAD => {
                    head.push_str(&line);
                    head.push('\n');
                }
                None => {}
            }
        }
        transcript.finish(kind, &head);
        Ok(transcript)
    }

    fn take(&mut self, kind: ProviderKind, event: &Value) {
        match kind {
            ProviderKind::Command => {}
            ProviderKind::Claude => claude::events::take(event, self),
            ProviderKind::Codex => codex::events::take(event, self),
            ProviderKind::Opencode => opencode::events::take(event, self),
            ProviderKind::Gemini => gemini::events::take(event, self),
        }
    }

    fn finish(&mut self, kind: ProviderKind, head: &str) {
        match kind {
            ProviderKind::Command | ProviderKind::Claude | ProviderKind::Opencode => {}
            ProviderKind::Codex => codex::events::finish(self),
            ProviderKind::Gemini => gemini::events::finish(head, self),
        }
        if let Some(record) = &mut self.record {
            record.denied.clone_from(&self.denied);
            record.session.clone_from(&self.session);
            record.model.clone_from(&self.model);
        }
    }

    /// The agent said that it is done.
    pub(crate) fn succeed(&mut self) {
        self.cause = None;
        self.record = Some(ResultRecord {
            summary: self.said.clone(),
            ..ResultRecord::default()
        });
    }

    /// The agent said that it failed.
    pub(crate) fn fail(&mut self, cause: FailureCause, words: &str) {
        self.cause = Some(cause);
        words.clone_into(&mut self.complaint);
        self.record = Some(ResultRecord {
            is_error: true,
            summary: words.to_owned(),
            ..ResultRecord::default()
        });
    }

    /// Adds a sentence for whoever reads the figures, once.
    pub(crate) fn note(&mut self, sentence: &str) {
        if self.notes.len() < NOTES && !self.notes.iter().any(|known| known == sentence) {
            self.notes.push(sentence.to_owned());
        }
    }

    /// The most telling words of a failure: those of an error, of the agent, of the end of stderr.
    pub(crate) fn words(&self) -> String {
        let of_record = self.record.as_ref().map_or("", |record| record.summary.as_str());
        let last = self
            .stderr
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty());
        [self.complaint.as_str(), of_record, last.unwrap_or_default()]
            .into_iter()
            .find(|words| !words.is_empty())
            .unwrap_or_default()
            .to_owned()
    }
}

#[cfg(test)]
pub(crate) mod tests;
