//! Why an account takes no run, for operators.

use std::fmt;

use crate::id::RunId;
use crate::run::FailureCause;
use crate::time::Timestamp;

/// Why an account takes no run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A human has to mend it.
    OutOfOrder {
        /// What it is.
        cause: FailureCause,
        /// What was said.
        message: String,
    },
    /// The last preflight was not in order.
    Preflight {
        /// What is wrong, a sentence each.
        problems: Vec<String>,
    },
    /// Its allowance is used up.
    UsageLimit {
        /// Until then.
        until: Timestamp,
    },
    /// It failed several times in a row.
    Open {
        /// Then one run goes first.
        until: Timestamp,
        /// What the last failure was.
        cause: FailureCause,
    },
    /// One run goes first and has not ended.
    Probing {
        /// Which.
        run: RunId,
    },
}

impl Refusal {
    /// When it ends by itself; none: something has to happen first.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::UsageLimit { until } | Self::Open { until, .. } => Some(*until),
            Self::OutOfOrder { .. } | Self::Preflight { .. } | Self::Probing { .. } => None,
        }
    }

    /// It lasts, or wants a human.
    #[must_use]
    pub fn is_news(&self) -> bool {
        match self {
            Self::OutOfOrder { .. } | Self::Preflight { .. } | Self::UsageLimit { .. } => true,
            Self::Open { .. } | Self::Probing { .. } => false,
        }
    }

    /// What happened, without a time.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::OutOfOrder { cause, message } => format!("{}: {message}", words(*cause)),
            Self::Preflight { problems } => problems.join("; "),
            Self::UsageLimit { .. } => words(FailureCause::UsageLimit),
            Self::Open { cause, .. } => format!("failed several times in a row, last: {}", words(*cause)),
            Self::Probing { run } => format!("run {run} tries whether it works again"),
        }
    }

    /// What ends it where no time does.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::OutOfOrder { cause, .. } => Some(cause.advice()),
            Self::Preflight { .. } | Self::UsageLimit { .. } | Self::Open { .. } | Self::Probing { .. } => {
                None
            }
        }
    }
}

impl fmt::Display for Refusal {
    /// A lower-case fragment that fits after `claude: `.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())?;
        match self.until() {
            Some(until) => write!(f, " until {}", until.to_rfc3339()),
            None => Ok(()),
        }
    }
}

fn words(cause: FailureCause) -> String {
    cause.as_str().replace('_', " ")
}
