//! Providers fail: what waits for them, what goes to another, and what a human has to mend. Nothing of it is counted against a task.

use std::time::Duration;

use pipeline_core::id::AccountId;
use pipeline_core::order::OrderAnswer;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::runner::RunWork;
use pipeline_core::resilience::{PreflightReport, ProviderChoice, Standing};
use pipeline_core::role::Role;
use pipeline_core::run::{FailureCause, RunFailure};
use pipeline_core::stage::Column;
use testkit::fake::faults::Fault;
use testkit::fake::runner::ScriptedEnd;

use crate::accounts::{CLAUDE, CODEX, failing};
use crate::world::World;

#[tokio::test]
async fn a_rate_limit_is_waited_out_and_counted_on_its_account() {
    let mut world = World::new().await;
    let wish = Duration::from_secs(100);
    world.next("developer", move |_| {
        ScriptedEnd::failing(RunFailure::new(FailureCause::RateLimit, "too many requests").after(Some(wish)))
    });
    let issue = world.approved().await;
    world.seconds(90).await;
    assert_eq!(world.ran_on("developer").len(), 1);
    world.seconds(20).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let account = world.account(CLAUDE).await;
    assert_eq!(
        (account.failures, account.causes[&FailureCause::RateLimit]),
        (0, 1)
    );
    assert!(world.task(&issue).await.counters.bounces.is_empty());
    world.ends().await;
}

#[tokio::test]
async fn five_overloads_open_the_breaker_and_a_probe_closes_it() {
    let mut world = World::new().await;
    for _ in 0..6 {
        world.next("developer", |_| failing(FailureCause::Overload));
    }
    let issue = world.approved().await;
    let mut seen = Vec::new();
    for _ in 0..600 {
        let standing = world.standing(CLAUDE).await;
        if seen.last() != Some(&standing) {
            seen.push(standing);
        }
        world.jumps(1).await;
    }
    assert_eq!(seen.first(), Some(&Standing::Closed));
    assert!(seen.contains(&Standing::Open), "{seen:?}");
    assert_eq!(seen.last(), Some(&Standing::Closed));
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.account(CLAUDE).await.causes[&FailureCause::Overload], 6);
    assert_eq!(world.ran_on("developer").len(), 7);
    world.ends().await;
}

#[tokio::test]
async fn the_settings_say_how_many_failures_open_the_breaker() {
    let mut world = World::new().await;
    world.settings.breaker_threshold = 1;
    world.daemon_dies();
    world.daemon_starts().await;
    world.next("developer", |_| failing(FailureCause::Overload));
    let issue = world.approved().await;
    assert_eq!(world.standing(CLAUDE).await, Standing::Open);
    world.seconds(600).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_usage_limit_pauses_its_account_across_a_restart_and_burns_nothing() {
    let mut world = World::new().await;
    world.used_up("developer", 18_000);
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/working");
    assert_eq!(world.standing(CLAUDE).await, Standing::Paused);
    let held = world.held_back().await;
    assert!(
        held.iter()
            .any(|line| line.starts_with("held back in et: claude: usage limit until ")),
        "{held:?}"
    );
    assert_eq!(world.times_alerted("usage limit. Queue paused until"), 1);
    // Another task begins meanwhile: its agent waits, too.
    let other = world.started("Add a farewell").await;
    assert_eq!(world.ran_on("analyst").len(), 1);

    world.seconds(9_000).await;
    world.daemon_dies();
    world.daemon_starts().await;
    world.seconds(8_900).await;
    assert_eq!(world.ran_on("developer").len(), 1);
    world.nothing_was_burnt(&issue).await;
    world.seconds(300).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.stands(&other).await, "analysis/waiting-human");
    assert_eq!(world.times_alerted("usage limit. Queue paused until"), 1);
    assert_eq!(world.times_alerted("claude: working again"), 1);
    world.nothing_was_burnt(&issue).await;
    world.ends().await;
}

#[tokio::test]
async fn a_second_provider_takes_over_at_once() {
    let mut world = World::new().await;
    world.works_with(CLAUDE, CODEX).await;
    world.used_up("developer", 18_000);
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.ran_on("developer"), [CLAUDE, CODEX]);
    assert_eq!(world.ran_on("reviewer"), [CODEX]);
    assert_eq!(world.held_back().await, [""; 0]);
    world.nothing_was_burnt(&issue).await;
    world.ends().await;
}

