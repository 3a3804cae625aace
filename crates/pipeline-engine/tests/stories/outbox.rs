//! Operators and the outbox: a row sent now, a row taken out, and the task that waits for it.

use pipeline_core::id::{EffectKey, IssueId};
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter, OutboxRow, OutboxStore};
use pipeline_core::port::store::tasks::TaskStore;
use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;

use crate::world::World;

/// Each kind of effect by the call that carries it out. The rows become ambiguous; whoever sends them again finds them done.
#[tokio::test]
async fn an_effect_whose_answer_is_lost_twice_happens_once_whatever_its_kind() {
    for call in [
        "start_branch",
        "push",
        "open_pull_request",
        "merge",
        "set_status",
        "comment",
        "move_to",
        "show",
        "alert",
        "release",
    ] {
        let mut world = World::new().await;
        let ports = [
            &world.workspace.faults,
            &world.forge.faults,
            &world.board.faults,
            &world.chat.faults,
        ];
        for faults in ports {
            faults.fail_next(call, 2, &Fault::After);
        }
        let issue = world.greeting();
        world.person_moves(&issue, Column::InProgress);
        world.runs_until_idle().await;
        world.seconds(120).await;
        world.person_moves(&issue, Column::Approved);
        world.runs_until_idle().await;
        world.seconds(1_200).await;
        assert_eq!(world.stands(&issue).await, "done/done", "{call}");
        // A merge is seen to be made before it is asked for again.
        let expected = if call == "merge" { 2 } else { 3 };
        assert_eq!(tries(&world, &issue, call).await, expected, "{call}");
        let pulls = world.forge.pull_requests().into_iter();
        let of_code = pulls.filter(|pull| pull.branch.as_str().starts_with("feature/"));
        assert_eq!(of_code.count(), 1, "{call}");
        assert_eq!(world.board.column(&issue), Column::Done, "{call}");
        world.ends().await;
    }
}

/// The most tries that an effect of this call took.
async fn tries(world: &World, issue: &IssueId, call: &str) -> u32 {
    let kind = match call {
        "set_status" => "report_status",
        "move_to" => "set_column",
        "show" => "tracker_message",
        "release" => "release_checkout",
        same => same,
    };
    let task = world.task(issue).await;
    let rows = world.looking(world.store.effects(OutboxFilter::OfTask(task.id)));
    let of_kind = rows.await.unwrap().into_iter();
    let tries = of_kind.filter(|row| row.effect.kind.name() == kind);
    tries.map(|row| row.attempts).max().unwrap_or(0)
}

#[tokio::test]
async fn what_may_have_arrived_goes_on_saying_so_until_it_is_known() {
    let mut world = World::new().await;
    world.board.faults.fail_next("comment", 1, &Fault::After);
    world.board.faults.fail_next("comment", 1, &Fault::Before);
    let issue = world.up_to_approval().await;
    for attempts in [1, 2] {
        let row = open(&world, &issue, "comment").await;
        assert_eq!((row.status, row.attempts), (EffectStatus::Ambiguous, attempts));
        world.seconds(10).await;
    }
    world.seconds(700).await;
    world.ends().await;
}

#[tokio::test]
async fn a_move_of_ours_whose_answer_was_lost_is_no_order() {
    let mut world = World::new().await.without_feeds().await;
    let issue = world.greeting();
    world.person_moves(&issue, Column::InProgress);
    world.seconds(300).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.runner.hold(true);
    world.board.faults.fail_next("move_to", 1, &Fault::After);
    world.person_moves(&issue, Column::Rejected);
    world.seconds(400).await;
    assert_eq!(world.board.column(&issue), Column::InProgress);
    let task = world.task(&issue).await;
    let log = world.looking(world.store.log(task.id)).await.unwrap();
    let orders = log.iter().filter(|entry| entry.event.name() == "item_ordered");
    assert_eq!(orders.count(), 2, "the start and the rejection");
    world.runner.hold(false);
    world.runner.finish(&world.runner.running()[0]);
    world.seconds(300).await;
    world.ends().await;
}

#[tokio::test]
async fn a_row_that_waits_for_its_next_try_is_sent_now() {
    let mut world = World::new().await;
    world.board.faults.fail_next("comment", 1, &Fault::Before);
    let issue = world.up_to_approval().await;
    let row = open(&world, &issue, "comment").await;
    assert!(row.available_at > world.clock.now(), "{row:?}");
    let before = world.said(&issue).len();
    let said = retry(&mut world, &issue, &row.effect.key).await;
    assert_eq!(said, Ok(format!("effect {} is sent now", row.effect.key)));
    assert!(world.said(&issue).len() > before);
    world.seconds(700).await;
    world.ends().await;
}

