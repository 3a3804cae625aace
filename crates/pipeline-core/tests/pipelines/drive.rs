//! A task driven through the rules by hand, by a world that makes it as dear as it can.

mod setting;
mod evidence;

use std::collections::BTreeMap;

use pipeline_core::decision::{Change, Decision};
use pipeline_core::effect::{EffectKind, EffectResult, MergeOutcome};
use pipeline_core::event::{Event, LogEntry};
use pipeline_core::id::{CommitSha, EffectKey, JobId, OrderId, RunId, TaskId, TreeSha, WorkItemId};
use pipeline_core::job::JobKind;
use pipeline_core::order::{BoardOrder, OperatorOrder, OperatorOrderKind};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::Project;
use pipeline_core::run::{
    AgentOutcome, Change as PathChange, ChangedPath, CommandOutcome, FailureClass, Harvest, RunFailure,
};
use pipeline_core::stage::{Stage, WriteScope};
use pipeline_core::start;
use pipeline_core::task::{Task, TaskState, Wait};
use pipeline_core::time::Timestamp;
use pipeline_core::transition::{Rules, decide};

use setting::{item, project, record, started};

/// How the world behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    /// Everything passes at once.
    Kind,
    /// Runs fail, leave their scope, ask, object; tests fail and merges conflict, for as long as the limits let them.
    Dear,
    /// Anything of that and more, at random, whatever the limits say.
    Wild,
}

/// A task and what was seen of it.
pub(crate) struct Drive<'p> {
    pub(crate) pipeline: &'p Pipeline,
    pub(crate) project: Project,
    world: World,
    pub(crate) task: Task,
    pub(crate) runs: u64,
    /// What a store would keep of it.
    pub(crate) log: Vec<LogEntry>,
    /// Authors and first lines of comments.
    pub(crate) said: Vec<String>,
    /// Comments whole, and alerts.
    pub(crate) texts: Vec<String>,
    /// What the live message was, oldest first.
    pub(crate) live: Vec<String>,
    effects: BTreeMap<EffectKey, EffectKind>,
    commands: Vec<JobId>,
    signal: Option<(Option<RunId>, Option<String>)>,
    merges: u32,
    tick: i64,
    chance: u64,
    calm: u64,
}

impl<'p> Drive<'p> {
    pub(crate) fn new(pipeline: &'p Pipeline, world: World) -> Self {
        let project = project();
        let rules = Rules {
            pipeline,
            project: &project,
            now: Timestamp(1),
        };
        let change = start::start(TaskId(1), WorkItemId::new("ET-001"), &item(), rules);
        let mut drive = Self {
            pipeline,
            world,
            task: change.task.clone(),
            runs: 0,
            log: Vec::new(),
            said: Vec::new(),
            texts: Vec::new(),
            live: Vec::new(),
            effects: BTreeMap::new(),
            commands: Vec::new(),
            signal: None,
            merges: 0,
            tick: 1,
            chance: 1,
            calm: 1,
            project,
        };
        let ordered = Event::ItemObserved {
            item: item(),
            order: Some(started()),
        };
        drive.log(&ordered, &change);
        drive.take(change);
        drive
    }

    fn log(&mut self, event: &Event, change: &Change) {
        self.log.push(LogEntry {
            task: change.task.id,
            revision: change.task.revision,
            at: Timestamp(self.tick),
            event: event.clone(),
            note: change.note.clone(),
            project: Some(self.project.digest()),
        });
    }

    /// The same in a project that is set up otherwise.
    pub(crate) fn in_project(mut self, change: impl FnOnce(&mut Project)) -> Self {
        change(&mut self.project);
        self
    }

    /// A wild world of its own, more or less so.
    pub(crate) fn with_chance(mut self, seed: u64) -> Self {
        self.calm = 1 + seed % 5;
        self.chance = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        self
    }

    /// In a wild world: one time out of so many.
    fn once_in(&mut self, times: u64) -> bool {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.world == World::Wild && (self.chance >> 20).is_multiple_of(times * self.calm)
    }

    /// To the end: Done or Blocked.
    pub(crate) fn driven_to_the_end(mut self) -> Self {
        for _ in 0..10_000 {
            let Some(event) = self.next() else { return self };
            self.happens(&event);
        }
        panic!("no end in sight: {:?}", self.task.state);
    }

    /// The branch is there and the first role works.
    pub(crate) fn start(&mut self) {
        let event = self.next().unwrap();
        self.happens(&event);
    }

    /// What the rules say, without doing it.
    pub(crate) fn asked(&self, event: &Event) -> Decision {
        let rules = Rules {
            pipeline: self.pipeline,
            project: &self.project,
            now: Timestamp(self.tick),
        };
        decide(&self.task, event, rules)
    }

    pub(crate) fn happens(&mut self, event: &Event) {
        self.tick += 30_000;
        match self.asked(event) {
            Decision::Change(change) => {
                self.log(event, &change);
                self.take(*change);
            }
            other @ (Decision::Ignore(_) | Decision::Illegal(_)) => {
                panic!("{} in {:?}: {other:?}", event.name(), self.task.state)
            }
        }
    }

    fn take(&mut self, change: Change) {
        self.task = change.task;
        let commands = change
            .jobs
            .iter()
            .filter(|job| matches!(job.kind, JobKind::Command(_)));
        self.commands.extend(commands.map(|job| job.id));
        for effect in change.effects {
            if let EffectKind::Comment { author, html, .. } = &effect.kind {
                let line = html.split("<br>").next().unwrap_or_default();
                self.said.push(format!("{author}: {line}"));
                self.texts.push(html.clone());
            }
            if let EffectKind::Alert { text } = &effect.kind {
                self.texts.push(text.clone());
            }
            if let EffectKind::TrackerMessage { text } = &effect.kind {
                self.live.push(text.clone());
            }
            self.effects.insert(effect.key, effect.kind);
        }
    }

