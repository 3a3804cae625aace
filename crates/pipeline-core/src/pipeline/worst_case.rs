//! What a task can cost: the most runs before it is Done or Blocked. It reads a definition and follows no task.
//!
//! What is counted, by the rules of `transition`:
//!
//! - A **launch** of a role costs up to `attempts` runs: all but the last fail by themselves. A stage with a single attempt costs 1.
//! - A **visit** to a stage costs a launch and `repairs` more (with a single attempt: none).
//! - A **bounce** from a stage back to another costs the visits from there to here again. A cause is good for `bounces_per_cause`, all of
//!   them for `bounces`; the dearest come first. From the merge, `conflict` and, where a gate looks at them, `ci` and the local tests lead
//!   to the mending stage.
//! - A **round of questions** costs a launch of the role that asks; there are `question_rounds`.
//! - An **objection** costs the visits from the stage that answers to the one that objects; there are `conflict_rounds`.
//! - An **approval** makes bounces and questions fresh, so they count once per stretch between two approvals; objections stay counted.
//! - Merges of the default branch cost no run of their own: what they break comes back as a bounce.
//!
//! A human who rejects, restarts, sends back answers at an approval, or pushes commits starts more runs, without a bound of ours. Runs that
//! end transiently (network, limits of the provider) are bounded by time, not counted. Stages for staging are taken as applying.
//!
//! The number is the exact maximum where objections do not lead back over an approval from which bounces come back too (all shipped
//! pipelines); elsewhere it may be too high, never too low.

use std::collections::BTreeMap;

use crate::pipeline::Pipeline;
use crate::project::MergeTime;
use crate::stage::{Cause, GateName, OnFail, Stage, StageName};

/// Runs of a task of this pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Runs {
    /// When everything passes at once.
    pub least: u64,
    /// Before it is Done or Blocked without a human who starts anything again.
    pub most: u64,
}

/// How many runs a task can cost.
#[must_use]
pub fn runs(pipeline: &Pipeline, merge: MergeTime) -> Runs {
    let course = Course::of(pipeline, merge);
    let mut search = Search {
        course: &course,
        known: BTreeMap::new(),
    };
    Runs {
        least: course.steps.len() as u64,
        most: search.most(At {
            step: 0,
            objections: pipeline.limits.conflict_rounds,
            lowest: 0,
            highest: 0,
        }),
    }
}

/// The working stages in their order.
struct Course {
    steps: Vec<Step>,
    sites: Vec<Site>,
    per_cause: u64,
    in_all: u64,
    questions: u64,
}

struct Step {
    launch: u64,
    visit: u64,
    asks: bool,
    approves: bool,
    answers: Option<usize>,
}

/// A place from which a task bounces.
struct Site {
    from: usize,
    to: usize,
    cause: Cause,
}

impl Course {
    fn of(pipeline: &Pipeline, merge: MergeTime) -> Self {
        let stages: Vec<&Stage> = pipeline
            .stages
            .iter()
            .filter(|stage| stage.role.is_some())
            .collect();
        let position = |name: &StageName| stages.iter().position(|stage| stage.name == *name);
        let limits = pipeline.limits;
        let steps = stages.iter().map(|stage| {
            let (attempts, repairs) = if stage.single_attempt {
                (1, 0)
            } else {
                (limits.attempts.max(1), limits.repairs)
            };
            Step {
                launch: u64::from(attempts),
                visit: u64::from(attempts) * (1 + u64::from(repairs)),
                asks: stage.asks_in.is_some(),
                approves: stage.gates.contains(&GateName::CheckAnalysisApproved),
                answers: stage.objects_in.as_ref().and_then(|(_, to)| position(to)),
            }
        });
        let bounces = stages.iter().enumerate().flat_map(|(from, stage)| {
            let (to, causes) = bounces_of(stage);
            let sites = to
                .and_then(position)
                .map(|to| move |cause| Site { from, to, cause });
            sites
                .map(|site| causes.into_iter().map(site))
                .into_iter()
                .flatten()
        });
        Self {
            steps: steps.collect(),
            sites: bounces.chain(merge_sites(pipeline, &stages, merge)).collect(),
            per_cause: u64::from(limits.bounces_per_cause),
            in_all: u64::from(limits.bounces),
            questions: u64::from(limits.question_rounds),
        }
    }

    fn visits(&self, from: usize, to: usize) -> u64 {
        let steps = self.steps.iter().take(to + 1).skip(from);
        steps.map(|step| step.visit).sum()
    }

    /// What bounces and questions add to a stretch that came by these steps.
    fn extras(&self, lowest: usize, highest: usize) -> u64 {
        let passed = || self.steps.iter().take(highest + 1).skip(lowest);
        let asking = passed().filter(|step| step.asks).map(|step| step.launch).max();
        asking.unwrap_or_default() * self.questions + self.bounces(self.reach(lowest, highest), highest)
    }

