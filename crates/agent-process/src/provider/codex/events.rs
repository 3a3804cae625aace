//! Events of Codex CLI. Its errors are text only. An `error` is not the end: it may be repeating a request; the turn's own
//! event decides. It counts by thread, not by run, and names neither model nor cost.

use pipeline_core::run::FailureCause;
use pipeline_core::usage::Usage;
use serde_json::Value;

use crate::provider::verdict::{add_denied, of_status};
use crate::transcript::{Transcript, text, tokens, words};

pub(crate) fn take(event: &Value, transcript: &mut Transcript) {
    match text(event, "/type").unwrap_or_default().as_str() {
        "thread.started" => transcript.session = text(event, "/thread_id"),
        "turn.started" => {
            transcript.record = None;
            transcript.cause = None;
        }
        "item.started" | "item.completed" => item(event, transcript),
        "turn.completed" => {
            transcript.totals = Some(usage(event));
            transcript.succeed();
        }
        "turn.failed" => {
            let said = words(event, "/error/message").unwrap_or_default();
            transcript.fail(of_words(&said).unwrap_or(FailureCause::AgentError), &said);
        }
        "error" => error(event, transcript),
        _ => {}
    }
}

fn item(event: &Value, transcript: &mut Transcript) {
    match text(event, "/item/type").unwrap_or_default().as_str() {
        "agent_message" => transcript.said = words(event, "/item/text").unwrap_or_default(),
        tool
        @ ("command_execution" | "file_change" | "mcp_tool_call" | "collab_tool_call" | "web_search") => {
            transcript.last_tool = Some(tool.to_owned());
        }
        _ => {}
    }
}

fn error(event: &Value, transcript: &mut Transcript) {
    let said = words(event, "/message").unwrap_or_default();
    if said.starts_with("Reconnecting...") {
        transcript.retries = transcript.retries.saturating_add(1);
    }
    transcript.cause = of_words(&said);
    transcript.complaint = said;
}

/// A rejected patch stands on stderr only.
pub(crate) fn finish(transcript: &mut Transcript) {
    if transcript.stderr.contains("rejected by user approval settings") {
        add_denied(&mut transcript.denied, "apply_patch");
    }
    if transcript.record.as_ref().is_some_and(|record| !record.is_error) {
        transcript.complaint.clear();
    }
}

/// Its input includes what came from and went to the cache.
fn usage(event: &Value) -> Usage {
    let read = tokens(event, "/usage/cached_input_tokens");
    let written = tokens(event, "/usage/cache_write_input_tokens");
    Usage {
        input_tokens: tokens(event, "/usage/input_tokens").saturating_sub(read.saturating_add(written)),
        output_tokens: tokens(event, "/usage/output_tokens"),
        cache_read_input_tokens: read,
        cache_creation_input_tokens: written,
        cost_usd: 0.0,
    }
}

fn of_words(said: &str) -> Option<FailureCause> {
    let said = said.to_lowercase();
    let by_words = [
        ("usage limit", FailureCause::UsageLimit),
        ("quota exceeded", FailureCause::Billing),
        ("context window", FailureCause::ContextTooLong),
        ("at capacity", FailureCause::Overload),
        ("high demand", FailureCause::Overload),
        ("missing environment variable", FailureCause::NotLoggedIn),
        ("model does not exist", FailureCause::ModelUnavailable),
        ("model is not supported", FailureCause::ModelUnavailable),
        ("stream disconnected", FailureCause::Network),
        ("error sending request", FailureCause::Network),
        ("connection failed", FailureCause::Network),
    ]
    .into_iter()
    .find_map(|(words, cause)| said.contains(words).then_some(cause));
    by_words.or_else(|| status(&said).and_then(of_status))
}

/// `unexpected status 401 Unauthorized`, `last status: 429 Too Many Requests`.
fn status(said: &str) -> Option<u64> {
    let (_, rest) = said.split_once("status")?;
    let digits = rest.trim_start_matches([':', ' ']).get(..3)?;
    digits.parse().ok()
}
