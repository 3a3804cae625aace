//! The daemon dies and starts again; the store fails.

use pipeline_core::id::RunId;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;
use testkit::fake::runner::ScriptedEnd;

use crate::logs::Logs;
use crate::world::World;

fn running(world: &World) -> RunId {
    let running = world.runner.running();
    assert_eq!(running.len(), 1);
    running[0]
}

#[tokio::test]
async fn a_run_that_goes_on_is_adopted() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    world.daemon_dies();
    world.daemon_starts().await;
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/working");
    world.runner.finish(&running(&world));
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"]);
    world.ends().await;
}

#[tokio::test]
async fn a_run_that_ended_meanwhile_is_harvested() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    world.daemon_dies();
    world.runner.finish(&running(&world));
    world.daemon_starts().await;
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"]);
    world.ends().await;
}

#[tokio::test]
async fn a_run_that_was_lost_is_done_again_with_the_next_fence() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    world.daemon_dies();
    world.runner.lose(&running(&world));
    world.runner.hold(false);
    world.daemon_starts().await;
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    let fences: Vec<u32> = world.runner.started().iter().map(|spec| spec.run.fence).collect();
    assert_eq!(fences, [1, 2]);
    let task = world.runner.started()[0].run.job.task;
    let rows = world.store.runs(task).await.unwrap();
    let outcomes: Vec<&str> = rows.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["lost", "finished"]);
    assert!(rows.iter().all(|row| row.finished_at.is_some()));
    world.ends().await;
}

#[tokio::test]
async fn a_run_whose_state_cannot_be_read_is_not_started_twice() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    world.daemon_dies();
    world.runner.faults.fail_next("status", 1, &Fault::Before);
    world.runner.faults.fail_next("wait", 1, &Fault::Before);
    world.daemon_starts().await;
    world.seconds(30).await;
    world.runner.finish(&running(&world));
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.runs(), ["analyst"]);
    world.ends().await;
}

