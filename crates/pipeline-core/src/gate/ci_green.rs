//! `check_ci_green`: the statuses of exactly our head (behaviour §4.5).

use crate::effect::{CommitStatus, StatusState};
use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, Pending, our_head};
use crate::observation::HeadObservation;
use crate::project::{Ci, Project};
use crate::task::Task;

const LOG_LINES: usize = 40;

pub(super) struct CiGreen;

impl Gate for CiGreen {
    fn needs(&self, _task: &Task, _project: &Project) -> EvidenceRequest {
        EvidenceRequest {
            head: true,
            ..EvidenceRequest::default()
        }
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        if let Ci::None { .. } = input.project.ci {
            return GateOutcome::NotApplicable(format!("CI gate N/A for {}", input.project.repo));
        }
        match our_head(input) {
            Err(outcome) => outcome,
            Ok(_) if input.task.ci_green.is_some() && input.task.ci_green == input.task.code_tree => {
                GateOutcome::Pass("CI green".to_owned())
            }
            Ok(head) => {
                let outcome = judge(head);
                // What is green so far is not what our own command says of this head.
                if matches!(outcome, GateOutcome::Pass(_)) && input.task.ci_job.is_some() {
                    return GateOutcome::Pending(Pending::CiRuns);
                }
                outcome
            }
        }
    }
}

fn judge(head: &HeadObservation) -> GateOutcome {
    let counted: Vec<&CommitStatus> = head
        .statuses
        .iter()
        .filter(|status| status.state != StatusState::Skipped)
        .collect();
    let (excused, failing): (Vec<&CommitStatus>, Vec<&CommitStatus>) = counted
        .iter()
        .filter(|status| matches!(status.state, StatusState::Failure | StatusState::Error))
        .partition(|status| head.red_on_default.contains(&status.context));
    if !failing.is_empty() {
        let findings = failing.into_iter().map(finding).collect();
        return GateOutcome::Fail {
            reason: "CI state: failure".to_owned(),
            findings,
        };
    }
    if counted.is_empty() {
        return GateOutcome::Pending(Pending::CiSilent);
    }
    if counted.iter().any(|status| status.state == StatusState::Pending) {
        return GateOutcome::Pending(Pending::CiRuns);
    }
    if !excused.is_empty() {
        let contexts = excused.into_iter().map(|status| status.context.clone()).collect();
        return GateOutcome::Pending(Pending::DefaultRed(contexts));
    }
    GateOutcome::Pass("CI green".to_owned())
}

/// The context that a finding of this gate is about.
pub(crate) fn context_of(finding: &str) -> &str {
    let line = finding.lines().next().unwrap_or_default();
    let marks = [": ", " (http"];
    let end = marks.iter().filter_map(|mark| line.find(mark)).min();
    end.and_then(|end| line.get(..end)).unwrap_or(line)
}

fn finding(status: &CommitStatus) -> String {
    let mut text = status.context.clone();
    if !status.description.is_empty() {
        text.push_str(": ");
        text.push_str(&status.description);
    }
    if let Some(url) = &status.url {
        text.push_str(" (");
        text.push_str(url);
        text.push(')');
    }
    if let Some(tail) = &status.log_tail {
        let lines: Vec<&str> = tail.lines().collect();
        let from = lines.len().saturating_sub(LOG_LINES);
        text.push('\n');
        text.push_str(&lines.get(from..).unwrap_or_default().join("\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_tells_its_context() {
        for context in ["ci/build", "CI / build (push)", "сборка"] {
            for (description, url, log_tail) in [
                ("", None, None),
                ("exit code 1: sh", None, Some("error: x\n")),
                ("", Some("https://ci.example.org/1"), None),
                ("red", Some("https://ci.example.org/1"), Some("error: x\n")),
            ] {
                let status = CommitStatus {
                    context: context.to_owned(),
                    state: StatusState::Failure,
                    description: description.to_owned(),
                    url: url.map(str::to_owned),
                    log_tail: log_tail.map(str::to_owned),
                };
                assert_eq!(context_of(&finding(&status)), context);
            }
        }
    }
}
