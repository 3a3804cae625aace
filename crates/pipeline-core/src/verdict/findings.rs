//! Findings (behaviour §4.6): content for the next brief, never a verdict.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Blocker.
    P0,
    /// Must be mended.
    P1,
    /// Should be mended.
    P2,
    /// A remark.
    P3,
}

impl Severity {
    /// `P0` to `P3`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P0 => "P0",
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
        }
    }

    fn of_heading(line: &str) -> Option<Self> {
        let title = line.trim_start_matches('#').trim_start();
        if title.len() == line.len() {
            return None;
        }
        let (severity, rest) = [
            ("P0", Self::P0),
            ("P1", Self::P1),
            ("P2", Self::P2),
            ("P3", Self::P3),
        ]
        .into_iter()
        .find_map(|(name, severity)| Some((severity, title.strip_prefix(name)?)))?;
        (!rest.starts_with(char::is_alphanumeric)).then_some(severity)
    }
}

/// An open item of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// The item's text, in one line.
    pub text: String,
}

/// The open items under headings that begin with P0, P1, P2, P3.
#[must_use]
pub fn review_findings(text: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut severity = None;
    let mut item_open = false;
    let mut in_fence = false;
    for line in text.lines() {
        let bare = line.trim();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            in_fence = !in_fence;
        } else if in_fence {
            continue;
        } else if line.starts_with('#') {
            severity = Severity::of_heading(line);
            item_open = false;
        } else if let (Some(severity), Some(item)) = (severity, top_level_item(line)) {
            item_open = is_open(item);
            if item_open {
                findings.push(Finding {
                    severity,
                    text: item.trim_start_matches("[ ]").trim().to_owned(),
                });
            }
        } else if bare.is_empty() {
            continue;
        } else if item_open && line.starts_with([' ', '\t']) {
            if let Some(finding) = findings.last_mut() {
                finding.text.push(' ');
                finding.text.push_str(bare);
            }
        } else {
            item_open = false;
        }
    }
    findings
}

/// What failed, as far as a test report says it: table rows and lines of fenced summaries.
#[must_use]
pub fn test_findings(text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut in_fence = false;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            in_fence = !in_fence;
            continue;
        }
        let header = lines.peek().is_some_and(|next| is_table_rule(next.trim()));
        let found = if in_fence {
            is_failing_line(bare)
        } else {
            !header && is_failing_row(bare)
        };
        if found {
            findings.push(bare.trim_matches('|').trim().to_owned());
        }
    }
    findings
}

fn top_level_item(line: &str) -> Option<&str> {
    let numbered = || {
        let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
        (rest.len() < line.len())
            .then(|| rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")))
            .flatten()
    };
    line.strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))
        .or_else(numbered)
        .map(str::trim)
}

fn is_open(item: &str) -> bool {
    let resolved = item.starts_with("[x]") || item.starts_with("[X]");
    let word: String = item
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect::<String>()
        .to_lowercase();
    !resolved && !["нет", "none", "na", "no", ""].contains(&word.as_str())
}

fn is_table_rule(line: &str) -> bool {
    line.starts_with('|') && line.contains('-') && line.chars().all(|letter| "|-: ".contains(letter))
}

fn is_failing_row(line: &str) -> bool {
    line.starts_with('|')
        && line
            .split('|')
            .map(|cell| cell.trim().trim_matches(['*', '`', ' ']))
            .any(|cell| {
                let upper = cell.to_uppercase();
                ["FAIL", "FAILED", "✗", "❌"].contains(&upper.as_str())
                    || cell.starts_with('✗')
                    || cell.starts_with('❌')
            })
}

fn is_failing_line(line: &str) -> bool {
    let upper = line.to_uppercase();
    ["FAIL ", "FAILED ", "FAIL:", "FAILED:", "NOT OK ", "✗", "❌"]
        .iter()
        .any(|start| upper.starts_with(start))
        || upper.ends_with("... FAILED")
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn items_of_a_review_with_continuations() {
        let text = "### P0 — Blocker\n- it crashes\n  on empty input\n- [x] old one\n## P1\n- Нет.\n* —\n### P2\n1. rename `x`\n\n   to `y`\n## Notes\n- not a finding\n";
        let found: Vec<String> = review_findings(text)
            .into_iter()
            .map(|finding| format!("{} {}", finding.severity.as_str(), finding.text))
            .collect();
        assert_eq!(found, ["P0 it crashes on empty input", "P2 rename `x` to `y`"]);
    }

    #[test]
    fn headers_and_passing_rows_are_no_findings() {
        let text = "| Test | Failed |\n|---|---|\n| a | 0 |\n| b | FAILED |\n| c | ❌ timeout |\n\n```\nok 1\nFAIL: d\n```\n";
        assert_eq!(test_findings(text), ["b | FAILED", "c | ❌ timeout", "FAIL: d"]);
    }
}
