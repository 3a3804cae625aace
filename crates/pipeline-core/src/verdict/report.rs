//! Judges one report on its own: without a task, a store or a repository, as `orchctl verdict` does. The rules are those of the gates
//! (behaviour §4); freshness and the binding to a code tree are not known here.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::stage::GateName;
use crate::verdict::encoding::decode;
use crate::verdict::findings::{MAX_REPORT_BYTES, review_findings, test_findings};
use crate::verdict::front_matter::{FrontMatter, FrontMatterError, Problem};
use crate::verdict::{deploy, owner, review, tests};

/// What is known of a report beforehand.
#[derive(Debug, Clone, Copy, Default)]
pub struct JudgeOptions<'a> {
    /// Which gate judges it; otherwise told from the name or the keys.
    pub gate: Option<ReportGate>,
    /// The work item that it must belong to, if it names one.
    pub work_item: Option<&'a str>,
}

/// A gate that reads a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportGate {
    /// `check_reviewer_verdict` on 12-review.md.
    Review,
    /// `check_tests_passed` on 13-test-report.md.
    Tests,
    /// `check_deploy_status` on 14-deploy-log.md.
    Deploy,
    /// `check_staging_status` on 15-staging-log.md.
    Staging,
}

/// A report and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportVerdict {
    /// Its name as given.
    pub file: String,
    /// The gate that judged it; none when no gate is known for it.
    pub gate: Option<ReportGate>,
    /// What the gate says.
    pub outcome: Outcome,
    /// The value that decides, as written.
    pub value: Option<String>,
    /// The gate's sentence.
    pub reason: String,
    /// Open items of a review, failures of a test report that did not pass; of an unreadable report what is wrong and where.
    pub findings: Vec<String>,
}

/// What a gate says of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Positive.
    Pass,
    /// Negative.
    Fail,
    /// Nothing that can be read.
    Unreadable,
}

impl ReportGate {
    /// Every gate that reads a report.
    pub const ALL: [Self; 4] = [Self::Review, Self::Tests, Self::Deploy, Self::Staging];

    /// Its name in the registry.
    #[must_use]
    pub fn name(self) -> GateName {
        match self {
            Self::Review => GateName::CheckReviewerVerdict,
            Self::Tests => GateName::CheckTestsPassed,
            Self::Deploy => GateName::CheckDeployStatus,
            Self::Staging => GateName::CheckStagingStatus,
        }
    }

    /// How the names of its reports begin: `12-review.md`, `12-review-v2.md`.
    #[must_use]
    pub fn stem(self) -> &'static str {
        match self {
            Self::Review => "12-review",
            Self::Tests => "13-test-report",
            Self::Deploy => "14-deploy-log",
            Self::Staging => "15-staging-log",
        }
    }

    /// The gate for a file of this name, without its directory.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::ALL.into_iter().find(|gate| {
            name.strip_prefix(gate.stem())
                .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphabetic() && letter != 'v'))
        })
    }

    /// The gate for a report with these keys.
    fn of_keys(matter: &FrontMatter) -> Option<Self> {
        let has = |key: &str| matter.text(key).is_some() || matter.is_nested(key);
        if has("staging_status") {
            Some(Self::Staging)
        } else if has("deploy_status") {
            Some(Self::Deploy)
        } else if has("result") || has("status") {
            Some(Self::Tests)
        } else if !has("verdict") {
            None
        } else if is_review(matter) {
            Some(Self::Review)
        } else {
            Some(Self::Tests)
        }
    }
}

impl fmt::Display for ReportGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name().as_str())
    }
}

