//! A plan: the next task and what follows from it, while a decision is being made. It numbers jobs, effects and timers; it knows no rule.

use std::time::Duration;

use crate::decision::{Change, Requeue};
use crate::effect::{EffectKind, Lane, Mode, Need, NewEffect};
use crate::id::{EffectKey, JobId};
use crate::job::{JobKind, NewJob};
use crate::role::Role;
use crate::stage::{Column, Stage, StageName};
use crate::task::{Resume, Task, TaskState, Wait};
use crate::timer::{TimerChange, TimerKind};
use crate::transition::{Rules, merging, tell};

pub(crate) struct Plan<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) task: Task,
    effects: Vec<NewEffect>,
    jobs: Vec<NewJob>,
    requeue: Vec<Requeue>,
    cancel: Vec<JobId>,
    timers: Vec<TimerChange>,
    notes: Vec<String>,
    /// Below the next comment.
    pub(crate) aside: String,
    restate: bool,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(task: Task, rules: Rules<'a>) -> Self {
        Self {
            rules,
            task,
            effects: Vec::new(),
            jobs: Vec::new(),
            requeue: Vec::new(),
            cancel: Vec::new(),
            timers: Vec::new(),
            notes: Vec::new(),
            aside: String::new(),
            restate: false,
        }
    }

    /// The definition of a stage; a task is only ever in a stage of its pipeline.
    pub(crate) fn stage(&self, name: &StageName) -> Option<&'a Stage> {
        self.rules.pipeline.stage(name)
    }

    /// Who speaks about what happened in a stage: its role, or the orchestrator where nobody works.
    pub(crate) fn voice(&self, stage: &StageName) -> Role {
        self.stage(stage)
            .and_then(|stage| stage.role.clone())
            .unwrap_or_else(Role::stream)
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Changes the state; its clock starts anew. That our head was not taken is remembered.
    pub(crate) fn goto(&mut self, state: TaskState) {
        self.task.unpushed = self.task.refused_push().cloned();
        self.task.head_decided = false;
        self.task.state = state;
        self.task.since = self.rules.now;
    }

    pub(crate) fn comment(&mut self, author: Role, html: String) {
        let issue = self.task.issue.clone();
        let html = html + &std::mem::take(&mut self.aside);
        self.push(
            Mode::Append,
            Need::Tell,
            EffectKind::Comment { issue, author, html },
        );
    }

    pub(crate) fn alert(&mut self, text: String) {
        self.push(Mode::Append, Need::Tell, EffectKind::alert(text));
    }

    /// An effect that tells people or tidies up.
    pub(crate) fn tell(&mut self, kind: EffectKind) {
        self.push(Mode::Append, Need::Tell, kind);
    }

    /// An effect that holds the task until it is done.
    pub(crate) fn require(&mut self, kind: EffectKind) -> EffectKey {
        let key = self.push(Mode::Append, Need::Required, kind);
        self.task.open_effects.insert(key.clone());
        key
    }

    /// The report of our own CI is still sent, but holds nothing any more.
    pub(crate) fn let_go_of_report(&mut self) {
        if let Some(key) = self.task.ci_report.take() {
            self.task.open_effects.remove(&key);
        }
    }

    /// The board's column is written even if it should be right: somebody just moved the issue.
    pub(crate) fn restate_column(&mut self) {
        self.restate = true;
    }

    pub(crate) fn queue(&mut self, kind: JobKind) -> JobId {
        self.task.numbers.jobs += 1;
        let id = JobId {
            task: self.task.id,
            number: self.task.numbers.jobs,
        };
        let project = self.task.project.clone();
        self.jobs.push(NewJob {
            id,
            project,
            available_at: self.rules.now,
            kind,
        });
        id
    }

    pub(crate) fn requeue(&mut self, job: JobId, wait: Duration) {
        self.requeue.push(Requeue {
            job,
            available_at: self.rules.now.plus(wait),
        });
    }

    pub(crate) fn cancel(&mut self, job: JobId) {
        self.cancel.push(job);
    }

    /// Calls off the job that the state waits for, if there is one.
    pub(crate) fn cancel_current(&mut self) {
        if let Some(job) = self.task.current_job() {
            self.cancel(job);
        }
    }

    /// Calls off our own CI and the local tests.
    pub(crate) fn cancel_commands(&mut self) {
        (self.task.ci_not_run, self.task.command_outage) = (false, None);
        if let Some(job) = self.task.ci_job.take() {
            self.cancel(job);
        }
        if let Some(job) = self.task.tests_job() {
            self.cancel(job);
            self.task.local_tests = None;
        }
    }

    pub(crate) fn arm(&mut self, kind: TimerKind, wait: Duration) {
        self.task.numbers.timers += 1;
        let generation = self.task.numbers.timers;
        self.task.timers.insert(kind, generation);
        self.timers.push(TimerChange::Arm {
            kind,
            generation,
            due: self.rules.now.plus(wait),
        });
    }

    pub(crate) fn disarm(&mut self, kind: TimerKind) {
        if self.task.timers.remove(&kind).is_some() {
            self.timers.push(TimerChange::Disarm { kind });
        }
    }

    pub(crate) fn await_dependency(&mut self) {
        self.goto(TaskState::Waiting(Wait::Dependency));
        self.arm(TimerKind::DependencyReminder, Duration::from_secs(7 * 24 * 3_600));
        self.note("waiting for other issues");
    }

    /// The decision; `before` is the task as it was.
    pub(crate) fn into_change(mut self, before: &Task) -> Change {
        self.disarm_strangers();
        self.let_go();
        self.task.holds_slot &= merging::may_hold_slot(&self.task);
        let column = column_of(&self.task, self.rules);
        if self.restate || column != column_of(before, self.rules) {
            let issue = self.task.issue.clone();
            let target = format!("{}:column", self.task.id);
            self.push(
                Mode::Desired { target },
                Need::Tell,
                EffectKind::SetColumn { issue, column },
            );
        }
        let text = tell::tracker_message(&self.task, self.rules);
        if text != tell::tracker_message(before, self.rules) || before.revision == 0 {
            let target = format!("{}:message", self.task.id);
            self.push(
                Mode::Desired { target },
                Need::Tell,
                EffectKind::TrackerMessage { text },
            );
        }
        self.task.revision += 1;
        Change {
            task: self.task,
            effects: self.effects,
            jobs: self.jobs,
            requeue: self.requeue,
            cancel: self.cancel,
            timers: self.timers,
            note: self.notes.join("; "),
        }
    }

    /// The decision that creates the task.
    pub(crate) fn into_first_change(mut self) -> Change {
        self.restate = true;
        let before = self.task.clone();
        self.into_change(&before)
    }

    fn push(&mut self, mode: Mode, need: Need, kind: EffectKind) -> EffectKey {
        self.task.numbers.effects += 1;
        let key = EffectKey::new(format!("{}-e{}", self.task.id, self.task.numbers.effects));
        let lane = if let EffectKind::Merge(_) = &kind {
            if self.task.holds_slot {
                Lane::of_slot_holder(&self.task.project)
            } else {
                Lane::of_merges(&self.task.project)
            }
        } else {
            Lane::of_task(self.task.id, kind.system())
        };
        let (task, project) = (Some(self.task.id), self.task.project.clone());
        self.effects.push(NewEffect {
            key: key.clone(),
            task,
            project,
            lane,
            mode,
            need,
            kind,
        });
        key
    }

    /// Effects hold the states that wait for them; what the task left behind is still sent, but nobody waits for it any more.
    fn let_go(&mut self) {
        match &self.task.state {
            TaskState::Starting
            | TaskState::Publishing { .. }
            | TaskState::Merging { .. }
            | TaskState::Blocked { .. } => self.let_go_of_report(),
            TaskState::Waiting(Wait::Ci) | TaskState::Gathering { .. } => {
                let report = self.task.ci_report.clone();
                self.task.open_effects.retain(|key| Some(key) == report.as_ref());
            }
            TaskState::Working { .. } | TaskState::Waiting(_) | TaskState::Done | TaskState::Cancelled => {
                self.task.ci_report = None;
                self.task.open_effects.clear();
            }
        }
    }

    /// Timers belong to states; one that the new state does not know is taken back.
    fn disarm_strangers(&mut self) {
        let keeps = match &self.task.state {
            TaskState::Waiting(Wait::Ci) => Some(TimerKind::CiPoll),
            TaskState::Waiting(Wait::Dependency) => Some(TimerKind::DependencyReminder),
            TaskState::Starting
            | TaskState::Working { .. }
            | TaskState::Publishing { .. }
            | TaskState::Gathering { .. }
            | TaskState::Waiting(Wait::Human(_) | Wait::Answers | Wait::Budget)
            | TaskState::Merging { .. }
            | TaskState::Blocked { .. }
            | TaskState::Done
            | TaskState::Cancelled => None,
        };
        for kind in TimerKind::ALL {
            if Some(kind) != keeps {
                self.disarm(kind);
            }
        }
    }
}

