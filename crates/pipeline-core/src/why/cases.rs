use super::*;
use crate::id::{CommitSha, JobId, RunId, TaskId, WorkItemId};
use crate::observation::ItemObservation;
use crate::pipeline::Pipeline;
use crate::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use crate::start::start;
use crate::time::Timestamp;
use crate::transition::Rules;

fn task(state: TaskState) -> Task {
    let project = Project {
        id: "et".into(),
        name: "Example".to_owned(),
        repo: "example".to_owned(),
        prefix: "ET".to_owned(),
        default_branch: "main".into(),
        locale: Locale::En,
        tracker_phrase: "on the board".to_owned(),
        staging: false,
        ci: Ci::External,
        ci_times: CiTimes::default(),
        merge: MergeTime::default(),
        merge_style: crate::effect::MergeStyle::default(),
        approvers: Vec::new(),
        protected_paths: Vec::new(),
        commands: std::collections::BTreeMap::new(),
        run_timeouts: std::collections::BTreeMap::new(),
        links: Links::default(),
    };
    let item = ItemObservation {
        issue: "issue-7".into(),
        sequence: 7,
        title: "Add a greeting".to_owned(),
        description: "The program shall greet.".to_owned(),
        column: None,
        deleted: false,
        created_at: Timestamp(1),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    };
    let rules = Rules {
        pipeline: &Pipeline::built_in(),
        project: &project,
        now: Timestamp(1),
    };
    let mut task = start(TaskId(7), WorkItemId::new("ET-007"), &item, rules).task;
    task.state = state;
    task
}

fn check(state: TaskState, waits_for: &str, ended_by: &str) {
    let explained = explain(&task(state));
    assert_eq!(explained.waits_for, waits_for);
    assert_eq!(explained.ended_by, ended_by);
}

fn asked(ask: Ask) -> TaskState {
    TaskState::Waiting(Wait::Human(ask))
}

#[test]
fn every_ask_says_what_is_asked_and_who_answers() {
    let head = CommitSha::new("0123456789abcdef");
    let job = JobId {
        task: TaskId(7),
        number: 3,
    };
    check(
        asked(Ask::ProtectedPaths {
            head: head.clone(),
            run: RunId { job, fence: 1 },
            paths: vec!["agents/tester.md".to_owned(), ".gitea/ci.yml".to_owned()],
        }),
        "a human's decision on protected files: agents/tester.md, .gitea/ci.yml",
        "Approved accepts them, Rejected sends them back",
    );
    check(
        asked(Ask::ForeignHead { head }),
        "a human's decision on somebody else's commit 0123456789ab",
        "Approved adopts it, Rejected restores ours",
    );
    check(
        asked(Ask::Documents { docs_tree: None }),
        "a human's decision on the documents",
        "Approved or Rejected on the board, or orchctl approve / reject",
    );
    check(
        asked(Ask::ForgeReview),
        "a review of pull request (not open yet) in the forge",
        "an approval or a request for changes of exactly the branch's head",
    );
}

#[test]
fn a_blocked_task_says_what_happens_when_it_is_started_again() {
    for (resume, then) in [
        (Resume::Role, "created runs again"),
        (Resume::Gates, "the gates of created look again"),
        (Resume::Merge, "the merge is tried again"),
        (Resume::Start, "it starts, unless other issues block it"),
    ] {
        let state = TaskState::Blocked {
            reason: "the disk is full".to_owned(),
            resume,
        };
        let ended_by = format!("a human: In Progress on the board or orchctl restart; then {then}");
        check(state, "the disk is full", &ended_by);
    }
}