#[tokio::test]
async fn a_role_works_with_its_own_provider() {
    let mut world = World::new().await;
    world.providers = ProviderChoice::new(AccountId::shared(CLAUDE), []).with_role(
        Role::new(Role::REVIEWER),
        AccountId::shared(CODEX),
        [],
    );
    world.daemon_dies();
    world.daemon_starts().await;
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.ran_on("reviewer"), [CODEX]);
    assert_eq!(world.ran_on("developer"), [CLAUDE]);
    world.ends().await;
}

#[tokio::test]
async fn ten_tasks_without_a_login_ring_once_and_all_go_on_after_a_reset() {
    let mut world = World::new().await;
    world.next("analyst", |_| failing(FailureCause::NotLoggedIn));
    let mut issues = Vec::new();
    for number in 0..10 {
        issues.push(world.started(&format!("Add greeting {number}")).await);
    }
    world.seconds(900).await;
    for issue in &issues {
        assert_eq!(world.stands(issue).await, "analysis/working");
    }
    assert_eq!(world.standing(CLAUDE).await, Standing::OutOfOrder);
    assert_eq!(world.times_alerted("claude: not logged in"), 1);
    assert_eq!(world.chat.alerts().len(), 1);
    assert_eq!(world.ran_on("analyst").len(), 1);

    let answer = world.resets("nobody").await;
    assert!(matches!(answer, OrderAnswer::Refused(_)), "{answer:?}");
    let answer = world.resets(CLAUDE).await;
    assert!(matches!(answer, OrderAnswer::Accepted(_)), "{answer:?}");
    world.seconds(120).await;
    for issue in &issues {
        assert_eq!(world.stands(issue).await, "analysis/waiting-human");
        world.nothing_was_burnt(issue).await;
    }
    world.ends().await;
}

#[tokio::test]
async fn a_login_that_was_renewed_is_tried_by_one_run() {
    let mut world = World::new().await;
    world.next("analyst", |_| failing(FailureCause::NotLoggedIn));
    let issue = world.started("Add a greeting").await;
    world.seconds(1_000).await;
    assert_eq!(world.ran_on("analyst").len(), 1);
    let renewed = PreflightReport {
        login_expires: Some(world.clock.now().plus(Duration::from_secs(900_000))),
        ..PreflightReport::default()
    };
    world.runner.on_preflight(AccountId::shared(CLAUDE), renewed);
    world.seconds(150).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.times_alerted("claude: working again"), 1);
    world.ends().await;
}

#[tokio::test]
async fn nothing_begins_while_the_preflight_is_not_in_order() {
    let mut world = World::new().await;
    let missing = PreflightReport {
        problems: vec!["program \"claude\" was not found; install it".to_owned()],
        ..PreflightReport::default()
    };
    world.runner.on_preflight(AccountId::shared(CLAUDE), missing);
    world.daemon_dies();
    world.daemon_starts().await;
    let issue = world.started("Add a greeting").await;
    world.seconds(600).await;
    assert_eq!(world.ran_on("analyst").len(), 0);
    assert_eq!(world.times_alerted("was not found"), 1);
    // Asked once a minute at the most.
    assert!(
        world.runner.preflights().len() <= 13,
        "{:?}",
        world.runner.preflights().len()
    );
    world
        .runner
        .on_preflight(AccountId::shared(CLAUDE), PreflightReport::default());
    world.seconds(130).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.nothing_was_burnt(&issue).await;
    world.ends().await;
}

