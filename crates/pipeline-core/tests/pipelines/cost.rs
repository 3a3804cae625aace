//! What a task can cost, compared with a search that follows every counter of the rules.

use std::collections::BTreeMap;

use pipeline_core::pipeline::worst_case::runs;
use pipeline_core::pipeline::{Limits, Pipeline};
use pipeline_core::project::MergeTime;
use pipeline_core::role::Role;
use pipeline_core::stage::{Cause, GateName, OnFail, Stage, StageName};

use crate::shipped;

#[test]
fn the_shipped_pipelines_cost_so_many_runs() {
    let line = |name: &str| {
        let pipeline = shipped(name);
        let [early, late] =
            [MergeTime::OnDeployEntry, MergeTime::AfterDeploy].map(|merge| runs(&pipeline, merge));
        format!(
            "{name}: {} to {}, merged after deploy to {}",
            early.least, early.most, late.most
        )
    };
    insta::assert_snapshot!(["built-in.yaml", "bug-fix.yaml", "ux.yaml"].map(line).join("\n"), @r"
    built-in.yaml: 7 to 182, merged after deploy to 194
    bug-fix.yaml: 4 to 61, merged after deploy to 65
    ux.yaml: 9 to 236, merged after deploy to 248
    ");
}

#[test]
fn the_shipped_pipelines_cost_what_the_search_finds() {
    for name in ["built-in.yaml", "bug-fix.yaml", "ux.yaml"] {
        let pipeline = shipped(name);
        for merge in [MergeTime::OnDeployEntry, MergeTime::AfterDeploy] {
            let expected = Walk::of(&pipeline, merge).enter(0, Counters::default());
            assert_eq!(runs(&pipeline, merge).most, expected, "{name} {merge:?}");
        }
    }
}

#[test]
fn a_task_costs_what_the_search_finds() {
    let mut count = 0;
    for shape in 0..7_u32.pow(3) {
        for (bounces_per_cause, bounces, rounds, single) in
            [(1, 1, 1, false), (1, 2, 2, true), (2, 3, 1, false)]
        {
            let limits = Limits {
                bounces_per_cause,
                bounces,
                question_rounds: rounds,
                conflict_rounds: rounds,
                repairs: 1,
                base_merges: 1,
                attempts: 2,
            };
            let pipeline = small(shape, limits, single);
            for merge in [MergeTime::OnDeployEntry, MergeTime::AfterDeploy] {
                let expected = Walk::of(&pipeline, merge).enter(0, Counters::default());
                assert_eq!(
                    runs(&pipeline, merge).most,
                    expected,
                    "{shape} {limits:?} {merge:?}"
                );
                count += 1;
            }
        }
    }
    assert_eq!(count, 343 * 6);
}

/// Three stages before a last one, each of one of seven kinds.
fn small(shape: u32, limits: Limits, single: bool) -> Pipeline {
    let base = Pipeline::built_in().stages;
    let mut stages = vec![base[0].clone()];
    let names = ["one", "two", "three"];
    for at in 0..3_usize {
        let kind = shape / 7_u32.pow(u32::try_from(at).unwrap()) % 7;
        // Where no approval is passed on the way: those loops are refused when a file is loaded.
        let barrier = stages
            .iter()
            .rposition(|stage: &Stage| stage.gates.contains(&GateName::CheckAnalysisApproved));
        let first = barrier.map_or(0, |barrier| barrier).min(at);
        let mut stage = Stage {
            name: StageName::new(names[at]),
            role: Some(Role::new("worker")),
            gates: Vec::new(),
            single_attempt: single && at == 1,
            ..base[0].clone()
        };
        match kind {
            0 => {}
            1 => stage.on_fail = bounce(names[first], Cause::Review),
            2 => stage.on_fail = bounce(names[at], Cause::Ci),
            3 => stage.asks_in = Some("q.md".to_owned()),
            4 => stage.gates = vec![GateName::CheckAnalysisApproved],
            5 => {
                stage.objects_in = at
                    .checked_sub(1)
                    .map(|to| ("c.md".to_owned(), StageName::new(names[to])));
            }
            _ => stage.on_fail = bounce(names[first], Cause::Tests),
        }
        stages.push(stage);
    }
    stages.push(Stage {
        name: StageName::new("four"),
        role: Some(Role::new("worker")),
        gates: vec![GateName::CheckCiGreen],
        ..base[0].clone()
    });
    stages.push(Stage {
        name: StageName::new("five"),
        role: Some(Role::new("worker")),
        single_attempt: true,
        ..base[0].clone()
    });
    stages.push(base[8].clone());
    Pipeline {
        name: "small".to_owned(),
        stages,
        after_merge: vec![StageName::new("five")],
        mending: StageName::new("four"),
        limits,
    }
}

fn bounce(to: &str, cause: Cause) -> OnFail {
    OnFail::Bounce {
        stage: StageName::new(to),
        cause,
    }
}

/// The counters of the rules, as they stand in a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counters {
    bounces: BTreeMap<Cause, u32>,
    questions: u32,
    objections: u32,
}