/// The board column of a task's state.
fn column_of(task: &Task, rules: Rules<'_>) -> Column {
    match &task.state {
        TaskState::Starting => Column::InProgress,
        TaskState::Waiting(Wait::Human(_)) => Column::InReview,
        TaskState::Waiting(Wait::Answers) => Column::NeedsInput,
        TaskState::Waiting(Wait::Dependency) => Column::Todo,
        TaskState::Blocked { .. } | TaskState::Waiting(Wait::Budget) => Column::Blocked,
        TaskState::Done => Column::Done,
        TaskState::Cancelled => Column::Cancelled,
        TaskState::Working { .. }
        | TaskState::Publishing { .. }
        | TaskState::Gathering { .. }
        | TaskState::Waiting(Wait::Ci)
        | TaskState::Merging { .. } => rules
            .pipeline
            .stage(&task.stage)
            .map_or(Column::InProgress, |stage| stage.column),
    }
}

impl Plan<'_> {
    /// Stops until a human says how to go on, and says so.
    pub(crate) fn block(&mut self, reason: &str, resume: Resume) {
        self.block_after("", reason, resume);
    }

    /// Stops like [`Plan::block`]; the one alert begins with the sentence that tells what failed.
    pub(crate) fn block_after(&mut self, sentence: &str, reason: &str, resume: Resume) {
        self.ring_blocked(sentence, reason, &resume);
        self.note(format!("blocked: {reason}"));
        self.stop(reason, resume);
    }

    /// The one alert of a stop: the sentence that tells what failed, if there is one, then why the task stopped and what to do.
    pub(crate) fn ring_blocked(&mut self, sentence: &str, reason: &str, resume: &Resume) {
        let what_to_do = match resume {
            Resume::Role => "Mend it, then set the issue to In Progress: the role runs again",
            Resume::Gates => "Mend it, then set the issue to In Progress: the gates look again",
            Resume::Effect { .. } => "Mend it, then set the issue to In Progress: it is sent again",
            Resume::Merge => "Mend it, then set the issue to In Progress: the merge is tried again",
            Resume::Start => "Remove one of these relations, then set the issue to In Progress: it starts",
        };
        let stage = self.task.stage.as_str();
        let blocked =
            crate::message::alert::blocked_alert(self.task.work_item.as_str(), stage, reason, what_to_do);
        self.alert(if sentence.is_empty() {
            blocked
        } else {
            format!("{sentence}\n{blocked}")
        });
    }

    /// Stops like [`Plan::block`]; the caller has rung already.
    pub(crate) fn stop(&mut self, reason: &str, resume: Resume) {
        self.task.recheck = None;
        self.goto(TaskState::Blocked {
            reason: reason.to_owned(),
            resume,
        });
    }
}
