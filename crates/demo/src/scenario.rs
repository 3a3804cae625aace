//! The demo's scenarios: what goes wrong on the way, and how it ends. Names and promises only; `agent` acts them out.

use std::fmt;
use std::str::FromStr;

/// How a scenario ends when nobody steps in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The change is merged and deployed.
    Done,
    /// The task stops and asks for a human.
    Blocked,
}

/// A story for the scripted agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Everything works at the first try.
    Happy,
    /// The reviewer finds a shortcoming; the developer mends it.
    Bounce,
    /// The analyst asks before writing.
    Questions,
    /// The first review cannot be read; the reviewer repairs it.
    BrokenReport,
    /// The developer's first run dies; the second attempt works.
    AgentCrash,
    /// The first implementation breaks a test; the developer mends it.
    CiRed,
    /// The architect objects to the specification; the analyst corrects it.
    Conflict,
    /// The reviewer finds something new each time, until the bounces are used up.
    Exhausted,
    /// The deploy to production fails.
    DeployFailed,
}

impl Scenario {
    /// Every scenario, in the order of a tour.
    pub const ALL: [Self; 9] = [
        Self::Happy,
        Self::Bounce,
        Self::Questions,
        Self::BrokenReport,
        Self::AgentCrash,
        Self::CiRed,
        Self::Conflict,
        Self::Exhausted,
        Self::DeployFailed,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Happy => "happy",
            Self::Bounce => "bounce",
            Self::Questions => "questions",
            Self::BrokenReport => "broken-report",
            Self::AgentCrash => "agent-crash",
            Self::CiRed => "ci-red",
            Self::Conflict => "conflict",
            Self::Exhausted => "exhausted",
            Self::DeployFailed => "deploy-failed",
        }
    }

    /// What it shows, in one line.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Happy => "everything works at the first try",
            Self::Bounce => "the reviewer finds a shortcoming and the developer mends it",
            Self::Questions => "the analyst asks before writing",
            Self::BrokenReport => "the first review cannot be read and is repaired",
            Self::AgentCrash => "the developer's first run dies and the second attempt works",
            Self::CiRed => "the first implementation breaks a test and is mended",
            Self::Conflict => "the architect objects to the specification and the analyst corrects it",
            Self::Exhausted => "the reviewer finds something new each time until a human is asked",
            Self::DeployFailed => "the deploy to production fails and a human is asked",
        }
    }

    /// How it ends when people only approve and answer.
    #[must_use]
    pub fn ending(self) -> Ending {
        match self {
            Self::Happy
            | Self::Bounce
            | Self::Questions
            | Self::BrokenReport
            | Self::AgentCrash
            | Self::CiRed
            | Self::Conflict => Ending::Done,
            Self::Exhausted | Self::DeployFailed => Ending::Blocked,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A name that no scenario has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no scenario '{0}'; known: {known}", known = known_names())]
pub struct UnknownScenario(pub String);

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(text: &str) -> Result<Self, UnknownScenario> {
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.as_str() == text)
            .ok_or_else(|| UnknownScenario(text.to_owned()))
    }
}

fn known_names() -> String {
    Scenario::ALL.map(Scenario::as_str).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.to_string().parse(), Ok(scenario));
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = "sunny".parse::<Scenario>().unwrap_err().to_string();
        assert!(
            error.starts_with("no scenario 'sunny'; known: happy, bounce, "),
            "{error}"
        );
    }
}
