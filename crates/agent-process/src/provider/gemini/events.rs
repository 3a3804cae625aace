//! Events of Gemini CLI. An error that ends it early stands on stderr as an object over many lines, behind traces; so does
//! a whole answer of its other format on stdout.

use pipeline_core::run::FailureCause;
use pipeline_core::usage::Usage;
use serde_json::Value;

use crate::provider::verdict::{add_denied, of_status};
use crate::transcript::{Transcript, count, text, tokens, words};

/// Bytes kept of what the agent says in pieces.
const SAID: usize = 8_000;

pub(crate) fn take(event: &Value, transcript: &mut Transcript) {
    match text(event, "/type").unwrap_or_default().as_str() {
        "init" => {
            transcript.session = text(event, "/session_id");
            transcript.model = text(event, "/model");
        }
        "message" if text(event, "/role").as_deref() == Some("assistant") => {
            let piece = event
                .pointer("/content")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if transcript.said.len() + piece.len() < SAID {
                transcript.said.push_str(&plain_text::without_control(piece));
            }
        }
        "tool_use" => {
            transcript.said.clear();
            transcript.last_tool = text(event, "/tool_name");
        }
        "tool_result" => tool_result(event, transcript),
        "error" => transcript.complaint = words(event, "/message").unwrap_or_default(),
        "result" => result(event, transcript),
        _ => {}
    }
}

fn tool_result(event: &Value, transcript: &mut Transcript) {
    let complaint = words(event, "/error/message").unwrap_or_default();
    if complaint.contains("denied by policy") {
        let tool = transcript.last_tool.clone();
        add_denied(
            &mut transcript.denied,
            tool.as_deref().unwrap_or("a tool without a name"),
        );
    }
}

fn result(event: &Value, transcript: &mut Transcript) {
    let cached = tokens(event, "/stats/cached");
    let input = tokens(event, "/stats/input_tokens");
    let output = tokens(event, "/stats/output_tokens");
    transcript.so_far = Usage {
        input_tokens: input.saturating_sub(cached),
        // What the model thought is in the total only.
        output_tokens: output.max(tokens(event, "/stats/total_tokens").saturating_sub(input)),
        cache_read_input_tokens: cached,
        ..Usage::default()
    };
    if text(event, "/status").as_deref() == Some("success") {
        transcript.succeed();
    } else {
        failed(event, transcript);
    }
}

fn failed(event: &Value, transcript: &mut Transcript) {
    let said = words(event, "/error/message").unwrap_or_default();
    transcript.fail(cause(event, &said), &said);
}

fn cause(event: &Value, said: &str) -> FailureCause {
    if said.to_lowercase().contains("api key not valid") {
        return FailureCause::NotLoggedIn;
    }
    let code = count(event, "/error/code").or_else(|| code_of_the_answer(said));
    let by_kind = match text(event, "/error/type").unwrap_or_default().as_str() {
        "FatalAuthenticationError" => Some(FailureCause::NotLoggedIn),
        "FatalTurnLimitedError" => Some(FailureCause::TurnCap),
        "FatalConfigError" | "FatalSandboxError" => Some(FailureCause::BadConfiguration),
        "FatalInputError" => Some(FailureCause::BadFlag),
        _ => None,
    };
    by_kind
        .or(code.and_then(of_status))
        .unwrap_or(FailureCause::AgentError)
}

/// The service's own answer stands in the words of an event: `[API Error: {"error":{"code":401,…}}]`.
fn code_of_the_answer(said: &str) -> Option<u64> {
    let (from, to) = (said.find('{')?, said.rfind('}')?);
    let answer: Value = serde_json::from_str(said.get(from..=to)?).ok()?;
    count(&answer, "/error/code")
}

/// What stands outside of events: `head` is what stdout had besides them.
pub(crate) fn finish(head: &str, transcript: &mut Transcript) {
    let stderr = transcript.stderr.clone();
    for line in stderr.lines() {
        notice(line, transcript);
    }
    if transcript.record.is_some() {
        return;
    }
    let whole =
        object(head).filter(|answer| answer.get("response").is_some() || answer.get("error").is_some());
    if let Some(answer) = whole.or_else(|| object(&stderr)) {
        transcript.session = text(&answer, "/session_id").or_else(|| transcript.session.take());
        if answer.get("error").is_some() {
            failed(&answer, transcript);
        } else {
            answered(&answer, transcript);
        }
    }
}

fn notice(line: &str, transcript: &mut Transcript) {
    if let Some((_, rest)) = line.split_once("failed with status ")
        && line.starts_with("Attempt ")
    {
        transcript.retries = transcript.retries.saturating_add(1);
        let status = rest.get(..3).and_then(|digits| digits.parse().ok());
        if transcript.record.is_none() {
            transcript.cause = status.and_then(of_status);
        }
    }
    let tool = line
        .strip_prefix("Error executing tool ")
        .and_then(|rest| rest.split_once(": "))
        .filter(|(_, complaint)| {
            complaint.contains("not found. Did you mean") || complaint.contains("denied by policy")
        });
    if let Some((tool, _)) = tool {
        add_denied(&mut transcript.denied, tool);
    }
}

/// The object that a text ends with, from a line that is nothing but its beginning.
fn object(text: &str) -> Option<Value> {
    let start = text.lines().position(|line| line.trim_end() == "{")?;
    let lines: Vec<&str> = text.lines().skip(start).collect();
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.trim_end() == "{")
        .find_map(|(at, _)| serde_json::from_str(&lines.get(at..)?.join("\n")).ok())
}

fn answered(answer: &Value, transcript: &mut Transcript) {
    let models = answer.pointer("/stats/models").and_then(Value::as_object);
    for (name, model) in models.into_iter().flatten() {
        let of = |name: &str| tokens(model, &format!("/tokens/{name}"));
        transcript.model = Some(name.chars().take(200).collect());
        transcript.use_up(Usage {
            input_tokens: of("prompt").saturating_sub(of("cached")),
            output_tokens: of("candidates").saturating_add(of("thoughts")),
            cache_read_input_tokens: of("cached"),
            ..Usage::default()
        });
    }
    transcript.said = words(answer, "/response").unwrap_or_default();
    transcript.succeed();
}
