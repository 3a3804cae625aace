//! Everything around the rules, in memory: it hands events to `decide`, and runs the jobs and arms the timers that were decided.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pipeline_core::decision::{Change, Decision};
use pipeline_core::event::Event;
use pipeline_core::evidence::Evidence;
use pipeline_core::id::{JobId, RunId};
use pipeline_core::job::JobKind;
use pipeline_core::observation::ItemObservation;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::Project;
use pipeline_core::run::CommandOutcome;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use pipeline_core::timer::TimerChange;
use pipeline_core::transition::{Rules, decide};

use super::agenda::{Agenda, Due};
use super::agents;
use super::chance::Chance;
use super::forge::Corner;
use super::table::Tally;

/// Agents that work at the same time.
const DESKS: usize = 8;

/// Sees every event before the rules do, with the task as it is and the time.
pub(crate) type Witness<'w> = &'w mut dyn FnMut(&Task, &Event, Timestamp);

pub(super) struct World<'w> {
    pub(super) pipeline: Pipeline,
    pub(super) project: Project,
    pub(super) agenda: Agenda,
    pub(super) tasks: Vec<Simulated>,
    pub(super) tally: Tally,
    desks: [Timestamp; DESKS],
    witness: Witness<'w>,
    pub(super) merges: u64,
}

/// A task and its surroundings.
pub(super) struct Simulated {
    pub(super) task: Task,
    pub(super) item: ItemObservation,
    pub(super) chance: Chance,
    pub(super) restarts: u32,
    pub(super) runs: u32,
    pub(super) corner: Corner,
    jobs: BTreeMap<JobId, (JobKind, u32)>,
    cancelled: BTreeSet<JobId>,
}

impl<'w> World<'w> {
    pub(super) fn new(pipeline: Pipeline, project: Project, begin: Timestamp, witness: Witness<'w>) -> Self {
        Self {
            pipeline,
            project,
            agenda: Agenda::new(begin),
            tasks: Vec::new(),
            tally: Tally::default(),
            desks: [begin; DESKS],
            witness,
            merges: 0,
        }
    }