    /// What happens next; nothing in an end.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let open = self.task.open_effects.first().cloned();
        Some(match self.task.state.clone() {
            TaskState::Done | TaskState::Cancelled | TaskState::Blocked { .. } => return None,
            TaskState::Starting | TaskState::Publishing { .. } | TaskState::Merging { .. } => {
                self.done(open.unwrap())
            }
            TaskState::Working { job } => self.worked(job),
            TaskState::Gathering { job } => Event::EvidenceGathered {
                job,
                fence: 1,
                evidence: self.evidence(),
            },
            TaskState::Waiting(Wait::Human(_)) => Event::Ordered(OperatorOrder {
                id: OrderId(1),
                task: self.task.id,
                by: "ann".to_owned(),
                reason: "good".to_owned(),
                at: Timestamp(self.tick + 1),
                what: OperatorOrderKind::Approve,
            }),
            TaskState::Waiting(Wait::Answers) => Event::ItemObserved {
                item: item(),
                order: Some(BoardOrder {
                    at: Timestamp(self.tick + 1),
                    ..started()
                }),
            },
            TaskState::Waiting(Wait::Ci) => match open {
                Some(key) => self.done(key),
                None => self.tested(),
            },
            TaskState::Waiting(other) => panic!("{other:?} is not part of this"),
        })
    }

    /// The project's own command ends well.
    fn tested(&mut self) -> Event {
        let outcome = CommandOutcome::Ran {
            exit_code: Some(i32::from(self.once_in(4))),
            timed_out: false,
            stalled: false,
            log_tail: String::new(),
            duration_ms: 1,
        };
        Event::CommandFinished {
            job: self.commands.pop().unwrap(),
            fence: 1,
            outcome,
        }
    }

    fn stage(&self) -> &'p Stage {
        self.pipeline.stage(&self.task.stage).unwrap()
    }

    fn done(&mut self, key: EffectKey) -> Event {
        let bounces = self.task.counters.bounces.values().sum::<u32>();
        let result = match &self.effects[&key] {
            EffectKind::StartBranch(_) => EffectResult::BranchStarted {
                head: CommitSha::new("c0"),
            },
            EffectKind::OpenPullRequest(_) => EffectResult::PullRequest { number: 1, url: None },
            EffectKind::Merge(_) => {
                let limits = self.pipeline.limits;
                let code = self.task.merged.is_none();
                let conflicts = self.world == World::Dear
                    && self.merges < limits.bounces_per_cause
                    && bounces < limits.bounces;
                let moved = code && self.once_in(4);
                EffectResult::Merge(if moved {
                    MergeOutcome::BaseMerged {
                        head: CommitSha::new(format!("b{}", self.tick)),
                        code_tree: TreeSha::new(format!("b{}", self.tick)),
                    }
                } else if code && (conflicts || self.once_in(4)) {
                    self.merges += 1;
                    MergeOutcome::Conflict {
                        base: CommitSha::new("b0"),
                        files: vec![format!("src/file{}.rs", self.merges)],
                    }
                } else {
                    MergeOutcome::Merged {
                        commit: CommitSha::new("m1"),
                    }
                })
            }
            EffectKind::Comment { .. }
            | EffectKind::SetColumn { .. }
            | EffectKind::Push(_)
            | EffectKind::ReportStatus(_)
            | EffectKind::TrackerMessage { .. }
            | EffectKind::Alert { .. }
            | EffectKind::ReleaseCheckout { .. } => EffectResult::Done,
        };
        Event::EffectDone { key, result }
    }

    fn worked(&mut self, job: JobId) -> Event {
        self.runs += 1;
        let (fails, strays) = (self.once_in(6), self.once_in(6));
        let (limits, counters) = (self.pipeline.limits, &self.task.counters);
        let again = self.world == World::Dear && !self.stage().single_attempt;
        let record = record();
        let outcome = if fails || again && counters.attempts + 1 < limits.attempts {
            let failure = RunFailure::of_class(FailureClass::Agent, "exit code 1");
            AgentOutcome::Failed { failure, record }
        } else {
            let strays = strays || again && counters.repairs < limits.repairs;
            AgentOutcome::Finished {
                harvest: self.harvest(strays),
                record,
            }
        };
        Event::AgentFinished {
            job,
            fence: 1,
            outcome,
        }
    }

    fn harvest(&self, strays: bool) -> Harvest {
        let number = self.runs;
        let code = matches!(self.stage().scope, WriteScope::Code(_));
        let stage = self.stage();
        let objection = stage.objects_in.iter().map(|(name, _)| name);
        let names = stage.reports.iter().chain(&stage.asks_in).chain(objection);
        let mut written: Vec<String> = names.map(|name| self.task.document(name)).collect();
        written.extend(code.then(|| "src/main.rs".to_owned()));
        written.extend(strays.then(|| "docs/work-items/OTHER/x".to_owned()));
        let changed = written.into_iter().map(|path| ChangedPath {
            path,
            change: PathChange::Added,
            special: false,
        });
        Harvest {
            start: CommitSha::new("c0"),
            head: CommitSha::new(format!("c{number}")),
            code_tree: match &self.task.code_tree {
                Some(tree) if !code => tree.clone(),
                _ => TreeSha::new(format!("t{number}")),
            },
            docs_tree: Some(TreeSha::new(format!("d{number}"))),
            changed: changed.collect(),
        }
    }
}
