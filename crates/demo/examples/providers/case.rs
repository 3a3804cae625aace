//! The cases, and what must come of each.

use crate::play::{Played, Review};
use crate::program::Program;

/// What happens in the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// Nothing: it is written and gated.
    Reviewed,
    /// The report is broken, and repaired in the same session.
    Repaired,
    /// The key is not accepted until an operator has mended it.
    Unauthorized,
    /// The allowance is used up for some seconds.
    UsageLimit,
    /// The service is overloaded twice.
    Overloaded,
    /// The agent writes where it may not.
    Refused,
    /// The model falls silent.
    Stalled,
    /// The daemon is killed while the review runs.
    Killed,
}

impl Case {
    pub(crate) const ALL: [Self; 8] = [
        Self::Reviewed,
        Self::Repaired,
        Self::Unauthorized,
        Self::UsageLimit,
        Self::Overloaded,
        Self::Refused,
        Self::Stalled,
        Self::Killed,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reviewed => "review",
            Self::Repaired => "repair",
            Self::Unauthorized => "401",
            Self::UsageLimit => "429 reset",
            Self::Overloaded => "overload",
            Self::Refused => "refused tool",
            Self::Stalled => "stall",
            Self::Killed => "kill -9",
        }
    }

    /// A sentence about how it went; the error says what is wrong.
    pub(crate) fn judge(self, program: Program, played: &Played) -> Result<String, String> {
        if played.state != "done" || !played.merged {
            return Err(format!(
                "the task ended as {}: {}",
                played.state, played.last_words
            ));
        }
        if played.has_stray {
            return Err("what the reviewer may not write was merged".to_owned());
        }
        let reviews = &played.reviews;
        let good = reviews.last().filter(|last| last.is_success());
        let good = good.ok_or_else(|| format!("the last review is no success: {reviews:?}"))?;
        if good.tokens == 0 {
            return Err(format!("the review names no tokens: {good:?}"));
        }
        let failed: Vec<String> = reviews
            .iter()
            .filter(|run| !run.is_success())
            .map(Review::word)
            .collect();
        match self {
            Self::Reviewed => exactly(reviews, 1, "gated at the first try"),
            Self::Repaired => repaired(reviews),
            Self::Unauthorized => met(
                &failed,
                &["not_logged_in"],
                played.was_stopped,
                "stood still until an operator mended it",
            ),
            Self::UsageLimit if program.tells_resets => met(
                &failed,
                &["usage_limit"],
                played.waited_for_reset,
                "paused until the reset",
            ),
            Self::UsageLimit if played.was_stopped => met(
                &failed,
                &["usage_limit", "rate_limit"],
                true,
                "paused for a time of ours until an operator let it run again",
            ),
            Self::UsageLimit | Self::Overloaded => Ok(passed(&failed)),
            Self::Refused if program.tells_denials => met(
                &failed,
                &["permission_denied"],
                true,
                "denied, and done the second time",
            ),
            Self::Refused => at_least_two(reviews),
            Self::Stalled => met(&failed, &["stalled"], true, "stopped, and done the second time"),
            Self::Killed => exactly(reviews, 1, "adopted by the next daemon"),
        }
    }
}

fn exactly(reviews: &[Review], many: usize, words: &str) -> Result<String, String> {
    if reviews.len() == many {
        Ok(words.to_owned())
    } else {
        Err(format!(
            "{} reviews instead of {many}: {reviews:?}",
            reviews.len()
        ))
    }
}

fn repaired(reviews: &[Review]) -> Result<String, String> {
    match reviews {
        [first, second] if first.session.is_some() && first.session == second.session => {
            Ok("repaired in the same session".to_owned())
        }
        other => Err(format!("no repair in the same session: {other:?}")),
    }
}

fn met(failed: &[String], causes: &[&str], also: bool, words: &str) -> Result<String, String> {
    let as_expected = failed
        .first()
        .is_some_and(|first| causes.contains(&first.as_str()));
    if as_expected && also {
        Ok(format!("{}: {words}", failed.join(", ")))
    } else {
        Err(format!(
            "failed as {failed:?}, not as {causes:?} alone ({words}: {also})"
        ))
    }
}

/// Over by itself: by the program's own patience, or by ours.
fn passed(failed: &[String]) -> String {
    if failed.is_empty() {
        "passed by the program's own patience".to_owned()
    } else {
        format!("{}: tried again", failed.join(", "))
    }
}

fn at_least_two(reviews: &[Review]) -> Result<String, String> {
    if reviews.len() < 2 {
        return Err(format!("the stray file was not noticed: {reviews:?}"));
    }
    let first = reviews.first().map(Review::word).unwrap_or_default();
    Ok(format!("{first}: not taken, and done the second time"))
}
