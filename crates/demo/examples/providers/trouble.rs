//! The model of a case: it plays the scripted agent, and misbehaves in the review.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use app::clock::SystemClock;
use demo::model::ScriptedMind;
use demo::scenario::Scenario;
use model_stub::{Act, Answer, Conversation, Dialect, Mind, Refusal};
use pipeline_core::port::clock::Clock;
use serde_json::json;

use crate::case::Case;

/// When a usage limit ends, after it was met.
pub(crate) const RESET_AFTER: Duration = Duration::from_secs(15);
/// Longer than anybody waits.
const FOR_EVER: Duration = Duration::from_secs(3_600);
/// Where a reviewer may not write.
pub(crate) const NOT_HIS: &str = "src/not-the-reviewers.txt";

/// A mind with its trouble.
pub(crate) struct Trouble {
    case: Case,
    mind: ScriptedMind,
    /// Requests of reviews so far.
    asked: AtomicUsize,
    /// The trouble is over.
    mended: AtomicBool,
    /// The turn that goes wrong.
    spoiled: Mutex<Option<Vec<String>>>,
}

impl Trouble {
    pub(crate) fn new(case: Case, scratch: PathBuf) -> Self {
        let scenario = match case {
            Case::Repaired => Scenario::BrokenReport,
            Case::Reviewed
            | Case::Unauthorized
            | Case::UsageLimit
            | Case::Overloaded
            | Case::Refused
            | Case::Stalled
            | Case::Killed => Scenario::Happy,
        };
        Self {
            case,
            mind: ScriptedMind::new(scenario, scratch),
            asked: AtomicUsize::new(0),
            mended: AtomicBool::new(false),
            spoiled: Mutex::new(None),
        }
    }

    /// From now on all goes well.
    pub(crate) fn mend(&self) {
        self.mended.store(true, Ordering::Relaxed);
    }

    /// A review has begun.
    pub(crate) fn is_met(&self) -> bool {
        self.asked.load(Ordering::Relaxed) > 0
    }

    /// What the reviewer is told instead of an answer.
    fn trouble(&self, conversation: &Conversation) -> Option<Answer> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        if self.mended.load(Ordering::Relaxed) {
            return None;
        }
        match self.case {
            Case::Reviewed | Case::Repaired | Case::Killed => None,
            Case::Unauthorized => Some(refuse(conversation, 401)),
            Case::UsageLimit if number == 0 => Some(limited(conversation)),
            Case::Overloaded if number < 2 => Some(refuse(conversation, overload(conversation.dialect))),
            Case::Stalled if number == 0 => Some(Answer::Hang(FOR_EVER)),
            Case::Refused => self.spoil(conversation),
            Case::UsageLimit | Case::Overloaded | Case::Stalled => None,
        }
    }

    /// The first turn writes where it may not, and nothing else.
    fn spoil(&self, conversation: &Conversation) -> Option<Answer> {
        let mut spoiled = self.spoiled.lock().unwrap();
        let turns = spoiled.get_or_insert_with(|| conversation.turns.clone());
        if *turns != conversation.turns {
            return None;
        }
        if conversation.results > 0 {
            // A second attempt begins with the same words.
            self.mend();
            return Some(Answer::Say("I could not write that file.".to_owned()));
        }
        let path = conversation.directory.as_ref()?.join(NOT_HIS);
        Some(Answer::Use(Act::Write {
            path: path.to_string_lossy().into_owned(),
            text: "mine\n".to_owned(),
        }))
    }
}

impl Mind for Trouble {
    fn answer(&self, conversation: &Conversation) -> Answer {
        let is_review = conversation.turn().contains("\n- stage: review\n");
        let trouble = is_review.then(|| self.trouble(conversation)).flatten();
        trouble.unwrap_or_else(|| self.mind.answer(conversation))
    }
}

fn overload(dialect: Dialect) -> u16 {
    match dialect {
        Dialect::Anthropic => 529,
        Dialect::Responses | Dialect::Chat | Dialect::Gemini => 503,
    }
}

/// A refusal in the words of the service.
fn refuse(conversation: &Conversation, status: u16) -> Answer {
    let (kind, message) = match status {
        401 => ("authentication_error", "invalid key"),
        _ => ("overloaded_error", "Overloaded"),
    };
    let body = match conversation.dialect {
        Dialect::Anthropic => json!({"type": "error", "error": {"type": kind, "message": message}}),
        Dialect::Responses | Dialect::Chat => {
            json!({"error": {"type": kind, "code": kind, "message": message}})
        }
        Dialect::Gemini => {
            let kind = if status == 401 {
                "UNAUTHENTICATED"
            } else {
                "UNAVAILABLE"
            };
            json!({"error": {"code": status, "message": message, "status": kind}})
        }
    };
    Answer::Refuse(Refusal {
        status,
        headers: Vec::new(),
        body,
    })
}

/// The allowance is used up for some seconds.
fn limited(conversation: &Conversation) -> Answer {
    let reset = SystemClock.now().plus(RESET_AFTER).0 / 1_000;
    let text = |value: &str| value.to_owned();
    let mut headers = vec![(text("retry-after"), RESET_AFTER.as_secs().to_string())];
    let body = match conversation.dialect {
        Dialect::Anthropic => {
            for name in ["reset", "5h-reset"] {
                headers.push((format!("anthropic-ratelimit-unified-{name}"), reset.to_string()));
            }
            for (name, value) in [
                ("status", "rejected"),
                ("representative-claim", "five_hour"),
                ("5h-status", "rejected"),
                ("5h-utilization", "1.0"),
                ("overage-status", "rejected"),
            ] {
                headers.push((format!("anthropic-ratelimit-unified-{name}"), text(value)));
            }
            json!({"type": "error", "error": {"type": "rate_limit_error", "message": "used up"}})
        }
        Dialect::Responses => {
            json!({"error": {"type": "usage_limit_reached", "message": "The usage limit has been reached",
            "plan_type": "pro", "resets_at": reset, "resets_in_seconds": RESET_AFTER.as_secs()}})
        }
        Dialect::Chat => {
            json!({"error": {"type": "rate_limit_error", "code": "rate_limit", "message": "used up"}})
        }
        Dialect::Gemini => {
            json!({"error": {"code": 429, "message": "used up", "status": "RESOURCE_EXHAUSTED"}})
        }
    };
    Answer::Refuse(Refusal {
        status: 429,
        headers,
        body,
    })
}
