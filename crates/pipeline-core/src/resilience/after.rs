//! What the end of a run says about the account that it ran on.

use std::time::Duration;

use crate::id::RunId;
use crate::resilience::{AccountHealth, News, Opening, Problem};
use crate::retry::{BASE, CAP, back_off};
use crate::run::{FailureCause, FailureClass, RunFailure};
use crate::time::Timestamp;

/// No pause is longer, whatever a provider says: a number that was misread must not stop an account for years.
const LONGEST_PAUSE: Duration = Duration::from_secs(8 * 86_400);

/// What a failure says about the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearing {
    /// Nothing: the provider was not reached, or it was our doing.
    None,
    /// The provider answered; what failed is the agent's work.
    Answered,
    /// The provider failed; it may be better soon.
    Trouble,
    /// Its allowance is used up.
    Limit,
    /// A human has to mend it.
    Problem,
}

impl Bearing {
    /// The account holds its runs back by itself: a job that met it waits in the queue and nothing is counted against its task.
    #[must_use]
    pub fn holds_jobs(self) -> bool {
        match self {
            Self::Limit | Self::Problem => true,
            Self::None | Self::Answered | Self::Trouble => false,
        }
    }
}

/// What a failure says about the account.
#[must_use]
pub fn bearing(failure: &RunFailure) -> Bearing {
    use FailureCause as Cause;
    match failure.cause {
        Cause::RateLimit | Cause::Overload | Cause::ServerError | Cause::Network | Cause::AskedToWait => {
            Bearing::Trouble
        }
        Cause::UsageLimit => Bearing::Limit,
        Cause::NotLoggedIn
        | Cause::Billing
        | Cause::MissingProgram
        | Cause::BadFlag
        | Cause::BadConfiguration => Bearing::Problem,
        Cause::RunnerLost
        | Cause::Interrupted
        | Cause::CalledOff
        | Cause::Unavailable
        | Cause::Killed
        | Cause::Poison => Bearing::None,
        // A wrong model is one of a role; the account is in order.
        Cause::ModelUnavailable
        | Cause::PermissionDenied
        | Cause::ContextTooLong
        | Cause::OutputTooLong
        | Cause::TurnCap
        | Cause::MoneyCap
        | Cause::Refusal
        | Cause::SessionUnusable
        | Cause::DocumentMissing
        | Cause::ResultUnusable
        | Cause::AgentError => Bearing::Answered,
        // A program that says nothing may never have reached its provider.
        Cause::NoOutput | Cause::NoRecord | Cause::Crash | Cause::TimedOut | Cause::Stalled => Bearing::None,
        Cause::Unknown => match failure.class {
            FailureClass::Transient => Bearing::Trouble,
            FailureClass::Agent | FailureClass::Permanent | FailureClass::Poison => Bearing::None,
        },
    }
}

impl AccountHealth {
    /// A run on it ended, well or with this failure; so many of the provider's own in a row open the breaker. Runs that began before a pause
    /// or a problem say nothing against it.
    #[must_use]
    pub fn after_run(
        mut self,
        run: RunId,
        failure: Option<&RunFailure>,
        now: Timestamp,
        threshold: u32,
    ) -> (Self, Option<News>) {
        let was_probe = self.probe == Some(run);
        if let Some(failure) = failure {
            let count = self.causes.entry(failure.cause).or_default();
            *count = count.saturating_add(1);
        }
        match failure.map(|failure| (failure, bearing(failure))) {
            None | Some((_, Bearing::Answered)) => self.answered(was_probe, now),
            Some((failure, Bearing::Trouble)) => self.trouble(failure, now, threshold),
            Some((failure, Bearing::Limit)) => self.pause(failure, now),
            Some((failure, Bearing::Problem)) => self.put_out_of_order(failure, was_probe, now),
            Some((_, Bearing::None)) => {}
        }
        if was_probe {
            self.probe = None;
        }
        self.with_news(now)
    }

    fn answered(&mut self, was_probe: bool, now: Timestamp) {
        self.failures = 0;
        self.open = None;
        if self.paused_until.is_some_and(|until| until <= now) {
            self.paused_until = None;
        }
        if was_probe {
            self.problem = None;
        }
    }

    fn trouble(&mut self, failure: &RunFailure, now: Timestamp, threshold: u32) {
        self.failures = self.failures.saturating_add(1);
        let pauses = match &mut self.open {
            // Runs that were on their way when the pause began.
            Some(open) if now < open.until => {
                if let Some(wish) = failure.retry_after {
                    open.until = open.until.max(now.plus(wish.min(LONGEST_PAUSE)));
                }
                return;
            }
            Some(open) => open.pauses.saturating_add(1),
            None if self.failures >= threshold => 1,
            None => return,
        };
        let wish = failure.retry_after.map(|wish| wish.min(LONGEST_PAUSE));
        self.open = Some(Opening {
            until: now.plus(back_off(self.account.as_str(), pauses, wish)),
            pauses,
            cause: failure.cause,
        });
    }

    /// Until the reset that the provider names as data; without one it is tried again after a while.
    fn pause(&mut self, failure: &RunFailure, now: Timestamp) {
        self.failures = 0;
        self.open = None;
        let wish = failure.retry_after.unwrap_or(CAP).min(LONGEST_PAUSE);
        let until = failure.resets_at.unwrap_or_else(|| now.plus(wish));
        let until = until.clamp(now.plus(BASE), now.plus(LONGEST_PAUSE));
        self.paused_until = Some(self.paused_until.map_or(until, |earlier| earlier.max(until)));
    }

    /// One that is known stays as it is, unless somebody tried whether it is mended.
    fn put_out_of_order(&mut self, failure: &RunFailure, was_probe: bool, now: Timestamp) {
        if self.problem.is_some() && !was_probe {
            return;
        }
        self.problem = Some(Problem {
            cause: failure.cause,
            message: failure.message.clone(),
            since: self.problem.as_ref().map_or(now, |problem| problem.since),
            under: self.preflight.as_ref().map(|made| made.report.clone()),
            retry: false,
        });
    }
}
