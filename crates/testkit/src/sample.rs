//! Small valid values for tests; change the fields that a test is about.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::effect::{EffectKind, Lane, MergeStyle, Mode, Need, NewEffect, System};
use pipeline_core::event::{Event, LogEntry};
use pipeline_core::evidence::EvidenceRequest;
use pipeline_core::id::{
    BranchName, CommitSha, EffectKey, InstanceId, IssueId, JobId, ProjectId, RunId, TaskId, WorkItemId,
};
use pipeline_core::job::{AgentJob, CommandJob, GatherJob, JobKind, NewJob, StartPoint};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::jobs::ClaimRequest;
use pipeline_core::port::store::outbox::{Channel, EffectClaim};
use pipeline_core::port::store::tasks::{Commit, Logged, TaskWrite};
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::role::Role;
use pipeline_core::run::{RunRecord, RunRow};
use pipeline_core::stage::StageName;
use pipeline_core::task::{Counters, Numbers, Phase, Task, TaskState};
use pipeline_core::time::Timestamp;
use pipeline_core::timer::TimerKind;

/// 2026-01-01T00:00:00Z: where tests begin.
pub const START: Timestamp = Timestamp(1_767_225_600_000);

/// So many seconds after [`START`].
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    Timestamp(START.0 + seconds * 1_000)
}

/// Project `et`, CI outside, everything else by default.
#[must_use]
pub fn project() -> Project {
    Project {
        id: ProjectId::new("et"),
        name: "Example Tracker".to_owned(),
        repo: "example".to_owned(),
        prefix: "ET".to_owned(),
        default_branch: BranchName::new("main"),
        locale: Locale::En,
        tracker_phrase: "on the board".to_owned(),
        staging: true,
        ci: Ci::External,
        ci_times: CiTimes::default(),
        merge: MergeTime::default(),
        merge_style: MergeStyle::default(),
        approvers: Vec::new(),
        protected_paths: Vec::new(),
        commands: BTreeMap::new(),
        run_timeouts: BTreeMap::new(),
        links: Links::default(),
    }
}

/// Task `id` of project `et`: `issue-7`, `ET-007`, revision 1, Starting at analysis.
#[must_use]
pub fn task(id: i64) -> Task {
    Task {
        id: TaskId(id),
        project: ProjectId::new("et"),
        issue: IssueId::new(format!("issue-{id}")),
        work_item: WorkItemId::new(format!("ET-{id:03}")),
        title: "Add a greeting".to_owned(),
        description: "The program shall greet the person by name.".to_owned(),
        branch: BranchName::new(format!("feature/ET-{id:03}-add-a-greeting")),
        pipeline: Pipeline::built_in().digest(),
        revision: 1,
        stage: StageName::new("analysis"),
        state: TaskState::Starting,
        since: START,
        created_at: START,
        stage_since: START,
        numbers: Numbers::default(),
        counters: Counters::default(),
        head: None,
        unpushed: None,
        result: None,
        code_tree: None,
        docs_tree: None,
        ci_green: None,
        reviewed: None,
        tested: None,
        forge_reviewed: None,
        approval: None,
        pull_request: None,
        merged: None,
        late_documents: None,
        rolled_back_at: None,
        holds_slot: false,
        open_effects: BTreeSet::new(),
        timers: BTreeMap::new(),
        ci_job: None,
        ci_report: None,
        ci_not_run: false,
        local_tests: None,
        ci: None,
        head_decided: false,
        outage: None,
        command_outage: None,
        interrupted: None,
        repairing: false,
        phase: Phase::default(),
        recheck: None,
        told: None,
        blockers: Vec::new(),
        bounces: Vec::new(),
        pending_rejection: None,
        totals: BTreeMap::new(),
        review_clock: (None, None),
    }
}

/// The commit that stores a new task, with its log entry.
#[must_use]
pub fn insert(task: Task) -> Commit {
    Commit {
        at: START,
        log: Some(logged(&task)),
        task: Some(TaskWrite::Insert(Box::new(task), Box::new(Pipeline::built_in()))),
        ..Commit::default()
    }
}

/// The commit that stores the next revision of a task as it was read.
#[must_use]
pub fn update(read: &Task, change: impl FnOnce(&mut Task)) -> Commit {
    let mut task = read.clone();
    task.revision += 1;
    change(&mut task);
    Commit {
        at: START,
        log: Some(logged(&task)),
        task: Some(TaskWrite::Update {
            task: Box::new(task),
            read_revision: read.revision,
        }),
        ..Commit::default()
    }
}

/// What a step logs for this revision of the task.
#[must_use]
pub fn logged(task: &Task) -> Logged {
    Logged {
        entry: log_entry(task),
        project: Box::new(project()),
    }
}

