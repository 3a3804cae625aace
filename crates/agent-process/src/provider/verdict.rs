//! From what a provider's program left to a failure with a name: structured fields first, exit codes next, text last.

use pipeline_core::run::{FailureCause, RunFailure};

use crate::transcript::Transcript;

/// Of the provider's own words in our sentence, in characters.
const QUOTED: usize = 300;

/// What a shell or a runner adds to the number of a signal.
const SIGNALLED: std::ops::RangeInclusive<i32> = 129..=159;

/// `None`: it went well. `startup` knows what the program says, by code or text, when it does not get as far as events.
pub(super) fn judge(
    exit_code: i32,
    transcript: &Transcript,
    startup: fn(i32, &str) -> Option<FailureCause>,
) -> Option<RunFailure> {
    let cause = match &transcript.record {
        Some(record) if record.is_error => transcript.cause.unwrap_or(FailureCause::AgentError),
        Some(record) if exit_code == 0 && !record.denied.is_empty() => FailureCause::PermissionDenied,
        Some(_) if exit_code == 0 => return None,
        Some(_) | None => transcript
            .cause
            .or_else(|| startup(exit_code, &transcript.stderr))
            .unwrap_or_else(|| by_code(exit_code, transcript)),
    };
    Some(failure(cause, exit_code, transcript))
}

fn by_code(exit_code: i32, transcript: &Transcript) -> FailureCause {
    match exit_code {
        0 if !transcript.denied.is_empty() => FailureCause::PermissionDenied,
        0 if transcript.is_silent => FailureCause::NoOutput,
        0 => FailureCause::NoRecord,
        126 | 127 => FailureCause::MissingProgram,
        code if SIGNALLED.contains(&code) => FailureCause::Killed,
        _ => FailureCause::Crash,
    }
}

fn failure(cause: FailureCause, exit_code: i32, transcript: &Transcript) -> RunFailure {
    let mut message = happened(cause, exit_code, transcript);
    let words = quoted(&transcript.words());
    if !words.is_empty() {
        message = format!("{message}: {words}");
    }
    RunFailure {
        resets_at: transcript.resets_at.filter(|_| cause == FailureCause::UsageLimit),
        retry_after: transcript.retry_after,
        ..RunFailure::new(cause, message)
    }
}

fn happened(cause: FailureCause, exit_code: i32, transcript: &Transcript) -> String {
    let text = match cause {
        FailureCause::RateLimit => "the provider's rate limit was reached",
        FailureCause::Overload => "the provider is overloaded",
        FailureCause::ServerError => "the provider failed",
        FailureCause::Network => "the provider could not be reached",
        FailureCause::UsageLimit => "the account's usage limit was reached",
        FailureCause::Interrupted => "the agent was interrupted",
        FailureCause::NotLoggedIn => "the provider did not accept the login",
        FailureCause::Billing => "the provider wants to be paid",
        FailureCause::ModelUnavailable => "the provider does not offer the model",
        FailureCause::BadFlag => "the agent's program refused its command line",
        FailureCause::BadConfiguration => "the agent's program says that it is set up wrongly",
        FailureCause::ContextTooLong => "the prompt does not fit into the model's context",
        FailureCause::OutputTooLong => "the model's answer was longer than it may be",
        FailureCause::TurnCap => "the agent used up its turns",
        FailureCause::MoneyCap => "the agent used up its money",
        FailureCause::Refusal => "the model refused",
        FailureCause::SessionUnusable => "the session cannot be resumed",
        FailureCause::PermissionDenied => {
            return format!(
                "the agent was denied permissions ({})",
                transcript.denied.join(", ")
            );
        }
        FailureCause::NoOutput => "the agent ended with exit code 0 and printed nothing",
        FailureCause::NoRecord => "the agent ended with exit code 0 before it said that it was done",
        FailureCause::AgentError => "the agent reported an error",
        FailureCause::MissingProgram
        | FailureCause::Killed
        | FailureCause::Crash
        | FailureCause::RunnerLost
        | FailureCause::CalledOff
        | FailureCause::Unavailable
        | FailureCause::AskedToWait
        | FailureCause::DocumentMissing
        | FailureCause::ResultUnusable
        | FailureCause::TimedOut
        | FailureCause::Stalled
        | FailureCause::Poison
        | FailureCause::Unknown => return format!("the agent ended with exit code {exit_code}"),
    };
    text.to_owned()
}

/// What an HTTP status of a provider means, if it means something by itself.
pub(super) fn of_status(status: u64) -> Option<FailureCause> {
    match status {
        401 | 403 => Some(FailureCause::NotLoggedIn),
        402 => Some(FailureCause::Billing),
        404 => Some(FailureCause::ModelUnavailable),
        408 | 504 => Some(FailureCause::Network),
        413 => Some(FailureCause::ContextTooLong),
        429 => Some(FailureCause::RateLimit),
        503 | 529 => Some(FailureCause::Overload),
        500..=599 => Some(FailureCause::ServerError),
        _ => None,
    }
}

/// The first line of somebody's words, cut, without what looks like a key.
fn quoted(words: &str) -> String {
    let line = words.lines().map(str::trim).find(|line| !line.is_empty());
    let line: String = line.unwrap_or_default().chars().take(QUOTED).collect();
    let shown: Vec<&str> = line
        .split(' ')
        .map(|word| if is_key(word) { "***" } else { word })
        .collect();
    shown.join(" ")
}

fn is_key(word: &str) -> bool {
    let word = word.trim_matches(|sign: char| !sign.is_ascii_alphanumeric());
    ["sk-", "AIza", "xai-", "gsk_"]
        .iter()
        .any(|prefix| word.starts_with(prefix) && word.len() > prefix.len())
}

/// Tools, each once, with a bound on how many are kept.
pub(super) fn add_denied(denied: &mut Vec<String>, tool: &str) {
    const KEPT: usize = 10;
    if denied.len() < KEPT && !denied.iter().any(|known| known == tool) {
        denied.push(tool.to_owned());
    }
}
