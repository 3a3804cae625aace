//! What rings in the chat: to the letter, once, and that it says what to do.

use pipeline_core::effect::StatusState;
use pipeline_core::run::{FailureCause, RunFailure};
use pipeline_core::stage::{Column, GateName, WriteScope};
use testkit::fake::faults::Fault;
use testkit::fake::runner::ScriptedEnd;

use crate::voices::russian;
use crate::world::World;

fn finding(world: &World, text: &'static str) {
    world.next_writes("reviewer", move |desk| {
        desk.review("REQUEST_CHANGES", &format!("### P1\n\n- [ ] {text}\n"));
    });
}

#[tokio::test]
async fn a_loop_that_ends_rings_once_with_what_why_and_what_to_do() {
    let mut world = World::new().await;
    for text in ["one", "two", "three", "four"] {
        finding(&world, text);
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    let line = "Max developer retries (3) reached after review, escalating";
    let comment = format!("stream: 🚨 {line}");
    world.speaks(&issue, &[&comment]).await;
    let alarm = format!(
        "🔴 ET-001: ERROR — {line}\n⛔ ET-001: development — Review verdict: REQUEST_CHANGES. Mend it, then set the issue to In Progress: the role runs again"
    );
    world.rings(&[&alarm]).await;
    assert_eq!(world.alarms().len(), 2, "the approve request and this one");
    world.ends().await;
}

#[tokio::test]
async fn the_same_findings_twice_ring_once() {
    let mut world = World::new().await;
    finding(&world, "the greeting lacks a name");
    finding(&world, "The  greeting lacks a NAME");
    let issue = world.approved().await;
    let line = "Same findings twice in a row after review, escalating early";
    let comment = format!("stream: 🚨 {line}");
    world.speaks(&issue, &[&comment]).await;
    let alarm = format!(
        "🔴 ET-001: ERROR — {line}\n⛔ ET-001: development — Review verdict: REQUEST_CHANGES. Mend it, then set the issue to In Progress: the role runs again"
    );
    world.rings(&[&alarm]).await;
    world.ends().await;
}

#[tokio::test]
async fn a_failed_agent_rings_with_where_its_log_is() {
    let mut world = World::new().await;
    for _ in 0..2 {
        world.next("developer", |_| ScriptedEnd::agent_error("<segmentation> fault."));
    }
    world.approved().await;
    let run = world.runner.started().last().unwrap().run;
    let alarm = format!(
        "⚠️ ET-001: Agent developer failed (exit_code=1). Check logs: runs/{run}\n⛔ ET-001: development — &lt;segmentation&gt; fault. Mend it, then set the issue to In Progress: the role runs again"
    );
    world.rings(&[&alarm]).await;
    world.ends().await;
}

#[tokio::test]
async fn slow_ci_rings_once() {
    let mut world = World::with_external_ci().await;
    let issue = world.approved().await;
    world.ci(&issue, StatusState::Pending, None).await;
    world.seconds(700).await;
    world.rings(&["⏳ ET-001: CI still pending after 120s"]).await;
    world.ends().await;
}

#[tokio::test]
async fn a_provider_that_pauses_rings_with_its_hour_in_the_projects_language() {
    let mut world = russian().await;
    let reset = pipeline_core::time::Timestamp::plus(
        pipeline_core::port::clock::Clock::now(&*world.clock),
        std::time::Duration::from_secs(3_600),
    );
    world.next("developer", move |_| {
        ScriptedEnd::failing(RunFailure {
            resets_at: Some(reset),
            ..RunFailure::new(FailureCause::UsageLimit, "the allowance is used up")
        })
    });
    world.approved().await;
    world.seconds(4_000).await;
    let rang = world.alarms();
    let hour = &reset.to_rfc3339()[11..16];
    assert!(
        rang.iter().any(|rang| rang.starts_with("🔌 claude: ")
            && rang.ends_with(&format!(". Очередь на паузе до {hour} UTC."))),
        "{rang:#?}"
    );
    assert_eq!(world.times_alerted("🔌 claude: снова работает."), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_comment_that_the_tracker_refuses_rings() {
    let mut world = russian().await;
    let refused = Fault::Refused("the issue is <locked>".to_owned());
    world.board.faults.fail_next("comment", 1, &refused);
    world.up_to_approval().await;
    let rang = world.alarms();
    assert!(
        rang.contains(&"📭 ET-001: tracker не принял «comment»: the issue is &lt;locked&gt;".to_owned()),
        "{rang:#?}"
    );
    world.ends_with_dead(1).await;
}

#[tokio::test]
async fn an_endless_reason_leaves_the_rest_of_its_alert_readable() {
    let mut world = World::new().await;
    for _ in 0..2 {
        world.next("developer", |_| ScriptedEnd::agent_error(&"🚀<".repeat(5_000)));
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/blocked");
    let alarm = world.alarms().pop().unwrap();
    assert!(
        alarm.contains("…. Mend it, then set the issue to In Progress: the role runs again"),
        "{alarm}"
    );
    let live = world.chat.message(world.task(&issue).await.id).unwrap().text;
    assert!(
        live.encode_utf16().count() < 4_096 && live.contains("⛔ Development"),
        "{live}"
    );
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn news_that_is_set_aside_rings_even_when_the_store_fails_at_that_moment() {
    let mut rang = Vec::new();
    for failures in 0..3 {
        let mut world = World::new().await;
        world.board.faults.outage(true);
        let issue = world.greeting();
        world.person_moves(&issue, Column::InProgress);
        world.store_fails = true;
        world.store.faults.fail_next("commit", failures, &Fault::Before);
        world.seconds(90).await;
        assert!(world.store.faults.is_spent(), "{failures}");
        rang.push(world.times_alerted("news from fake-board was set aside"));
        world.store_fails = false;
        world.board.faults.outage(false);
        world.seconds(130).await;
        world.ends().await;
    }
    assert!(
        rang[0] > 0 && rang.iter().all(|times| *times == rang[0]),
        "{rang:?}"
    );
}

/// A stage whose report one gate takes and another does not.
#[tokio::test]
async fn a_run_and_its_repair_leave_one_status_comment() {
    let mut world = World::new()
        .await
        .with_pipeline(|pipeline| {
            let review = pipeline
                .stages
                .iter_mut()
                .find(|stage| stage.name.as_str() == "review")
                .unwrap();
            review.gates.push(GateName::CheckTestsPassed);
            review.reports.push("13-test-report.md".to_owned());
            review.scope = WriteScope::Documents(review.reports.clone());
        })
        .await;
    world.next_writes("reviewer", |desk| desk.review("APPROVED", ""));
    world.next_writes("reviewer", |desk| {
        desk.review("APPROVED", "once more");
        desk.tests("PASS", "");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("reviewer").len(), 2);
    assert_eq!(world.times_said(&issue, "🔎 Reviewer — "), 1);
    world.ends().await;
}

#[tokio::test]
async fn the_live_message_of_a_cancelled_task_shows_nobody_at_work() {
    let mut world = World::new().await;
    world.next("developer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    let live = |world: &World, task| world.chat.message(task).unwrap().text;
    let task = world.task(&issue).await.id;
    assert!(live(&world, task).contains("🔄 Development"));
    world.person_moves(&issue, Column::Cancelled);
    world.runs_until_idle().await;
    world.seconds(60).await;
    assert_eq!(world.task(&issue).await.state.name(), "cancelled");
    let text = live(&world, task);
    assert!(!text.contains('🔄') && text.contains("✅ Architecture"), "{text}");
    world.ends().await;
}
