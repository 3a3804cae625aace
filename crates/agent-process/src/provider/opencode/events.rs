//! Events of opencode. There is no final one: the work is done when a step ends with the reason `stop`. Tokens and cost
//! are told by step; a cost of nothing means that it knows no price.

use std::time::Duration;

use pipeline_core::run::FailureCause;
use pipeline_core::usage::Usage;
use serde_json::Value;

use crate::provider::verdict::{add_denied, of_status};
use crate::transcript::{Transcript, count, dollars, text, tokens, words};

pub(crate) fn take(event: &Value, transcript: &mut Transcript) {
    if let Some(session) = text(event, "/sessionID") {
        transcript.session = Some(session);
    }
    match text(event, "/type").unwrap_or_default().as_str() {
        "step_start" => {
            transcript.record = None;
            transcript.cause = None;
        }
        "text" => transcript.said = words(event, "/part/text").unwrap_or_default(),
        "tool_use" => tool_use(event, transcript),
        "step_finish" => step_finish(event, transcript),
        "error" => error(event, transcript),
        _ => {}
    }
}

fn tool_use(event: &Value, transcript: &mut Transcript) {
    transcript.last_tool = text(event, "/part/tool");
    let complaint = words(event, "/part/state/error").unwrap_or_default();
    if complaint.contains("rejected permission") || complaint.contains("rule which prevents you") {
        let tool = transcript.last_tool.clone();
        add_denied(
            &mut transcript.denied,
            tool.as_deref().unwrap_or("a tool without a name"),
        );
    }
}

fn step_finish(event: &Value, transcript: &mut Transcript) {
    let of = |name: &str| tokens(event, &format!("/part/tokens/{name}"));
    transcript.use_up(Usage {
        input_tokens: of("input"),
        output_tokens: of("output").saturating_add(of("reasoning")),
        cache_read_input_tokens: of("cache/read"),
        cache_creation_input_tokens: of("cache/write"),
        cost_usd: dollars(event, "/part/cost"),
    });
    match text(event, "/part/reason").unwrap_or_default().as_str() {
        "stop" => transcript.succeed(),
        "length" => transcript.fail(FailureCause::OutputTooLong, ""),
        "content-filter" => transcript.fail(FailureCause::Refusal, ""),
        _ => {}
    }
}

fn error(event: &Value, transcript: &mut Transcript) {
    let said = words(event, "/error/data/message").unwrap_or_default();
    let retryable = event.pointer("/error/data/isRetryable").and_then(Value::as_bool);
    let cause = count(event, "/error/data/statusCode")
        .and_then(of_status)
        .or_else(|| of_name(&text(event, "/error/name").unwrap_or_default()))
        .or((retryable == Some(true)).then_some(FailureCause::Network))
        .unwrap_or(FailureCause::AgentError);
    if matches!(cause, FailureCause::RateLimit | FailureCause::Overload) {
        transcript.retry_after = text(event, "/error/data/responseHeaders/retry-after")
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs);
    }
    transcript.fail(cause, &said);
}

fn of_name(name: &str) -> Option<FailureCause> {
    match name {
        "ProviderAuthError" => Some(FailureCause::NotLoggedIn),
        "ProviderModelNotFoundError" => Some(FailureCause::ModelUnavailable),
        "ContextOverflowError" => Some(FailureCause::ContextTooLong),
        "MessageOutputLengthError" => Some(FailureCause::OutputTooLong),
        "MessageAbortedError" => Some(FailureCause::Interrupted),
        _ => None,
    }
}
