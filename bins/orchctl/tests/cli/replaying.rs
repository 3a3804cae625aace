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

/// A task that was started, as the engine would have stored it.
async fn started(home: &Home) -> Task {
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
    let task = begun.task.clone();
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
    task
}

/// What comes next for a task that follows this definition; `change` is done to the task behind the log's back.
async fn next(
    home: &Home,
    (task, pipeline): (&Task, &Pipeline),
    event: Event,
    change: impl FnOnce(&mut Task),
) -> Task {
    let project = sample::project();
    let rules = Rules {
        pipeline,
        project: &project,
        now: sample::START,
    };
    let Decision::Change(decided) = decide(task, &event, rules) else {
        panic!("{} changes nothing", event.name());
    };
    let mut after = decided.task.clone();
    change(&mut after);
    let repin = if let Event::Repinned { to, .. } = &event {
        Some(to.clone())
    } else {
        None
    };
    home.commit(Commit {
        repin,
        log: Some(logged(&decided, event, rules)),
        task: Some(TaskWrite::Update {
            task: Box::new(after.clone()),
            read_revision: task.revision,
        }),
        ..Commit::default()
    })
    .await;
    after
}

fn ordered(what: OperatorOrderKind) -> OperatorOrder {
    OperatorOrder {
        id: OrderId(1),
        task: TaskId(7),
        by: "ann".to_owned(),
        reason: "not needed".to_owned(),
        at: sample::START,
        what,
    }
}

/// A task that was started and cancelled.
async fn cancelled(home: &Home, change: impl FnOnce(&mut Task)) {
    let task = started(home).await;
    let event = Event::Ordered(ordered(OperatorOrderKind::Cancel));
    next(home, (&task, &Pipeline::built_in()), event, change).await;
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
async fn a_task_that_was_moved_to_another_pipeline_is_replayed_by_both() {
    let home = Home::new();
    let (first, mut other) = (Pipeline::built_in(), Pipeline::built_in());
    other.limits.bounces += 1;
    let task = started(&home).await;
    let event = Event::Repinned {
        order: ordered(OperatorOrderKind::Repin),
        from: task.pipeline.clone(),
        to: Box::new(other.clone()),
    };
    let task = next(&home, (&task, &first), event, |_| {}).await;
    assert_eq!(task.pipeline, other.digest());
    let event = Event::Ordered(ordered(OperatorOrderKind::Cancel));
    next(&home, (&task, &other), event, |_| {}).await;
    let said = home.run(&["replay", "7"]);
    assert_snapshot!(said.out, @"ET-007 (task 7): 3 events lead to the stored state (cancelled, revision 3)");
    let (code, checked) = home.json(&["check"]);
    assert_eq!((code, &checked["problems"]), (0, &serde_json::json!([])));
    let (_, shown) = home.json(&["task", "pipeline", "7"]);
    assert_eq!(shown["limits"]["bounces"], 7);
    let table = home.run(&["task", "pipeline", "et-007"]).out;
    assert!(
        table.contains("pipeline built-in, digest ") && table.contains("bounces 7,"),
        "{table}"
    );
    let (_, shown) = home.json(&["task", "show", "7"]);
    assert_eq!(shown["pipeline"], other.digest().as_str());
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