impl Serialize for ReportGate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Outcome {
    /// The word in messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Judges the bytes of a file, of which no more than [`MAX_REPORT_BYTES`] and a few are looked at. `name` may be a path; its last part tells
/// the gate.
#[must_use]
pub fn judge_bytes(name: &str, bytes: &[u8], options: &JudgeOptions<'_>) -> ReportVerdict {
    // A few more, so that a larger report is told from one that ends at the limit.
    let head = bytes.get(..MAX_REPORT_BYTES + 4).unwrap_or(bytes);
    match decode(head) {
        Ok(text) => judge(name, &text, options),
        Err(error) => unreadable(name, gate_of(name, options), error.to_string()),
    }
}

/// Judges a report. `name` may be a path; its last part tells the gate.
#[must_use]
pub fn judge(name: &str, text: &str, options: &JudgeOptions<'_>) -> ReportVerdict {
    let known = gate_of(name, options);
    match (FrontMatter::read(text), known) {
        (Ok(matter), _) => match known.or_else(|| ReportGate::of_keys(&matter)) {
            Some(gate) => owned(name, &matter, options.work_item, gate)
                .unwrap_or_else(|| judged(name, gate, &matter, text)),
            None => unreadable(name, None, NO_GATE.to_owned()),
        },
        (Err(error), Some(gate)) => ReportVerdict {
            findings: vec![error.to_string()],
            ..without_front_matter(name, gate, text)
        },
        (Err(error), None) => ReportVerdict {
            findings: vec![error.to_string()],
            ..unreadable(name, None, no_gate(&error))
        },
    }
}

const NO_GATE: &str = "no gate known for this file and no verdict key in it";

fn no_gate(error: &FrontMatterError) -> String {
    match &error.problem {
        Problem::Missing(_) => NO_GATE.to_owned(),
        Problem::Fenced
        | Problem::Unclosed(_)
        | Problem::TooLarge
        | Problem::NotAMapping
        | Problem::OverLimit { .. }
        | Problem::Invalid(_) => {
            format!("no gate known for this file, and its front matter cannot be read: {error}")
        }
    }
}

fn gate_of(name: &str, options: &JudgeOptions<'_>) -> Option<ReportGate> {
    let last = name.rsplit('/').next().unwrap_or(name);
    options.gate.or_else(|| ReportGate::of_name(last))
}

fn is_review(matter: &FrontMatter) -> bool {
    let is = |key: &str, word: &str| {
        matter
            .text(key)
            .is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    is("type", "review") || is("verdict", "APPROVED") || is("verdict", "REQUEST_CHANGES")
}

/// The verdict on a report that names another work item.
fn owned(
    name: &str,
    matter: &FrontMatter,
    work_item: Option<&str>,
    gate: ReportGate,
) -> Option<ReportVerdict> {
    let why = owner::foreign(matter, work_item?)?;
    let last = name.rsplit('/').next().unwrap_or(name);
    Some(unreadable(name, Some(gate), format!("{last} {why}")))
}

fn judged(name: &str, gate: ReportGate, matter: &FrontMatter, text: &str) -> ReportVerdict {
    let value = |key: &str| matter.text(key).map(|value| review::shown(value, &[]));
    let said = match gate {
        ReportGate::Review => review_said(&review::read(matter, text), value("verdict"), text),
        ReportGate::Tests => test_said(tests::read(matter), text),
        ReportGate::Deploy => deploy_said(
            deploy::read(matter, "deploy_status"),
            "Deploy",
            value("deploy_status"),
        ),
        ReportGate::Staging => deploy_said(
            deploy::read(matter, "staging_status"),
            "Staging",
            value("staging_status"),
        ),
    };
    said.of(name, gate)
}

fn without_front_matter(name: &str, gate: ReportGate, text: &str) -> ReportVerdict {
    let said = match gate {
        ReportGate::Review => review_said(&review::review_verdict(text), None, ""),
        ReportGate::Tests => test_said(tests::test_verdict(text), ""),
        ReportGate::Deploy => deploy_said(deploy::deploy_verdict(text, "deploy_status"), "Deploy", None),
        ReportGate::Staging => deploy_said(deploy::deploy_verdict(text, "staging_status"), "Staging", None),
    };
    said.of(name, gate)
}

/// A verdict in the words of its gate.
struct Said {
    outcome: Outcome,
    value: Option<String>,
    reason: String,
    findings: Vec<String>,
}

impl Said {
    fn of(self, name: &str, gate: ReportGate) -> ReportVerdict {
        ReportVerdict {
            file: name.to_owned(),
            gate: Some(gate),
            outcome: self.outcome,
            value: self.value,
            reason: self.reason,
            findings: self.findings,
        }
    }
}

fn review_said(verdict: &review::ReviewVerdict, value: Option<String>, text: &str) -> Said {
    let (outcome, reason) = match verdict {
        review::ReviewVerdict::Approved => (Outcome::Pass, "Review verdict: APPROVED".to_owned()),
        review::ReviewVerdict::RequestChanges => {
            (Outcome::Fail, "Review verdict: REQUEST_CHANGES".to_owned())
        }
        review::ReviewVerdict::Unreadable(why) => (Outcome::Unreadable, why.clone()),
    };
    Said {
        outcome,
        value,
        reason,
        findings: review_findings(text)
            .into_iter()
            .map(|finding| format!("{} {}", finding.severity.as_str(), finding.text))
            .collect(),
    }
}

fn test_said(verdict: tests::TestVerdict, text: &str) -> Said {
    match verdict {
        tests::TestVerdict::Pass(value) => Said {
            outcome: Outcome::Pass,
            reason: format!("Test verdict: {value} (PASS)"),
            value: Some(value),
            findings: Vec::new(),
        },
        tests::TestVerdict::Fail { value, word } => Said {
            outcome: Outcome::Fail,
            reason: format!("Test verdict: {value} ({word})"),
            value: Some(value),
            findings: test_findings(text),
        },
        tests::TestVerdict::Unreadable(reason) => Said {
            outcome: Outcome::Unreadable,
            value: None,
            reason,
            findings: Vec::new(),
        },
    }
}

fn deploy_said(verdict: deploy::DeployVerdict, subject: &str, value: Option<String>) -> Said {
    let (outcome, reason, findings) = match verdict {
        deploy::DeployVerdict::Success => (Outcome::Pass, format!("{subject} status: SUCCESS"), Vec::new()),
        deploy::DeployVerdict::Failed(why) => (
            Outcome::Fail,
            format!("{subject} status: FAILED"),
            why.into_iter().collect(),
        ),
        deploy::DeployVerdict::Unreadable(why) => (Outcome::Unreadable, why, Vec::new()),
    };
    Said {
        outcome,
        value,
        reason,
        findings,
    }
}

fn unreadable(name: &str, gate: Option<ReportGate>, reason: String) -> ReportVerdict {
    ReportVerdict {
        file: name.to_owned(),
        gate,
        outcome: Outcome::Unreadable,
        value: None,
        reason,
        findings: Vec::new(),
    }
}

#[cfg(test)]
mod cases;