/// Follows a task by hand: at each point it takes every way there is, and keeps the dearest.
pub(crate) struct Walk<'p> {
    pipeline: &'p Pipeline,
    stages: Vec<&'p Stage>,
    merge_after: usize,
    known: BTreeMap<(usize, bool, Counters), u64>,
}

impl<'p> Walk<'p> {
    pub(crate) fn of(pipeline: &'p Pipeline, merge: MergeTime) -> Self {
        let stages: Vec<&Stage> = pipeline
            .stages
            .iter()
            .filter(|stage| stage.role.is_some())
            .collect();
        let merge_after = match merge {
            MergeTime::OnDeployEntry => {
                stages
                    .iter()
                    .position(|stage| pipeline.is_after_merge(&stage.name))
                    .unwrap_or(stages.len())
                    - 1
            }
            MergeTime::AfterDeploy => stages.len() - 1,
        };
        Self {
            pipeline,
            stages,
            merge_after,
            known: BTreeMap::new(),
        }
    }

    /// A stage is entered: a run with all its failing attempts and repairs, then whatever may follow.
    pub(crate) fn enter(&mut self, at: usize, counters: Counters) -> u64 {
        let Limits {
            attempts, repairs, ..
        } = self.pipeline.limits;
        let single = self.stages[at].single_attempt;
        let visit = if single { 1 } else { attempts * (1 + repairs) };
        u64::from(visit) + self.after(at, false, counters)
    }

    /// The role has ended (`passed`: its gates too, and the merge is next).
    fn after(&mut self, at: usize, passed: bool, counters: Counters) -> u64 {
        let key = (at, passed, counters);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let most = self.ways(at, passed, &key.2);
        self.known.insert(key, most);
        most
    }

    fn ways(&mut self, at: usize, passed: bool, counters: &Counters) -> u64 {
        let stage = self.stages[at];
        let limits = self.pipeline.limits;
        let mut ways = vec![0];
        if passed {
            for cause in self.causes_of_the_merge() {
                ways.extend(self.bounced(&self.pipeline.mending.clone(), cause, counters));
            }
            ways.push(self.advance(at, counters));
            return ways.into_iter().max().unwrap();
        }
        if stage.asks_in.is_some() && counters.questions < limits.question_rounds {
            let mut asked = counters.clone();
            asked.questions += 1;
            let launch = if stage.single_attempt {
                1
            } else {
                u64::from(limits.attempts)
            };
            ways.push(launch + self.after(at, false, asked));
        }
        if let Some((_, to)) = &stage.objects_in
            && counters.objections < limits.conflict_rounds
        {
            let mut objected = counters.clone();
            objected.objections += 1;
            let to = self.position(to);
            ways.push(self.enter(to, objected));
        }
        if let OnFail::Bounce { stage: to, cause } = &stage.on_fail {
            ways.extend(self.bounced(to, *cause, counters));
            if stage.gates.contains(&GateName::CheckTestsLocal) {
                ways.extend(self.bounced(to, Cause::Tests, counters));
            }
        }
        let mut counters = counters.clone();
        if stage.gates.contains(&GateName::CheckAnalysisApproved) {
            counters.bounces.clear();
            counters.questions = 0;
        }
        ways.push(if at == self.merge_after {
            self.after(at, true, counters)
        } else {
            self.advance(at, &counters)
        });
        ways.into_iter().max().unwrap()
    }

    fn causes_of_the_merge(&self) -> Vec<Cause> {
        let has = |gate| self.stages.iter().any(|stage| stage.gates.contains(&gate));
        let mut causes = vec![Cause::Conflict];
        causes.extend(has(GateName::CheckCiGreen).then_some(Cause::Ci));
        causes.extend(has(GateName::CheckTestsLocal).then_some(Cause::Tests));
        causes
    }

    fn bounced(&mut self, to: &StageName, cause: Cause, counters: &Counters) -> Option<u64> {
        let limits = self.pipeline.limits;
        let mut counters = counters.clone();
        let in_all: u32 = counters.bounces.values().sum();
        let of_cause = counters.bounces.entry(cause).or_default();
        if *of_cause >= limits.bounces_per_cause || in_all >= limits.bounces {
            return None;
        }
        *of_cause += 1;
        let to = self.position(to);
        Some(self.enter(to, counters))
    }

    fn advance(&mut self, at: usize, counters: &Counters) -> u64 {
        if at + 1 == self.stages.len() {
            0
        } else {
            self.enter(at + 1, counters.clone())
        }
    }

    fn position(&self, name: &StageName) -> usize {
        self.stages.iter().position(|stage| stage.name == *name).unwrap()
    }
}