#[tokio::test]
async fn a_session_is_resumed_by_the_provider_that_began_it_alone() {
    for (first, expected) in [(CLAUDE, Some("session-1")), (CODEX, None)] {
        let mut world = World::new().await;
        world.works_with(CLAUDE, CODEX).await;
        // The developer's document is missing, so that a repair run resumes its session.
        world.next_writes("architect", |_| {});
        let issue = world.started("Add a greeting").await;
        if first == CODEX {
            world.used_up("architect", 18_000);
        }
        world.seconds(1).await;
        world.person_moves(&issue, Column::Approved);
        world.runs_until_idle().await;
        let resumes = world
            .runner
            .started()
            .into_iter()
            .filter_map(|spec| match spec.work {
                RunWork::Agent {
                    role,
                    resume,
                    provider,
                    ..
                } if role.as_str() == "architect" => Some((provider, resume)),
                RunWork::Agent { .. } | RunWork::Command { .. } => None,
            });
        let last = resumes.fold(None, |_, resume| Some(resume)).unwrap();
        assert_eq!(last, (AccountId::shared(first), expected.map(str::to_owned)));
        world.seconds(18_100).await;
        assert_eq!(world.stands(&issue).await, "done/done");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_deployer_is_repeated_only_when_it_did_nothing() {
    for (cause, expected) in [
        (FailureCause::UsageLimit, "deploy-staging/blocked"),
        (FailureCause::RateLimit, "deploy-staging/blocked"),
        (FailureCause::NotLoggedIn, "deploy-staging/blocked"),
        (FailureCause::BadFlag, "deploy-staging/working"),
        (FailureCause::MissingProgram, "deploy-staging/working"),
    ] {
        let mut world = World::new().await;
        world.next("deployer", move |_| failing(cause));
        let issue = world.approved().await;
        assert_eq!(world.stands(&issue).await, expected, "{cause:?}");
        world.seconds(1_000).await;
        assert_eq!(world.ran_on("deployer").len(), 1);
        if expected.ends_with("working") {
            world.resets(CLAUDE).await;
            world.seconds(120).await;
            assert_eq!(world.stands(&issue).await, "done/done");
        }
        world.ends().await;
    }
}

#[tokio::test]
async fn a_run_that_would_end_the_same_way_is_not_repeated() {
    for (cause, runs) in [
        (FailureCause::ContextTooLong, 1),
        (FailureCause::TurnCap, 1),
        (FailureCause::MoneyCap, 1),
        (FailureCause::Refusal, 1),
        (FailureCause::NoRecord, 2),
        (FailureCause::PermissionDenied, 2),
    ] {
        let mut world = World::new().await;
        for _ in 0..2 {
            world.next("developer", move |_| failing(cause));
        }
        let issue = world.approved().await;
        assert_eq!(world.stands(&issue).await, "development/blocked", "{cause:?}");
        assert_eq!(world.ran_on("developer").len(), runs, "{cause:?}");
        if runs == 1 {
            assert_eq!(world.times_alerted(cause.advice()), 1, "{cause:?}");
        }
        world.ends().await;
    }
}

/// A usage limit from the first claim to the end of the analyst's second run; one call of the store may fail. Answers what it was asked.
async fn a_limit_is_told(fault: Option<(u64, Fault)>) -> Vec<&'static str> {
    let mut world = World::new().await;
    world.store_fails = true;
    world.used_up("analyst", 300);
    let told = world.store.faults.history().len();
    let label = format!("{fault:?}");
    if let Some((nth, fault)) = fault {
        world.store.fail_nth(nth, fault);
    }
    let issue = world.started("Add a greeting").await;
    world.seconds(500).await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human", "{label}");
    let account = world.account(CLAUDE).await;
    assert_eq!(account.causes[&FailureCause::UsageLimit], 1, "{label}");
    assert_eq!(account.standing(world.clock.now()), Standing::Closed, "{label}");
    assert_eq!(world.ran_on("analyst").len(), 2, "{label}");
    assert_eq!(world.times_alerted("usage limit"), 1, "{label}");
    world.nothing_was_burnt(&issue).await;
    let history = world.store.faults.history();
    world.ends().await;
    history[told..].to_vec()
}

#[tokio::test]
async fn each_failing_call_of_the_store_costs_nothing_but_time() {
    let calls = a_limit_is_told(None).await;
    let ours = (1..)
        .zip(calls)
        .filter(|(_, method)| matches!(*method, "accounts" | "commit" | "give_back"));
    let ours: Vec<u64> = ours.map(|(nth, _)| nth).collect();
    assert!(ours.len() > 20, "{ours:?}");
    for nth in ours.into_iter().step_by(5) {
        for fault in [Fault::Before, Fault::After] {
            a_limit_is_told(Some((nth, fault))).await;
        }
    }
}