/// A log entry for this revision of the task.
#[must_use]
pub fn log_entry(task: &Task) -> LogEntry {
    LogEntry {
        task: task.id,
        revision: task.revision,
        at: START,
        event: Event::TimerFired {
            kind: TimerKind::CiPoll,
            generation: 1,
        },
        note: format!("revision {}", task.revision),
        project: Some(project().digest()),
    }
}

/// Job `number` of task `task`.
#[must_use]
pub fn job_id(task: i64, number: u32) -> JobId {
    JobId {
        task: TaskId(task),
        number,
    }
}

/// The attempt `fence` at a job.
#[must_use]
pub fn run_id(task: i64, number: u32, fence: u32) -> RunId {
    RunId {
        job: job_id(task, number),
        fence,
    }
}

/// A job of project `et` that is available at [`START`].
#[must_use]
pub fn job(id: JobId, kind: JobKind) -> NewJob {
    NewJob {
        id,
        project: ProjectId::new("et"),
        available_at: START,
        kind,
    }
}

/// The developer works on the default branch's head.
#[must_use]
pub fn agent_job() -> JobKind {
    JobKind::Agent(AgentJob {
        stage: StageName::new("development"),
        role: Role::new(Role::DEVELOPER),
        work_item: WorkItemId::new("ET-001"),
        branch: BranchName::new("feature/ET-001-add-a-greeting"),
        start: StartPoint::DefaultBranch { with: None },
        brief: "Add a greeting.".to_owned(),
        remove: Vec::new(),
        resume: None,
        prompt: None,
    })
}

/// Evidence for the gates of development.
#[must_use]
pub fn gather_job() -> JobKind {
    JobKind::Gather(GatherJob {
        stage: StageName::new("development"),
        wants: EvidenceRequest {
            head: true,
            ..EvidenceRequest::default()
        },
    })
}

/// The project's tests as CI.
#[must_use]
pub fn command_job() -> JobKind {
    JobKind::Command(CommandJob {
        context: "ci/test".to_owned(),
        command: "./test.sh".to_owned(),
        commit: sha('a'),
        branch: BranchName::new("feature/ET-001-add-a-greeting"),
    })
}

/// A commit id of one repeated hex digit.
#[must_use]
pub fn sha(digit: char) -> CommitSha {
    CommitSha::new(digit.to_string().repeat(40))
}

/// A run's row that is still open.
#[must_use]
pub fn run_row(run: RunId) -> RunRow {
    RunRow {
        run,
        stage: StageName::new("development"),
        role: Role::new(Role::DEVELOPER),
        started_at: START,
        finished_at: None,
        outcome: "running".to_owned(),
        record: RunRecord::default(),
    }
}

/// A wish to claim one job, with room for ten and a lease of a minute.
#[must_use]
pub fn claim(owner: &str, now: Timestamp) -> ClaimRequest {
    ClaimRequest {
        owner: InstanceId::new(owner),
        now,
        lease_until: Timestamp(now.0 + 60_000),
        limit: 10,
        project_limits: BTreeMap::new(),
        no_new_tasks: BTreeSet::new(),
        at_most: 1,
    }
}

/// A wish for so many rows of each system of project `et`, with a lease of a minute.
#[must_use]
pub fn effect_claim(owner: &str, now: Timestamp, room: usize) -> EffectClaim {
    let rooms = [System::Tracker, System::Forge, System::Chat].map(|system| {
        let project = ProjectId::new("et");
        (Channel { project, system }, room)
    });
    EffectClaim {
        owner: InstanceId::new(owner),
        now,
        lease_until: Timestamp(now.0 + 60_000),
        rooms: rooms.to_vec(),
    }
}

/// An alert of task `task` in its chat lane, Append and Tell.
#[must_use]
pub fn alert(task: i64, key: &str) -> NewEffect {
    effect(
        task,
        key,
        EffectKind::Alert {
            text: format!("alert {key}"),
        },
    )
}

/// The live message of task `task`, Desired.
#[must_use]
pub fn live_message(task: i64, key: &str, text: &str) -> NewEffect {
    NewEffect {
        mode: Mode::Desired {
            target: format!("{task}:message"),
        },
        ..effect(
            task,
            key,
            EffectKind::TrackerMessage {
                text: text.to_owned(),
            },
        )
    }
}

/// An effect in the lane of its task and system, Append and Tell.
#[must_use]
pub fn effect(task: i64, key: &str, kind: EffectKind) -> NewEffect {
    let system: System = kind.system();
    NewEffect {
        key: EffectKey::new(key),
        task: Some(TaskId(task)),
        project: ProjectId::new("et"),
        lane: Lane::of_task(TaskId(task), system),
        mode: Mode::Append,
        need: Need::Tell,
        kind,
    }
}
