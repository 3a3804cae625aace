//! A task, its stage, and the prompts as they are shipped.

use std::collections::BTreeMap;

use pipeline_core::brief::{Launch, compose};
use pipeline_core::effect::MergeStyle;
use pipeline_core::id::{BranchName, TaskId, WorkItemId};
use pipeline_core::job::{AgentJob, StartPoint};
use pipeline_core::observation::ItemObservation;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::role::Role;
use pipeline_core::stage::{Cause, Stage, StageName};
use pipeline_core::start::start;
use pipeline_core::task::{Bounce, Task};
use pipeline_core::time::Timestamp;
use pipeline_core::transition::Rules;

pub(crate) const PROMPTS: [(&str, &str); 6] = [
    (Role::ANALYST, include_str!("../../../../agents/analyst.md")),
    (Role::ARCHITECT, include_str!("../../../../agents/architect.md")),
    (Role::DEVELOPER, include_str!("../../../../agents/developer.md")),
    (Role::REVIEWER, include_str!("../../../../agents/reviewer.md")),
    (Role::TESTER, include_str!("../../../../agents/tester.md")),
    (Role::DEPLOYER, include_str!("../../../../agents/deployer.md")),
];

pub(crate) fn prompt_of(role: &str) -> &'static str {
    let found = PROMPTS.iter().find(|(name, _)| *name == role);
    found.unwrap_or_else(|| panic!("no prompt of {role}")).1
}

pub(crate) fn project(locale: Locale) -> Project {
    let commands = [
        ("deploy", "./deploy.sh"),
        ("test", "cargo test"),
        ("lint", "cargo clippy"),
    ];
    Project {
        id: "shop".into(),
        name: "Shop".to_owned(),
        repo: "shop".to_owned(),
        prefix: "SH".to_owned(),
        default_branch: BranchName::new("main"),
        locale,
        tracker_phrase: "on the board".to_owned(),
        staging: true,
        ci: Ci::External,
        ci_times: CiTimes::default(),
        merge: MergeTime::OnDeployEntry,
        merge_style: MergeStyle::Merge,
        approvers: Vec::new(),
        protected_paths: Vec::new(),
        commands: commands
            .map(|(name, command)| (name.to_owned(), command.to_owned()))
            .into(),
        run_timeouts: BTreeMap::new(),
        links: Links::default(),
    }
}

pub(crate) fn item() -> ItemObservation {
    ItemObservation {
        issue: "issue-7".into(),
        sequence: 7,
        title: "Add a --json flag".to_owned(),
        description: "Scripts want to read what the tool prints.".to_owned(),
        column: None,
        deleted: false,
        created_at: Timestamp(0),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    }
}

pub(crate) fn task(bounces: Vec<Bounce>) -> Task {
    let (pipeline, project) = (Pipeline::built_in(), project(Locale::En));
    let task = start(
        TaskId(7),
        WorkItemId::new("SH-007"),
        &item(),
        rules(&pipeline, &project),
    )
    .task;
    Task { bounces, ..task }
}

pub(crate) fn rules<'a>(pipeline: &'a Pipeline, project: &'a Project) -> Rules<'a> {
    Rules {
        pipeline,
        project,
        now: Timestamp(0),
    }
}

pub(crate) fn stage(name: &str) -> Stage {
    let pipeline = Pipeline::built_in();
    pipeline
        .stage(&StageName::new(name))
        .expect("it is built in")
        .clone()
}

pub(crate) fn bounce(from: &str, cause: Cause, reason: &str, findings: &[&str]) -> Bounce {
    Bounce {
        from: StageName::new(from),
        cause,
        reason: reason.to_owned(),
        findings: findings.iter().map(ToString::to_string).collect(),
        fingerprint: None,
        at: Timestamp(0),
    }
}

pub(crate) fn brief(task: &Task, stage_name: &str, launch: &Launch) -> String {
    let (pipeline, project) = (Pipeline::built_in(), project(Locale::En));
    compose(task, &stage(stage_name), rules(&pipeline, &project), launch)
}

/// The part below the part that every brief of the stage has.
pub(crate) fn reason(task: &Task, stage_name: &str, launch: &Launch) -> String {
    let text = brief(task, stage_name, launch);
    let first = brief(&self::task(Vec::new()), stage_name, &Launch::First);
    text.strip_prefix(&first)
        .expect("every brief begins alike")
        .to_owned()
}

pub(crate) fn job(role: &str) -> AgentJob {
    AgentJob {
        stage: StageName::new("review"),
        role: Role::new(role),
        work_item: WorkItemId::new("SH-007"),
        branch: BranchName::new("feature/SH-007-add-a-json-flag"),
        start: StartPoint::DefaultBranch { with: None },
        brief: String::new(),
        remove: Vec::new(),
        resume: None,
        prompt: None,
    }
}
