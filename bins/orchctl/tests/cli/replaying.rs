//! The event log against the stored task.

use insta::assert_snapshot;
use pipeline_core::decision::{Change, Decision};
use pipeline_core::event::Event;
use pipeline_core::id::{ActivityId, OrderId, ProjectDigest, TaskId, WorkItemId};
use pipeline_core::observation::ItemObservation;
use pipeline_core::order::{BoardOrder, BoardOrderKind, OperatorOrder, OperatorOrderKind};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::tasks::{Commit, Logged, TaskWrite};
use pipeline_core::start;
use pipeline_core::task::Task;
use pipeline_core::transition::{Rules, decide};
use testkit::sample;

use crate::home::Home;

/// A task that was started and cancelled, as the engine would have stored it; `change` is done to the task behind the log's back.
async fn cancelled(home: &Home, change: impl FnOnce(&mut Task)) {
    let (pipeline, project) = (Pipeline::built_in(), sample::project());
    let rules = Rules {
        pipeline: &pipeline,
        project: &project,
        now: sample::START,
    };
    let item = item();
    let order = BoardOrder {
        id: ActivityId::new("a1"),
        at: sample::START,
        by: "ann".to_owned(),
        what: BoardOrderKind::InProgress,
    };
    let begun = start::start(TaskId(7), WorkItemId::new("ET-007"), &item, rules);
    let started = begun.task.clone();
    let event = Event::ItemObserved {
        item,
        order: Some(order),
    };
    home.commit(Commit {
        log: Some(logged(&begun, event, rules)),
        task: Some(TaskWrite::Insert(
            Box::new(begun.task),
            Box::new(pipeline.clone()),
        )),
        ..Commit::default()
    })
    .await;
    let event = Event::Ordered(OperatorOrder {
        id: OrderId(1),
        task: TaskId(7),
        by: "ann".to_owned(),
        reason: "not needed".to_owned(),
        at: sample::START,
        what: OperatorOrderKind::Cancel,
    });
    let Decision::Change(ended) = decide(&started, &event, rules) else {
        panic!("a task that just started can be cancelled");
    };
    let mut task = ended.task.clone();
    change(&mut task);
    home.commit(Commit {
        log: Some(logged(&ended, event, rules)),
        task: Some(TaskWrite::Update {
            task: Box::new(task),
            read_revision: 1,
        }),
        ..Commit::default()
    })
    .await;
}

fn item() -> ItemObservation {
    let task = sample::task(7);
    ItemObservation {
        issue: task.issue,
        sequence: 7,
        title: task.title,
        description: task.description,
        column: None,
        deleted: false,
        created_at: sample::START,
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    }
}

fn logged(change: &Change, event: Event, rules: Rules<'_>) -> Logged {
    let mut logged = sample::logged(&change.task);
    logged.entry.event = event;
    logged.entry.note.clone_from(&change.note);
    logged.entry.at = rules.now;
    logged
}

#[tokio::test]
async fn a_log_that_leads_to_the_stored_state_is_equal() {
    let home = Home::new();
    assert_snapshot!(home.run(&["replay", "--all"]).out, @"there are no tasks");
    cancelled(&home, |_| {}).await;
    let said = home.run(&["replay", "et-007"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_snapshot!(said.out, @"ET-007 (task 7): 2 events lead to the stored state (cancelled, revision 2)");
    let (code, value) = home.json(&["replay", "--all"]);
    assert_eq!((code, &value["tasks"][0]["entries"]), (0, &serde_json::json!(2)));
}

#[tokio::test]
async fn a_task_that_was_changed_behind_the_log_is_told() {
    let home = Home::new();
    cancelled(&home, |task| task.title = "Another one".to_owned()).await;
    let said = home.run(&["replay", "7"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_snapshot!(said.out, @"ET-007 (task 7): the log does not lead to the stored state, it differs in: title; every decision is as noted, so the stored task was changed behind the log");
}

#[tokio::test]
async fn a_log_without_the_settings_it_went_by_cannot_be_replayed() {
    let home = Home::new();
    let mut commit = sample::insert(sample::task(7));
    if let Some(logged) = &mut commit.log {
        logged.entry.project = None::<ProjectDigest>;
    }
    home.commit(commit).await;
    let said = home.run(&["replay", "7"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_snapshot!(said.out, @"ET-007 (task 7): the project's settings of entry 1 are not stored; an earlier version did not keep them, so this log cannot be replayed");
}

#[tokio::test]
async fn replay_wants_a_task_or_all() {
    let home = Home::new();
    assert_eq!(home.run(&["replay"]).code, 2);
    assert_eq!(home.run(&["replay", "7", "--all"]).code, 2);
    assert_eq!(home.run(&["replay", "7"]).code, 3);
}
