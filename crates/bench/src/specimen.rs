//! A project, its tasks, jobs and effects as a store holds them: of usual size, all valid.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::effect::{EffectKind, Lane, MergeStyle, Mode, Need, NewEffect, System};
use pipeline_core::event::{Event, LogEntry};
use pipeline_core::id::{
    BranchName, EffectKey, InstanceId, IssueId, JobId, ProjectId, RunId, TaskId, WorkItemId,
};
use pipeline_core::job::{AgentJob, JobKind, NewJob, StartPoint};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::jobs::{ClaimRequest, LeasedJob};
use pipeline_core::port::store::tasks::{Commit, Logged, TaskWrite};
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::role::Role;
use pipeline_core::run::{RunRecord, RunRow};
use pipeline_core::stage::StageName;
use pipeline_core::task::{Counters, Numbers, Phase, Task, TaskState};
use pipeline_core::time::Timestamp;
use pipeline_core::timer::TimerKind;

/// 2026-01-01T00:00:00Z: before now, so that everything is due.
pub(crate) const START: Timestamp = Timestamp(1_767_225_600_000);

/// The only project.
pub(crate) fn project() -> Project {
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

/// A task whose developer is at work on job 1.
pub(crate) fn task(id: i64) -> Task {
    Task {
        id: TaskId(id),
        project: ProjectId::new("et"),
        issue: IssueId::new(format!("issue-{id}")),
        work_item: WorkItemId::new(format!("ET-{id:03}")),
        title: "Add a greeting".to_owned(),
        description: "The program shall greet the person by name. ".repeat(12),
        branch: BranchName::new(format!("feature/ET-{id:03}-add-a-greeting")),
        pipeline: Pipeline::built_in().digest(),
        revision: 1,
        stage: StageName::new("development"),
        state: TaskState::Working { job: job_id(id, 1) },
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

/// The commit that stores a new task.
pub(crate) fn insert(task: Task) -> Commit {
    Commit {
        at: START,
        log: Some(logged(&task)),
        task: Some(TaskWrite::Insert(Box::new(task), Box::new(Pipeline::built_in()))),
        ..Commit::default()
    }
}

/// The commit of the task's next revision.
pub(crate) fn update(mut task: Task) -> Commit {
    let read_revision = task.revision;
    task.revision += 1;
    Commit {
        at: START,
        log: Some(logged(&task)),
        task: Some(TaskWrite::Update {
            task: Box::new(task),
            read_revision,
        }),
        ..Commit::default()
    }
}

fn logged(task: &Task) -> Logged {
    let project = project();
    let entry = LogEntry {
        task: task.id,
        revision: task.revision,
        at: START,
        event: Event::TimerFired {
            kind: TimerKind::CiPoll,
            generation: 1,
        },
        note: format!("the task is at revision {}", task.revision),
        project: Some(project.digest()),
    };
    Logged {
        entry,
        project: Box::new(project),
    }
}

pub(crate) fn job_id(task: i64, number: u32) -> JobId {
    JobId {
        task: TaskId(task),
        number,
    }
}

/// An agent's job with a brief of 1 KiB.
pub(crate) fn agent_job(id: JobId) -> NewJob {
    let kind = JobKind::Agent(AgentJob {
        stage: StageName::new("development"),
        role: Role::new(Role::DEVELOPER),
        work_item: WorkItemId::new(format!("ET-{:03}", id.task.0)),
        branch: BranchName::new(format!("feature/ET-{:03}-add-a-greeting", id.task.0)),
        start: StartPoint::DefaultBranch { with: None },
        brief: "Add a greeting. ".repeat(64),
        remove: Vec::new(),
        resume: None,
        prompt: None,
    });
    NewJob {
        id,
        project: ProjectId::new("et"),
        available_at: START,
        kind,
    }
}

/// A comment of 512 bytes on the task's issue.
pub(crate) fn comment(task: i64, key: impl Into<String>) -> NewEffect {
    NewEffect {
        key: EffectKey::new(key),
        task: Some(TaskId(task)),
        project: ProjectId::new("et"),
        lane: Lane::of_task(TaskId(task), System::Tracker),
        mode: Mode::Append,
        need: Need::Tell,
        kind: EffectKind::Comment {
            issue: IssueId::new(format!("issue-{task}")),
            author: Role::new(Role::DEVELOPER),
            html: "<p>It is done.</p>  ".repeat(25),
        },
    }
}

/// A wish to claim so many of whatever there is, without a limit that is met.
pub(crate) fn claim(now: Timestamp, at_most: usize) -> ClaimRequest {
    ClaimRequest {
        owner: InstanceId::new("bench"),
        now,
        lease_until: Timestamp(now.0 + 600_000),
        limit: 1_000_000,
        project_limits: BTreeMap::new(),
        no_new_tasks: BTreeSet::new(),
        at_most,
    }
}

/// The row of a run that went well.
pub(crate) fn ended_run(job: &LeasedJob) -> RunRow {
    RunRow {
        finished_at: Some(START),
        outcome: "finished".to_owned(),
        ..begun_run(job)
    }
}

/// The row of a run that is not over.
pub(crate) fn begun_run(job: &LeasedJob) -> RunRow {
    RunRow {
        run: RunId {
            job: job.id,
            fence: job.fence,
        },
        stage: StageName::new("development"),
        role: Role::new(Role::DEVELOPER),
        started_at: START,
        finished_at: None,
        outcome: "running".to_owned(),
        record: RunRecord::default(),
    }
}