#[tokio::test]
async fn a_dead_comment_is_sent_again() {
    let mut world = World::new().await;
    let refused = Fault::Refused("comments are closed".to_owned());
    world.board.faults.fail_next("comment", 1, &refused);
    let issue = world.up_to_approval().await;
    let row = open(&world, &issue, "comment").await;
    assert_eq!(row.status, EffectStatus::Dead);
    let before = world.said(&issue).len();
    assert!(retry(&mut world, &issue, &row.effect.key).await.is_ok());
    assert_eq!(world.said(&issue).len(), before + 1);
    assert_eq!(world.times_alerted("comments are closed"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_dead_push_is_sent_anew_and_the_task_goes_on() {
    let mut world = World::new().await;
    let refused = Fault::Refused("the branch is protected".to_owned());
    world.workspace.faults.fail_next("push", 1, &refused);
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    let row = open(&world, &issue, "push").await;
    let said = retry(&mut world, &issue, &row.effect.key).await;
    assert!(said.is_ok(), "{said:?}");
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"], "the work is not done twice");
    assert_eq!(status(&world, &row).await, EffectStatus::Dropped);
    world.ends().await;
}

#[tokio::test]
async fn a_dead_push_of_a_task_that_went_another_way_is_only_taken_out() {
    let mut world = World::new().await;
    let refused = Fault::Refused("the branch is protected".to_owned());
    world.workspace.faults.fail_next("push", 1, &refused);
    let issue = world.up_to_approval().await;
    let row = open(&world, &issue, "push").await;
    world.seconds(1).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    let why = retry(&mut world, &issue, &row.effect.key).await.unwrap_err();
    assert!(why.contains("does not stand still because of effect"), "{why}");
    assert_eq!(status(&world, &row).await, EffectStatus::Dead);
    assert!(take_out(&mut world, &issue, &row.effect.key).await.is_ok());
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_push_that_is_taken_out_blocks_its_task_and_a_restart_sends_it() {
    let mut world = World::new().await;
    world.workspace.faults.fail_next("push", 3, &Fault::Before);
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/publishing");
    let row = open(&world, &issue, "push").await;
    let said = take_out(&mut world, &issue, &row.effect.key).await;
    assert!(said.is_ok(), "{said:?}");
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    let told = "push failed: taken out by olga: the operator says so";
    assert_eq!(world.times_alerted(told), 1);
    world.seconds(1).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    world.seconds(200).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_comment_that_is_taken_out_is_not_written_and_holds_nothing() {
    let mut world = World::new().await;
    world.board.faults.fail_next("comment", 2, &Fault::Before);
    let issue = world.greeting();
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    let row = open(&world, &issue, "comment").await;
    assert!(take_out(&mut world, &issue, &row.effect.key).await.is_ok());
    world.seconds(60).await;
    let keys = world
        .board
        .comments(&issue)
        .into_iter()
        .filter_map(|said| said.key);
    let keys: Vec<EffectKey> = keys.collect();
    assert!(!keys.is_empty() && !keys.contains(&row.effect.key), "{keys:?}");
    let why = take_out(&mut world, &issue, &row.effect.key).await.unwrap_err();
    assert!(why.contains("was taken out already"), "{why}");
    let why = retry(&mut world, &issue, &keys[0]).await.unwrap_err();
    assert!(why.contains("has arrived"), "{why}");
    let why = retry(&mut world, &issue, &EffectKey::new("9-e9"))
        .await
        .unwrap_err();
    assert!(why.contains("there is no effect 9-e9"), "{why}");
    world.ends().await;
}

/// The oldest row of this kind that is not done.
async fn open(world: &World, issue: &IssueId, kind: &str) -> OutboxRow {
    let task = world.task(issue).await;
    let rows = world.looking(world.store.effects(OutboxFilter::OfTask(task.id)));
    let mut rows = rows.await.unwrap().into_iter();
    rows.find(|row| row.effect.kind.name() == kind && row.status != EffectStatus::Done)
        .expect("such a row is open")
}

async fn status(world: &World, row: &OutboxRow) -> EffectStatus {
    let one = OutboxFilter::One(row.effect.key.clone());
    world.looking(world.store.effects(one)).await.unwrap()[0].status
}

async fn retry(world: &mut World, issue: &IssueId, effect: &EffectKey) -> Result<String, String> {
    let effect = effect.clone();
    order(world, issue, OperatorOrderKind::RetryEffect { effect }).await
}

async fn take_out(world: &mut World, issue: &IssueId, effect: &EffectKey) -> Result<String, String> {
    let effect = effect.clone();
    order(world, issue, OperatorOrderKind::DropEffect { effect }).await
}

async fn order(world: &mut World, issue: &IssueId, what: OperatorOrderKind) -> Result<String, String> {
    match world.operator(issue, what).await {
        OrderAnswer::Accepted(said) => Ok(said),
        OrderAnswer::Refused(why) => Err(why),
    }
}