#[tokio::test]
async fn a_deployers_run_that_was_lost_is_never_repeated() {
    let mut world = World::new().await;
    world.next("deployer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world.daemon_dies();
    world.runner.lose(&running(&world));
    world.daemon_starts().await;
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "deploy-staging/blocked");
    assert_eq!(world.runner.briefs("deployer").len(), 1);
    assert_eq!(world.times_alerted("Agent deployer failed"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_deployers_run_that_never_began_is_begun_after_the_restart() {
    let mut world = World::new().await;
    world.next("deployer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world.daemon_dies();
    world.runner.unhear(&running(&world));
    world.daemon_starts().await;
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_job_over_which_three_daemons_died_is_poison() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    for _ in 0..3 {
        world.daemon_dies();
        world.runner.lose(&running(&world));
        world.daemon_starts().await;
        world.runs_until_idle().await;
    }
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    assert_eq!(world.times_alerted("poison"), 1);
    assert_eq!(world.runs().len(), 3);
    world.runner.hold(false);
    world.seconds(1).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn a_stale_attempts_result_is_dropped_and_logged() {
    let logs = Logs::listen();
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    let old = running(&world);
    world.fence_out(old.job, old.fence).await;
    world.runner.finish(&old);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/working");
    let dropped = logs.times("a stale result was dropped") + logs.times("the lease was lost");
    assert_eq!(dropped, 1);
    let new = running(&world);
    assert_eq!(new.fence, old.fence + 1);
    world.runner.finish(&new);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}

#[tokio::test]
async fn an_effect_in_flight_is_looked_at_before_it_is_sent_again() {
    for effect in ["commit", "push"] {
        let mut world = World::new().await;
        let issue = world.up_to_approval().await;
        world.store_fails = true;
        world.seconds(1).await;
        let store = std::sync::Arc::clone(&world.store);
        world.next_writes("developer", move |desk| {
            desk.code();
            if effect == "commit" {
                store.faults.fail_next("commit", 3, &Fault::Before);
            }
        });
        if effect == "push" {
            world.workspace.faults.fail_next("push", 1, &Fault::After);
        }
        world.person_moves(&issue, Column::Approved);
        world.runs_until_idle().await;
        world.daemon_dies();
        world.daemon_starts().await;
        world.seconds(60).await;
        assert_eq!(world.stands(&issue).await, "done/done", "{effect}");
        assert_eq!(world.forge.pull_requests().len(), 2);
        assert_eq!(world.runner.briefs("developer").len(), 1);
        world.ends().await;
    }
}

#[tokio::test]
async fn a_cancelled_run_stays_cancelled_after_a_restart() {
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    world.person_moves(&issue, Column::Cancelled);
    world.runs_until_idle().await;
    world.daemon_dies();
    world.daemon_starts().await;
    world.seconds(70).await;
    assert_eq!(world.stands(&issue).await, "analysis/cancelled");
    assert!(world.runner.running().is_empty());
    world.ends().await;
}

/// Issue to done while one call of the store fails; everything must come to the same end.
async fn with_a_failing_call(n: u64, fault: Fault) -> bool {
    let mut world = World::new().await;
    let issue = world.greeting();
    let calls = world.store.faults.calls();
    world.store_fails = true;
    world.store.fail_nth(n, fault.clone());
    world.person_moves(&issue, Column::InProgress);
    for _ in 0..12 {
        world.runs_until_idle().await;
        let stands = match world.find_task(&issue).await {
            Some(_) => world.stands(&issue).await,
            None => "nowhere".to_owned(),
        };
        match stands.as_str() {
            "done/done" => break,
            "analysis/waiting-human" => world.person_moves(&issue, Column::Approved),
            _ => world.seconds(30).await,
        }
    }
    assert_eq!(
        world.stands(&issue).await,
        "done/done",
        "call {n} fails {fault:?}"
    );
    let was_met = world.store.faults.calls() - calls >= n;
    world.jumps(130).await;
    assert_eq!(world.runs().len(), 7, "call {n} fails {fault:?}");
    assert_eq!(world.forge.pull_requests().len(), 2, "call {n} fails {fault:?}");
    assert_eq!(
        world.said(&issue).len(),
        17,
        "call {n} fails {fault:?}: {:#?}",
        world.said(&issue)
    );
    world.ends().await;
    was_met
}

/// Every third call, beginning with `first`: three tests share the work.
async fn every_third_call(first: u64, fault: Fault) {
    let mut n = first;
    while with_a_failing_call(n, fault.clone()).await {
        n += 3;
    }
    assert!(n > 300, "the story needs more calls than {n}");
}

macro_rules! failing_calls {
    ($($name:ident: $first:literal, $fault:ident;)+) => {$(
        #[tokio::test]
        async fn $name() {
            every_third_call($first, Fault::$fault).await;
        }
    )+};
}

failing_calls! {
    any_call_of_the_store_may_fail_before_it_took_effect_1: 1, Before;
    any_call_of_the_store_may_fail_before_it_took_effect_2: 2, Before;
    any_call_of_the_store_may_fail_before_it_took_effect_3: 3, Before;
    any_call_of_the_store_may_fail_after_it_took_effect_1: 1, After;
    any_call_of_the_store_may_fail_after_it_took_effect_2: 2, After;
    any_call_of_the_store_may_fail_after_it_took_effect_3: 3, After;
}

#[tokio::test]
async fn news_that_comes_while_the_store_cannot_be_used_is_found_later_and_nothing_begins_before() {
    let mut world = World::new().await;
    world.store_fails = true;
    world.store.faults.outage(true);
    let issue = world.greeting();
    world.person_moves(&issue, Column::InProgress);
    for _ in 0..3 {
        world.one_round().await;
    }
    assert_eq!(world.board.comments(&issue).len(), 0);
    world.store.faults.outage(false);
    world.store_fails = false;
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.seconds(1).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
