//! How a run stands while it lives, and since when it does nothing. Knows no file and no clock of its own.

use std::time::Duration;

use serde::Serialize;

use crate::time::Timestamp;
use crate::usage::{Usage, cost_text, duration_text, tokens_text};

/// A run as its runner last saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunProgress {
    /// When it was seen so.
    pub at: Timestamp,
    /// When something last came on its outputs.
    pub last_output_at: Option<Timestamp>,
    /// Bytes written until now, kept or not.
    pub output_bytes: u64,
    /// Processes that live.
    pub processes: u64,
    /// Processor time of all its processes, in milliseconds.
    pub cpu_ms: u64,
    /// Memory of the processes that live, in bytes.
    pub rss_bytes: u64,
    /// Since when it is taken for stalled; none as soon as it does something again.
    pub stall: Option<Stall>,
}

/// What an agent is doing, as far as its program tells while it runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Activity {
    /// The tool that it used last.
    pub last_tool: Option<String>,
    /// What it used until now; some programs count late.
    pub usage: Usage,
    /// Requests that its program repeated by itself.
    pub retries: u32,
    /// When the usage limit ends that it ran into.
    pub resets_at: Option<Timestamp>,
}

/// A run that does nothing: no output, no processor time worth the name, no changed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stall {
    /// When it was first taken for stalled.
    pub since: Timestamp,
    /// It had been quiet for so long when it was last looked at, in milliseconds.
    pub quiet_ms: u64,
    /// It is stopped when it has been quiet for so long, in milliseconds.
    pub stopped_after_ms: u64,
}

impl RunProgress {
    /// `1.2 MiB of output, the last 5s ago; 12s of processor time; 3 processes`.
    #[must_use]
    pub fn sentence(&self, now: Timestamp) -> String {
        let last = self.last_output_at.map_or_else(
            || "no output yet".to_owned(),
            |at| {
                let ago = duration_text(now.since(at).as_secs());
                format!("{} of output, the last {ago} ago", size_text(self.output_bytes))
            },
        );
        let plural = if self.processes == 1 { "" } else { "es" };
        format!(
            "{last}; {} of processor time; {} process{plural}",
            duration_text(self.cpu_ms / 1_000),
            self.processes
        )
    }
}

impl Activity {
    /// `last tool Write; 34.1k in, 737 out, $0.19`; none before there is something to tell.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let mut parts = Vec::new();
        parts.extend(self.last_tool.as_ref().map(|tool| format!("last tool {tool}")));
        if !self.usage.is_zero() {
            let tokens = [self.usage.full_input(), self.usage.output_tokens].map(tokens_text);
            let cost = match cost_text(self.usage.cost_usd) {
                nothing if nothing == cost_text(0.0) => String::new(),
                cost => format!(", {cost}"),
            };
            parts.push(format!("{} in, {} out{cost}", tokens[0], tokens[1]));
        }
        if self.retries > 0 {
            parts.push(format!("{} requests repeated", self.retries));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

impl Stall {
    /// `stalled: no output, no processor time and no changed file for 16m 00s; it is stopped after 30m 00s`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let text = |ms: u64| duration_text(Duration::from_millis(ms).as_secs());
        format!(
            "stalled: no output, no processor time and no changed file for {}; it is stopped after {}",
            text(self.quiet_ms),
            text(self.stopped_after_ms)
        )
    }
}

/// `120 B`, `4.0 KiB`, `2.5 MiB`.
#[must_use]
pub fn size_text(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..MIB => format!("{} KiB", tenths(KIB)),
        MIB..GIB => format!("{} MiB", tenths(MIB)),
        _ => format!("{} GiB", tenths(GIB)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: RunProgress = RunProgress {
        at: Timestamp(60_000),
        last_output_at: None,
        output_bytes: 0,
        processes: 1,
        cpu_ms: 12_500,
        rss_bytes: 1,
        stall: None,
    };

    #[test]
    fn a_living_run_is_told_in_a_sentence() {
        let check =
            |seen: RunProgress, expected: &str| assert_eq!(seen.sentence(Timestamp(65_000)), expected);
        check(SEEN, "no output yet; 12s of processor time; 1 process");
        let spoke = RunProgress {
            last_output_at: Some(Timestamp(60_000)),
            output_bytes: 1_536,
            processes: 3,
            ..SEEN
        };
        check(
            spoke,
            "1.5 KiB of output, the last 5s ago; 12s of processor time; 3 processes",
        );
    }

    #[test]
    fn a_stall_says_what_is_missing_and_when_it_ends() {
        let stall = Stall {
            since: Timestamp(0),
            quiet_ms: 960_000,
            stopped_after_ms: 1_800_000,
        };
        let expected = "stalled: no output, no processor time and no changed file for 16m 00s; it is stopped after 30m 00s";
        assert_eq!(stall.sentence(), expected);
    }

    #[test]
    fn what_an_agent_does_is_told_as_far_as_it_is_known() {
        assert_eq!(Activity::default().sentence(), None);
        let activity = Activity {
            last_tool: Some("Write".to_owned()),
            usage: Usage {
                input_tokens: 1_000,
                cache_read_input_tokens: 33_100,
                output_tokens: 737,
                cost_usd: 0.19,
                ..Usage::default()
            },
            retries: 2,
            resets_at: None,
        };
        assert_eq!(
            activity.sentence().as_deref(),
            Some("last tool Write; 34.1k in, 737 out, $0.19; 2 requests repeated")
        );
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_536, "1.5 KiB"),
            (64 << 20, "64.0 MiB"),
            (5 << 30, "5.0 GiB"),
        ] {
            assert_eq!(size_text(bytes), expected);
        }
    }
}
