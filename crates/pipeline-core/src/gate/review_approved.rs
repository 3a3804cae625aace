//! `check_review_approved`: reviews of the pull request in the forge, for pipelines that gate on them.

use std::collections::BTreeMap;

use crate::evidence::EvidenceRequest;
use crate::gate::{Gate, GateInput, GateOutcome, Pending, our_head};
use crate::observation::{PullReview, ReviewState};
use crate::project::Project;
use crate::task::Task;

pub(super) struct ReviewApproved;

impl Gate for ReviewApproved {
    fn needs(&self, _task: &Task, _project: &Project) -> EvidenceRequest {
        EvidenceRequest {
            head: true,
            ..EvidenceRequest::default()
        }
    }

    fn check(&self, input: GateInput<'_>) -> GateOutcome {
        let seen = match our_head(input) {
            Ok(seen) => seen,
            Err(outcome) => return outcome,
        };
        let reviews = seen.pull_request.as_ref().map(|pull| pull.reviews.as_slice());
        let decisions: Vec<&PullReview> = decisions(reviews.unwrap_or_default())
            .into_iter()
            .filter(|review| Some(&review.commit) == seen.head.as_ref())
            .collect();
        let (asking, approving): (Vec<&PullReview>, Vec<&PullReview>) = decisions
            .into_iter()
            .partition(|review| review.state == ReviewState::ChangesRequested);
        if !asking.is_empty() {
            return GateOutcome::Fail {
                reason: format!("Pull-request review: changes requested by {}", names(&asking)),
                findings: asking.into_iter().map(finding).collect(),
            };
        }
        if approving.is_empty() {
            return GateOutcome::Pending(Pending::ForgeReview);
        }
        GateOutcome::Pass(format!("Pull-request review: approved by {}", names(&approving)))
    }
}

/// The latest yes or no of each person; of two at one moment the later in the list.
fn decisions(reviews: &[PullReview]) -> Vec<&PullReview> {
    let mut latest: BTreeMap<&str, &PullReview> = BTreeMap::new();
    for review in reviews {
        let newer = latest
            .get(review.author.as_str())
            .is_none_or(|known| known.at <= review.at);
        if newer && review.state != ReviewState::Commented {
            latest.insert(&review.author, review);
        }
    }
    latest.into_values().collect()
}

fn names(reviews: &[&PullReview]) -> String {
    let names: Vec<&str> = reviews.iter().map(|review| review.author.as_str()).collect();
    names.join(", ")
}

fn finding(review: &PullReview) -> String {
    match review.text.trim() {
        "" => format!("{} asks for changes in the pull request", review.author),
        text => format!("{}: {text}", review.author),
    }
}