    pub(super) fn rules(&self) -> Rules<'_> {
        Rules {
            pipeline: &self.pipeline,
            project: &self.project,
            now: self.agenda.now,
        }
    }

    /// A task that just started.
    pub(super) fn admit(&mut self, item: ItemObservation, chance: Chance, first: Change) {
        let corner = Corner::new(first.task.branch.clone());
        self.tasks.push(Simulated {
            task: first.task.clone(),
            item,
            chance,
            restarts: 0,
            runs: 0,
            corner,
            jobs: BTreeMap::new(),
            cancelled: BTreeSet::new(),
        });
        self.carry_out(self.tasks.len() - 1, first);
    }

    /// The event of a job that was called off, or of an attempt that is not the latest, is dropped as a store would drop it.
    pub(super) fn is_current(&self, at: usize, attempt: Option<(JobId, u32)>) -> bool {
        let Some(((job, fence), simulated)) = attempt.zip(self.tasks.get(at)) else {
            return true;
        };
        let latest = simulated.jobs.get(&job).map(|(_, fence)| *fence);
        latest == Some(fence) && !simulated.cancelled.contains(&job)
    }

    /// One step, as a daemon makes it that sometimes dies before the commit and sometimes hears things twice.
    pub(super) fn step(&mut self, at: usize, event: &Event, attempt: Option<(JobId, u32)>) {
        let Some(simulated) = self.tasks.get_mut(at) else {
            return;
        };
        let (dies, repeats) = (simulated.chance.percent(1), simulated.chance.percent(3));
        let again = Due::Event {
            task: at,
            event: Box::new(event.clone()),
            attempt,
        };
        self.tally.events += 1;
        let Some(task) = self.tasks.get(at).map(|simulated| &simulated.task) else {
            return;
        };
        (self.witness)(task, event, self.agenda.now);
        let decision = decide(task, event, self.rules());
        if dies {
            self.tally.fault("the daemon dies before its commit");
            return self.agenda.after(Duration::from_secs(30), again);
        }
        match decision {
            Decision::Change(change) => self.carry_out(at, *change),
            Decision::Ignore(_) => self.tally.ignored += 1,
            Decision::Illegal(why) => self.tally.illegal.push(why),
        }
        if repeats && !matches!(event, Event::ItemObserved { order: Some(_), .. }) {
            self.tally.fault("an event comes twice");
            self.agenda.after(Duration::from_secs(1), again);
        }
    }

    fn carry_out(&mut self, at: usize, change: Change) {
        let Some(simulated) = self.tasks.get_mut(at) else {
            return;
        };
        simulated.task = change.task;
        simulated.cancelled.extend(change.cancel);
        for timer in change.timers {
            // A timer that is taken back fires all the same: the rules know it by its generation.
            if let TimerChange::Arm {
                kind,
                generation,
                due,
            } = timer
            {
                let event = Box::new(Event::TimerFired { kind, generation });
                let attempt = None;
                self.agenda.at(
                    due,
                    Due::Event {
                        task: at,
                        event,
                        attempt,
                    },
                );
            }
        }
        for job in change.jobs {
            if let Some(simulated) = self.tasks.get_mut(at) {
                simulated.jobs.insert(job.id, (job.kind, 0));
            }
            self.run(at, job.id, job.available_at);
        }
        for again in change.requeue {
            self.run(at, again.job, again.available_at);
        }
        for effect in change.effects {
            self.send(at, effect);
        }
    }

    /// Runs a job: an agent at the desk that is free first, anything else at once.
    fn run(&mut self, at: usize, id: JobId, available: Timestamp) {
        let Some(simulated) = self.tasks.get_mut(at) else {
            return;
        };
        let Some((kind, fence)) = simulated.jobs.get_mut(&id) else {
            return;
        };
        *fence += 1;
        let run = RunId {
            job: id,
            fence: *fence,
        };
        let (end, event) = match kind.clone() {
            JobKind::Agent(job) => {
                simulated.runs += 1;
                let luck = (&mut simulated.chance, &mut self.tally);
                let (takes, outcome) =
                    agents::work((&simulated.task, &job), run, &mut simulated.corner, luck);
                let desk = first_free(&mut self.desks);
                *desk = (*desk).max(available).max(self.agenda.now).plus(takes);
                let (job, fence) = (run.job, run.fence);
                (*desk, Event::AgentFinished { job, fence, outcome })
            }
            JobKind::Gather(job) => {
                let mut evidence = simulated.corner.gather(&job.wants);
                if simulated.chance.percent(3) {
                    self.tally.fault("evidence is unavailable");
                    evidence = Evidence {
                        unavailable: Some("the forge does not answer".to_owned()),
                        ..Evidence::default()
                    };
                }
                let (job, fence) = (run.job, run.fence);
                let end = available.plus(Duration::from_secs(3));
                (end, Event::EvidenceGathered { job, fence, evidence })
            }
            JobKind::Command(_) => {
                let outcome = CommandOutcome::Ran {
                    exit_code: Some(0),
                    timed_out: false,
                    stalled: false,
                    log_tail: String::new(),
                    duration_ms: 60_000,
                };
                let (job, fence) = (run.job, run.fence);
                let end = available.plus(Duration::from_secs(60));
                (end, Event::CommandFinished { job, fence, outcome })
            }
        };
        let (event, attempt) = (Box::new(event), Some((run.job, run.fence)));
        self.agenda.at(
            end,
            Due::Event {
                task: at,
                event,
                attempt,
            },
        );
    }
}

fn first_free(desks: &mut [Timestamp; DESKS]) -> &mut Timestamp {
    let first = (0..DESKS)
        .min_by_key(|desk| desks.get(*desk).copied())
        .unwrap_or(0);
    let [only, rest @ ..] = desks;
    match first.checked_sub(1).and_then(|desk| rest.get_mut(desk)) {
        Some(desk) => desk,
        None => only,
    }
}
