//! Versions of providers' programs, and what is known of them.

use std::fmt;

use super::ProviderKind;

/// The version of a program, such as 2.1.329.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CliVersion(pub u32, pub u32, pub u32);

impl CliVersion {
    /// The first version in a text, such as `2.1.329 (Claude Code)` or `codex-cli 0.169.0`.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        text.split(|sign: char| sign.is_whitespace() || matches!(sign, '(' | ')' | ','))
            .find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.trim_start_matches('v');
        let word = word.split(['-', '+']).next()?;
        let mut parts = word.split('.').map(|part| part.parse().ok());
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(major)), Some(Some(minor)), Some(Some(patch)), None) => {
                Some(Self(major, minor, patch))
            }
            _ => None,
        }
    }
}

impl fmt::Display for CliVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A flag, and the oldest version with which it was seen to work.
struct KnownFlag {
    provider: ProviderKind,
    flag: &'static str,
    since: CliVersion,
}

/// Flags that a run can do without. A version that is known to be older than the one they were verified with runs without
/// them, because a flag that a program does not know ends it at once.
const OPTIONAL_FLAGS: [KnownFlag; 6] = [
    optional(
        ProviderKind::Claude,
        "--permission-prompts",
        CliVersion(2, 1, 329),
    ),
    optional(ProviderKind::Claude, "--max-budget-usd", CliVersion(2, 1, 329)),
    optional(ProviderKind::Codex, "--ignore-user-config", CliVersion(0, 169, 0)),
    optional(
        ProviderKind::Codex,
        "features.unbounded_connection_retries",
        CliVersion(0, 169, 0),
    ),
    optional(ProviderKind::Opencode, "--title", CliVersion(1, 18, 33)),
    optional(ProviderKind::Gemini, "--session-id", CliVersion(0, 61, 0)),
];

const fn optional(provider: ProviderKind, flag: &'static str, since: CliVersion) -> KnownFlag {
    KnownFlag {
        provider,
        flag,
        since,
    }
}

/// The version knows the flag, as far as we know; an unknown version counts as the verified one.
pub(crate) fn knows(provider: ProviderKind, version: Option<CliVersion>, flag: &str) -> bool {
    let known = OPTIONAL_FLAGS
        .iter()
        .find(|known| known.provider == provider && known.flag == flag);
    match (known, version) {
        (Some(known), Some(version)) => version >= known.since,
        (Some(_) | None, _) => true,
    }
}

/// The version that our command line was verified with; none for a program of the operator's own.
pub(crate) fn verified(provider: ProviderKind) -> Option<CliVersion> {
    match provider {
        ProviderKind::Command => None,
        ProviderKind::Claude => Some(CliVersion(2, 1, 329)),
        ProviderKind::Codex => Some(CliVersion(0, 169, 0)),
        ProviderKind::Opencode => Some(CliVersion(1, 18, 33)),
        ProviderKind::Gemini => Some(CliVersion(0, 61, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_programs_print() {
        for (text, expected) in [
            ("2.1.329 (Claude Code)\n", Some(CliVersion(2, 1, 329))),
            ("codex-cli 0.169.0", Some(CliVersion(0, 169, 0))),
            ("v1.18.33-beta.2", Some(CliVersion(1, 18, 33))),
            ("0.61.0\n", Some(CliVersion(0, 61, 0))),
            ("Ripgrep 14 is not available", None),
            ("1.2.3.4", None),
            ("", None),
        ] {
            assert_eq!(CliVersion::find(text), expected, "{text}");
        }
    }

    #[test]
    fn an_older_version_runs_without_flags_that_it_may_not_know() {
        let knows = |version| knows(ProviderKind::Claude, version, "--permission-prompts");
        assert!(knows(None));
        assert!(knows(Some(CliVersion(2, 1, 330))));
        assert!(!knows(Some(CliVersion(2, 1, 197))));
    }
}
