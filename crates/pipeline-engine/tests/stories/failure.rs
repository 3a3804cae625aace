//! Runs fail: what is tried again, what waits, and what a human has to see.

use std::time::Duration;

use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

#[tokio::test]
async fn an_agent_that_crashes_has_a_second_attempt() {
    let mut world = World::new().await;
    world.next("developer", |_| ScriptedEnd::agent_error("segmentation fault"));
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn an_agent_that_crashes_twice_blocks() {
    let mut world = World::new().await;
    for _ in 0..2 {
        world.next("developer", |_| ScriptedEnd::agent_error("segmentation fault"));
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    let rang: Vec<String> = world.chat.alerts().into_iter().map(|alert| alert.text).collect();
    let [_, failed] = rang.as_slice() else {
        panic!("the approve request and one more alert: {rang:?}")
    };
    for words in [
        "Agent developer failed (exit_code=1)",
        "segmentation fault. Mend it, then set the issue to In Progress",
    ] {
        assert!(failed.contains(words), "{failed}");
    }
    world.seconds(1).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert!(world.brief("developer").contains("segmentation fault"));
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

fn unreadable() -> Fault {
    Fault::Refused("its directory is not readable".to_owned())
}

#[tokio::test]
async fn a_run_that_cannot_be_followed_is_called_off_before_its_job_fails() {
    let mut world = World::new().await;
    world.runner.hold(true);
    world.runner.faults.fail_next("wait", 1, &unreadable());
    let issue = world.up_to_approval().await;
    assert_eq!(world.runner.running(), []);
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    assert_eq!(world.times_alerted("its directory is not readable"), 1);
    world.runner.hold(false);
    world.restarts(&issue).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_run_that_can_neither_be_followed_nor_called_off_keeps_its_job_until_it_can() {
    let mut world = World::new().await;
    world.runner.hold(true);
    world.runner.faults.fail_next("wait", 2, &unreadable());
    world.runner.faults.fail_next("cancel", 1, &unreadable());
    let issue = world.up_to_approval().await;
    let running = world.runner.running();
    assert_eq!(
        (running.len(), world.stands(&issue).await),
        (1, "analysis/working".to_owned())
    );
    assert_eq!(world.times_alerted("its directory is not readable"), 0);
    world.seconds(130).await;
    assert_eq!(world.runner.running(), []);
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    assert_eq!(world.runs(), ["analyst"], "none was started beside it");
    world.ends().await;
}

#[tokio::test]
async fn a_run_that_had_ended_when_it_could_not_be_followed_counts() {
    let mut world = World::new().await;
    world.runner.faults.fail_next("wait", 1, &unreadable());
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"]);
    world.ends().await;
}

#[tokio::test]
async fn a_deployer_that_crashes_blocks_at_once() {
    for end in [
        ScriptedEnd::agent_error("segmentation fault"),
        ScriptedEnd::transient("overloaded", None),
        ScriptedEnd::lost(),
    ] {
        let mut world = World::new().await;
        world.next("deployer", move |_| end);
        let issue = world.approved().await;
        assert_eq!(world.stands(&issue).await, "deploy-staging/blocked");
        assert_eq!(world.runner.briefs("deployer").len(), 1);
        world.seconds(1_000).await;
        assert_eq!(world.runner.briefs("deployer").len(), 1);
        world.ends().await;
    }
}

#[tokio::test]
async fn a_deployer_without_a_log_blocks_without_a_repair() {
    let mut world = World::new().await;
    world.next_writes("deployer", |_| {});
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "deploy-staging/blocked");
    assert_eq!(
        world.times_alerted("Staging log not found (15-staging-log.md)"),
        1
    );
    world.ends().await;
}

#[tokio::test]
async fn a_passing_failure_is_waited_out_and_counts_nothing() {
    let mut world = World::new().await;
    for _ in 0..5 {
        world.next("developer", |_| ScriptedEnd::transient("overloaded", None));
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/working");
    world.seconds(300).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.times_said(&issue, "attempt"), 0);
    assert!(world.task(&issue).await.counters.bounces.is_empty());
    world.ends().await;
}

#[tokio::test]
async fn the_providers_wish_when_to_try_again_is_honoured() {
    let mut world = World::new().await;
    let wish = Duration::from_secs(1_000);
    world.next("developer", move |_| {
        ScriptedEnd::transient("rate limit", Some(wish))
    });
    let issue = world.approved().await;
    world.seconds(900).await;
    assert_eq!(world.stands(&issue).await, "development/working");
    world.seconds(200).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn an_outage_alerts_after_half_an_hour_and_blocks_after_a_day() {
    let mut world = World::new().await;
    world
        .runner
        .on_agent("developer", |_, _| ScriptedEnd::transient("overloaded", None));
    let issue = world.approved().await;
    world.seconds(25 * 60).await;
    assert_eq!(world.times_alerted("overloaded"), 0);
    world.seconds(20 * 60).await;
    assert_eq!(world.times_alerted("overloaded"), 1);
    world.advance(Duration::from_secs(23 * 3_600)).await;
    assert_eq!(world.stands(&issue).await, "development/working");
    world.advance(Duration::from_secs(3_600)).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.times_alerted("overloaded (for 24 hours)"), 1);
    world.ends().await;
}

#[tokio::test]
async fn evidence_that_stays_out_of_reach_alerts_and_blocks_like_any_outage() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-ci");
    world.forge.faults.fail_next("observe", 100_000, &Fault::Before);
    world.seconds(45 * 60).await;
    assert_eq!(world.stands(&issue).await, "development/gathering");
    assert_eq!(world.times_alerted("ERROR — API error: "), 1);
    world.advance(Duration::from_secs(24 * 3_600)).await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    assert_eq!(world.times_alerted("(for 24 hours)"), 1);
    world.ends().await;
}

#[tokio::test]
async fn evidence_that_cannot_be_read_is_never_a_verdict() {
    let mut world = World::new().await;
    world.workspace.faults.fail_next("read", 3, &Fault::Before);
    let issue = world.up_to_approval().await;
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"]);
    world.ends().await;
}

#[tokio::test]
async fn a_permanent_failure_blocks_at_once() {
    let mut world = World::new().await;
    world.next("architect", |_| ScriptedEnd::permanent("not logged in"));
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "architecture/blocked");
    assert_eq!(world.times_alerted("Agent architect failed"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_push_that_is_refused_for_good_is_sent_again_by_a_restart() {
    let mut world = World::new().await;
    let refused = Fault::Refused("the branch is protected".to_owned());
    world.workspace.faults.fail_next("push", 1, &refused);
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    assert_eq!(world.times_alerted("the branch is protected"), 1);
    world.seconds(1).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"], "the work is not done twice");
    world.ends_with_dead(1).await;
}

#[tokio::test]
async fn a_first_push_of_code_that_is_refused_for_good_is_sent_again_with_its_pull_request() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    let refused = Fault::Refused("the branch is protected".to_owned());
    let workspace = std::sync::Arc::clone(&world.workspace);
    world.next_writes("developer", move |desk| {
        desk.code();
        workspace.faults.fail_next("push", 1, &refused);
    });
    world.forge.faults.fail_next(
        "open_pull_request",
        1,
        &Fault::Refused("no such branch".to_owned()),
    );
    world.seconds(1).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    world.seconds(1).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends_with_dead(2).await;
}

#[tokio::test]
async fn a_dead_comment_alerts_and_stops_nothing() {
    let mut world = World::new().await;
    let refused = Fault::Refused("comments are closed".to_owned());
    world.board.faults.fail_next("comment", 1, &refused);
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.times_alerted("comments are closed"), 1);
    world.ends_with_dead(1).await;
}

#[tokio::test]
async fn a_silent_chat_delays_nothing_on_the_board() {
    let mut world = World::new().await;
    world.chat.faults.outage(true);
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.board.column(&issue), Column::Done);
    world.chat.faults.outage(false);
    world.seconds(700).await;
    world.ends().await;
}

#[tokio::test]
async fn a_start_whose_answer_was_lost_is_followed_and_not_repeated() {
    let mut world = World::new().await;
    world.runner.faults.fail_next("start", 1, &Fault::After);
    let issue = world.up_to_approval().await;
    world.seconds(60).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"]);
    world.ends().await;
}
