//! Where walks begin: pipelines with small limits, projects, and an issue.

use std::collections::BTreeMap;
use std::path::Path;

use pipeline_core::effect::MergeStyle;
use pipeline_core::id::{BranchName, IssueId, ProjectId};
use pipeline_core::observation::{Blocker, ItemObservation};
use pipeline_core::pipeline::file::parse;
use pipeline_core::pipeline::{Limits, Pipeline};
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::stage::GateName;
use pipeline_core::time::Timestamp;

/// When everything that a task remembers happened.
pub(crate) const THEN: Timestamp = Timestamp(1_767_225_600_000);
/// A second later: no limit of time has passed.
pub(crate) const NOW: Timestamp = Timestamp(THEN.0 + 1_000);
/// Two days later: every limit of time has passed.
pub(crate) const LATE: Timestamp = Timestamp(THEN.0 + 172_800_000);

/// The same pipeline with the smallest limits that still let every loop run.
pub(crate) fn small(mut pipeline: Pipeline) -> Pipeline {
    pipeline.limits = Limits {
        bounces_per_cause: 1,
        bounces: 1,
        question_rounds: 1,
        conflict_rounds: 1,
        repairs: 1,
        base_merges: 0,
        attempts: 1,
    };
    pipeline
}

/// Every file of `fixtures/pipelines` but the built-in pipeline's.
pub(crate) fn shipped() -> Vec<Pipeline> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pipelines");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().is_some_and(|name| name != "built-in.yaml"))
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    files.iter().map(read).collect()
}

/// A project whose CI is the forge's.
pub(crate) fn with_ci_outside() -> Project {
    Project {
        id: ProjectId::new("et"),
        name: "Example".to_owned(),
        repo: "example".to_owned(),
        prefix: "ET".to_owned(),
        default_branch: BranchName::new("main"),
        locale: Locale::En,
        tracker_phrase: "on the board".to_owned(),
        staging: true,
        ci: Ci::External,
        ci_times: CiTimes::default(),
        merge: MergeTime::OnDeployEntry,
        merge_style: MergeStyle::Merge,
        approvers: vec!["ann".to_owned()],
        protected_paths: Vec::new(),
        commands: BTreeMap::new(),
        run_timeouts: BTreeMap::new(),
        links: Links::default(),
    }
}

/// The issue as it is read, blocked by another one or not.
pub(crate) fn issue(blocker: Option<bool>) -> ItemObservation {
    ItemObservation {
        issue: IssueId::new("issue-1"),
        sequence: 1,
        title: "Add a greeting".to_owned(),
        description: "The program shall greet the person by name.".to_owned(),
        column: None,
        deleted: false,
        created_at: THEN,
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: blocker
            .map(|finished| Blocker {
                issue: IssueId::new("issue-2"),
                label: "ET-002".to_owned(),
                finished,
                leads_back: None,
            })
            .into_iter()
            .collect(),
        url: None,
    }
}

/// The same pipeline, in which people review the pull request in the forge.
pub(crate) fn with_forge_review(mut pipeline: Pipeline) -> Pipeline {
    for stage in &mut pipeline.stages {
        if stage.gates.contains(&GateName::CheckReviewerVerdict) {
            stage.gates.push(GateName::CheckReviewApproved);
        }
    }
    pipeline
}

/// A project with this CI, and a command that tests it.
pub(crate) fn with_ci(ci: Ci) -> Project {
    let commands = BTreeMap::from([("test".to_owned(), "make test".to_owned())]);
    Project {
        ci,
        commands,
        ..with_ci_outside()
    }
}

/// CI is ours.
pub(crate) fn ours() -> Ci {
    Ci::Command("make test".to_owned())
}

/// There is no CI; the local tests take its place.
pub(crate) fn nobodys() -> Ci {
    Ci::None {
        command: "make test".to_owned(),
    }
}
