//! Events of Claude Code. Its `subtype` says `success` also where the request failed: `is_error` decides, then the status
//! of the API, then the reason it names, and its words last.

use pipeline_core::run::FailureCause;
use pipeline_core::time::Timestamp;
use pipeline_core::usage::Usage;
use serde_json::Value;

use crate::provider::verdict::{add_denied, of_status};
use crate::transcript::{Transcript, count, dollars, text, tokens, words};

/// The model of messages that the program writes itself.
const SYNTHETIC: &str = "<synthetic>";

pub(crate) fn take(event: &Value, transcript: &mut Transcript) {
    if let Some(session) = text(event, "/session_id") {
        transcript.session = Some(session);
    }
    match text(event, "/type").unwrap_or_default().as_str() {
        "system" => system(event, transcript),
        "assistant" => assistant(event, transcript),
        "rate_limit_event" => rate_limit(event, transcript),
        "result" => result(event, transcript),
        _ => {}
    }
}

fn system(event: &Value, transcript: &mut Transcript) {
    match text(event, "/subtype").unwrap_or_default().as_str() {
        "init" => {
            transcript.model = text(event, "/model");
            transcript.version = text(event, "/claude_code_version");
        }
        "api_retry" => {
            transcript.retries = transcript.retries.saturating_add(1);
            transcript.cause = count(event, "/error_status").and_then(of_status);
        }
        "model_fallback" => {
            transcript.model = text(event, "/fallback_model");
            transcript.note("the fallback model took over");
        }
        "permission_denied" => {
            let tool = text(event, "/tool_name");
            add_denied(
                &mut transcript.denied,
                tool.as_deref().unwrap_or("a tool without a name"),
            );
        }
        _ => {}
    }
}

fn assistant(event: &Value, transcript: &mut Transcript) {
    let model = text(event, "/message/model");
    if model.as_deref() == Some(SYNTHETIC) {
        return;
    }
    transcript.cause = None;
    if model.is_some() {
        transcript.model = model;
    }
    let message = text(event, "/message/id").unwrap_or_default();
    if message != transcript.counted {
        transcript.use_up(usage(event, "/message/usage"));
        transcript.counted = message;
    }
    let parts = event.pointer("/message/content").and_then(Value::as_array);
    for part in parts.into_iter().flatten() {
        match text(part, "/type").unwrap_or_default().as_str() {
            "tool_use" => transcript.last_tool = text(part, "/name"),
            "text" => transcript.said = words(part, "/text").unwrap_or_default(),
            _ => {}
        }
    }
}

fn rate_limit(event: &Value, transcript: &mut Transcript) {
    if text(event, "/rate_limit_info/status").as_deref() == Some("rejected") {
        transcript.resets_at = count(event, "/rate_limit_info/resetsAt")
            .and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1_000))
            .map(Timestamp);
    }
}

fn result(event: &Value, transcript: &mut Transcript) {
    let denials = event.get("permission_denials").and_then(Value::as_array);
    for denial in denials.into_iter().flatten() {
        let tool = text(denial, "/tool_name");
        add_denied(
            &mut transcript.denied,
            tool.as_deref().unwrap_or("a tool without a name"),
        );
    }
    let own = usage(event, "/usage");
    if !own.is_zero() {
        transcript.so_far = own;
    }
    transcript.so_far.cost_usd = 0.0;
    transcript.totals = Some(totals(event, own));
    if transcript.model.is_none() {
        transcript.model = busiest_model(event);
    }
    if event.get("is_error").and_then(Value::as_bool) == Some(true) {
        let said = words(event, "/result").or_else(|| words(event, "/errors/0"));
        let said = said.unwrap_or_default();
        let cause = cause(event, &said, transcript.resets_at.is_some());
        transcript.fail(cause, &said);
    } else {
        transcript.said = words(event, "/result").unwrap_or_default();
        transcript.succeed();
    }
}

fn usage(event: &Value, place: &str) -> Usage {
    let of = |name: &str| tokens(event, &format!("{place}/{name}"));
    Usage {
        input_tokens: of("input_tokens"),
        output_tokens: of("output_tokens"),
        cache_read_input_tokens: of("cache_read_input_tokens"),
        cache_creation_input_tokens: of("cache_creation_input_tokens"),
        cost_usd: 0.0,
    }
}