    /// The lowest step that bounces lead to.
    fn reach(&self, lowest: usize, highest: usize) -> usize {
        let mut reach = lowest;
        loop {
            let sites = self
                .open_sites()
                .filter(|site| (reach..=highest).contains(&site.from));
            let lower = sites.map(|site| site.to).fold(reach, usize::min);
            if lower == reach {
                return reach;
            }
            reach = lower;
        }
    }

    /// The highest step from which bounces lead back to this one: a task can go there and return before its role objects.
    fn excursion(&self, step: usize) -> usize {
        let mut reach = step;
        loop {
            let sites = self.open_sites().filter(|site| site.to <= reach);
            let higher = sites.map(|site| site.from).fold(reach, usize::max);
            if higher == reach {
                return reach;
            }
            reach = higher;
        }
    }

    fn open_sites(&self) -> impl Iterator<Item = &Site> {
        let open = self.per_cause > 0 && self.in_all > 0;
        self.sites.iter().filter(move |_| open)
    }

    /// The dearest causes first, each as often as it may.
    fn bounces(&self, lowest: usize, highest: usize) -> u64 {
        let mut dearest: BTreeMap<Cause, u64> = BTreeMap::new();
        for site in self
            .sites
            .iter()
            .filter(|site| (lowest..=highest).contains(&site.from))
        {
            let cost = self.visits(site.to, site.from);
            let known = dearest.entry(site.cause).or_default();
            *known = cost.max(*known);
        }
        let mut costs: Vec<u64> = dearest.into_values().collect();
        costs.sort_unstable_by(|left, right| right.cmp(left));
        let mut left = self.in_all;
        let mut sum = 0;
        for cost in costs {
            let times = self.per_cause.min(left);
            left -= times;
            sum += cost * times;
        }
        sum
    }
}

/// Where a stage bounces to, and what that counts as: local tests count as tests whatever the route says.
fn bounces_of(stage: &Stage) -> (Option<&StageName>, Vec<Cause>) {
    let OnFail::Bounce { stage: to, cause } = &stage.on_fail else {
        return (None, Vec::new());
    };
    let local = stage.gates.contains(&GateName::CheckTestsLocal);
    let causes = std::iter::once(*cause).chain(local.then_some(Cause::Tests));
    (Some(to), causes.collect())
}

/// The merge sends back what does not merge, and what CI finds in it.
fn merge_sites(pipeline: &Pipeline, stages: &[&Stage], merge: MergeTime) -> Vec<Site> {
    let first_after = stages
        .iter()
        .position(|stage| pipeline.is_after_merge(&stage.name));
    let before = match (merge, first_after) {
        (MergeTime::OnDeployEntry, Some(after)) => after,
        (MergeTime::OnDeployEntry, None) | (MergeTime::AfterDeploy, _) => stages.len(),
    };
    let mending = stages.iter().position(|stage| stage.name == pipeline.mending);
    let (Some(to), Some(from)) = (mending, before.checked_sub(1)) else {
        return Vec::new();
    };
    let has = |gate| stages.iter().any(|stage| stage.gates.contains(&gate));
    std::iter::once(Cause::Conflict)
        .chain(has(GateName::CheckCiGreen).then_some(Cause::Ci))
        .chain(has(GateName::CheckTestsLocal).then_some(Cause::Tests))
        .map(|cause| Site { from, to, cause })
        .collect()
}

/// Where the search stands: about to visit a step, in a stretch that came by the steps from the lowest to the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    step: usize,
    objections: u32,
    lowest: usize,
    highest: usize,
}

struct Search<'c> {
    course: &'c Course,
    known: BTreeMap<At, u64>,
}

impl Search<'_> {
    fn most(&mut self, at: At) -> u64 {
        if let Some(known) = self.known.get(&at) {
            return *known;
        }
        let most = self.look(at);
        self.known.insert(at, most);
        most
    }

    fn look(&mut self, at: At) -> u64 {
        let course = self.course;
        let Some(step) = course.steps.get(at.step) else {
            return 0;
        };
        let here = At {
            highest: at.highest.max(at.step),
            ..at
        };
        let mut most = self.passed(here, step);
        if let (Some(answers), Some(objections)) = (step.answers, at.objections.checked_sub(1)) {
            let back = At {
                step: answers,
                objections,
                lowest: here.lowest.min(answers),
                highest: here.highest.max(course.excursion(at.step)),
            };
            most = most.max(self.most(back));
        }
        step.visit + most
    }

    fn passed(&mut self, here: At, step: &Step) -> u64 {
        let next = here.step + 1;
        if !step.approves && next < self.course.steps.len() {
            return self.most(At { step: next, ..here });
        }
        let fresh = At {
            step: next,
            lowest: next,
            highest: next,
            ..here
        };
        self.course.extras(here.lowest, here.highest) + self.most(fresh)
    }
}
