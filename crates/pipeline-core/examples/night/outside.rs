//! The outside of the night: effects reach the forge, and the forge's CI has its say.

use std::time::Duration;

use pipeline_core::effect::{EffectKind, EffectResult, MergeOutcome, Need, NewEffect, StatusState};
use pipeline_core::event::Event;
use pipeline_core::id::CommitSha;

use super::agenda::Due;
use super::forge::status;
use super::world::World;

impl World<'_> {
    /// Carries out an effect; only what is Required answers.
    pub(super) fn send(&mut self, at: usize, effect: NewEffect) {
        self.tally.effects += 1;
        let Some(simulated) = self.tasks.get_mut(at) else {
            return;
        };
        let corner = &mut simulated.corner;
        let result = match &effect.kind {
            EffectKind::StartBranch(start) => corner.start(start),
            EffectKind::Push(push) => {
                let result = corner.push(push);
                self.expect_ci(at, &push.commit);
                result
            }
            EffectKind::OpenPullRequest(open) => {
                self.tally.pull_requests += 1;
                corner.open_pull_request(&open.branch, self.tally.pull_requests)
            }
            EffectKind::Merge(merge) => {
                let outcome = corner.merge(merge, self.merges, &mut simulated.chance);
                self.merged(at, &outcome);
                EffectResult::Merge(outcome)
            }
            EffectKind::Alert { .. } => {
                self.tally.alerts += 1;
                EffectResult::Done
            }
            EffectKind::Comment { .. } => {
                self.tally.comments += 1;
                EffectResult::Done
            }
            EffectKind::SetColumn { .. }
            | EffectKind::ReportStatus(_)
            | EffectKind::TrackerMessage { .. }
            | EffectKind::ReleaseCheckout { .. } => EffectResult::Done,
        };
        if effect.need == Need::Required {
            self.answer(at, effect, result);
        }
    }

    fn answer(&mut self, at: usize, effect: NewEffect, result: EffectResult) {
        let Some(simulated) = self.tasks.get_mut(at) else {
            return;
        };
        let key = effect.key;
        let dead = simulated.chance.percent(1) && matches!(effect.kind, EffectKind::OpenPullRequest(_));
        let event = Box::new(if dead {
            self.tally.fault("an effect is dead");
            Event::EffectFailed {
                key,
                effect: effect.kind,
                error: "the forge answers 422".to_owned(),
            }
        } else {
            Event::EffectDone { key, result }
        });
        let attempt = None;
        let due = Due::Event {
            task: at,
            event,
            attempt,
        };
        self.agenda.after(Duration::from_secs(2), due);
    }

    fn merged(&mut self, at: usize, outcome: &MergeOutcome) {
        match outcome {
            MergeOutcome::Merged { .. } => self.merges += 1,
            MergeOutcome::BaseMerged { head, .. } => {
                self.tally.fault("the default branch moves during a merge");
                self.expect_ci(at, &head.clone());
            }
            MergeOutcome::Conflict { .. } => self.tally.fault("a merge conflicts"),
            MergeOutcome::HeadMoved { .. } | MergeOutcome::Closed | MergeOutcome::ApprovalMissing(_) => {}
        }
    }

    /// The forge's CI begins soon after a push and takes some minutes.
    fn expect_ci(&mut self, at: usize, commit: &CommitSha) {
        let Some(simulated) = self.tasks.get_mut(at) else {
            return;
        };
        let decided = simulated.chance.minutes(2, 9);
        for (wait, decided) in [(Duration::from_secs(20), false), (decided, true)] {
            let commit = commit.clone();
            self.agenda.after(
                wait,
                Due::Ci {
                    task: at,
                    commit,
                    decided,
                },
            );
        }
    }

    /// CI has a word. The same code always has the same colour; some webhooks are lost, and the timer finds out.
    pub(super) fn ci(&mut self, at: usize, commit: CommitSha, decided: bool) {
        let Some(simulated) = self.tasks.get_mut(at) else {
            return;
        };
        let code = simulated.corner.snapshot(&commit).code;
        let state = match (decided, code % 100 < 18) {
            (false, _) => StatusState::Pending,
            (true, true) => {
                self.tally.fault("CI is red");
                StatusState::Failure
            }
            (true, false) => StatusState::Success,
        };
        simulated.corner.set_status(commit, status(state, code));
        let head = simulated.corner.observe();
        if simulated.chance.percent(30) {
            return self.tally.fault("a webhook is lost");
        }
        self.step(at, &Event::HeadObserved { head }, None);
    }
}