/// Of the whole session: the models together, with helpers that `usage` leaves out.
fn totals(event: &Value, own: Usage) -> Usage {
    let mut sum = Usage::default();
    let models = event.get("modelUsage").and_then(Value::as_object);
    for model in models.into_iter().flat_map(|models| models.values()) {
        sum += Usage {
            input_tokens: tokens(model, "/inputTokens"),
            output_tokens: tokens(model, "/outputTokens"),
            cache_read_input_tokens: tokens(model, "/cacheReadInputTokens"),
            cache_creation_input_tokens: tokens(model, "/cacheCreationInputTokens"),
            cost_usd: 0.0,
        };
    }
    let tokens = if sum.is_zero() { own } else { sum };
    Usage {
        cost_usd: dollars(event, "/total_cost_usd"),
        ..tokens
    }
}

fn busiest_model(event: &Value) -> Option<String> {
    let models = event.get("modelUsage")?.as_object()?;
    let busiest = models
        .iter()
        .max_by_key(|(_, model)| tokens(model, "/outputTokens"))?;
    Some(busiest.0.chars().take(200).collect())
}

fn cause(result: &Value, said: &str, has_reset: bool) -> FailureCause {
    let field = |name: &str| text(result, name).unwrap_or_default();
    let by_reason = match field("/terminal_reason").as_str() {
        "prompt_too_long" => Some(FailureCause::ContextTooLong),
        "max_turns" => Some(FailureCause::TurnCap),
        "budget_exhausted" => Some(FailureCause::MoneyCap),
        "aborted_streaming" | "aborted_tools" => Some(FailureCause::Interrupted),
        _ => None,
    };
    let by_subtype = match field("/subtype").as_str() {
        "error_max_turns" => Some(FailureCause::TurnCap),
        "error_max_budget_usd" => Some(FailureCause::MoneyCap),
        _ => None,
    };
    let by_error = match field("/api_error").as_str() {
        "usage_limit_reached" => Some(FailureCause::UsageLimit),
        "connection_failed" => Some(FailureCause::Network),
        "max_output_tokens" => Some(FailureCause::OutputTooLong),
        _ => None,
    };
    let refused = (field("/stop_reason") == "refusal").then_some(FailureCause::Refusal);
    by_reason
        .or(by_subtype)
        .or(refused)
        .or(by_error)
        .or_else(|| of_request(result, said, has_reset))
        .unwrap_or(FailureCause::AgentError)
}

fn of_request(result: &Value, said: &str, has_reset: bool) -> Option<FailureCause> {
    let by_status = count(result, "/api_error_status").and_then(of_status);
    let by_type = match text(result, "/api_error_type").unwrap_or_default().as_str() {
        "authentication_error" | "permission_error" => Some(FailureCause::NotLoggedIn),
        "billing_error" => Some(FailureCause::Billing),
        "rate_limit_error" => Some(FailureCause::RateLimit),
        "overloaded_error" => Some(FailureCause::Overload),
        "timeout_error" => Some(FailureCause::Network),
        "api_error" => Some(FailureCause::ServerError),
        _ => None,
    };
    match by_status.or(by_type).or_else(|| of_words(said)) {
        Some(FailureCause::RateLimit) if has_reset || of_words(said) == Some(FailureCause::UsageLimit) => {
            Some(FailureCause::UsageLimit)
        }
        cause => cause,
    }
}

fn of_words(said: &str) -> Option<FailureCause> {
    [
        ("Not logged in", FailureCause::NotLoggedIn),
        ("Credit balance is too low", FailureCause::Billing),
        ("hit your limit", FailureCause::UsageLimit),
        ("Prompt is too long", FailureCause::ContextTooLong),
        ("(ECONN", FailureCause::Network),
        ("(EAI_", FailureCause::Network),
        ("(ENOTFOUND)", FailureCause::Network),
        ("(ETIMEDOUT)", FailureCause::Network),
    ]
    .into_iter()
    .find_map(|(words, cause)| said.contains(words).then_some(cause))
}
