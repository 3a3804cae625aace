use std::time::Duration;

use super::*;
use crate::id::{JobId, TaskId};
use crate::run::RunFailure;

const NOW: Timestamp = Timestamp(1_000_000);

fn run(number: u32) -> RunId {
    let job = JobId {
        task: TaskId(7),
        number,
    };
    RunId { job, fence: 1 }
}

fn account() -> AccountHealth {
    AccountHealth::new(AccountId::shared("claude"))
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn failed(health: AccountHealth, cause: FailureCause, at: Timestamp) -> (AccountHealth, Option<News>) {
    let probe = health.probe.unwrap_or(run(1));
    health.after_run(
        probe,
        Some(&RunFailure::new(cause, "it did not work")),
        at,
        THRESHOLD,
    )
}

fn answered(health: AccountHealth, at: Timestamp) -> (AccountHealth, Option<News>) {
    let probe = health.probe.unwrap_or(run(1));
    health.after_run(probe, None, at, THRESHOLD)
}

fn opened() -> AccountHealth {
    (0..5).fold(account(), |health, _| {
        assert_eq!(health.admits(NOW, |_| false), Admits::Yes);
        failed(health, FailureCause::Overload, NOW).0
    })
}

fn limited(resets_at: Option<Timestamp>, retry_after: Option<Duration>) -> (AccountHealth, Option<News>) {
    let failure = RunFailure {
        resets_at,
        ..RunFailure::new(FailureCause::UsageLimit, "it is used up").after(retry_after)
    };
    account().after_run(run(1), Some(&failure), NOW, THRESHOLD)
}

fn report(problem: &str) -> PreflightReport {
    PreflightReport {
        problems: vec![problem.to_owned()],
        ..PreflightReport::default()
    }
}

#[test]
fn five_failures_in_a_row_open_the_breaker_and_one_run_tries_first() {
    let health = opened();
    let Admits::No(refusal @ Refusal::Open { .. }) = health.admits(NOW, |_| false) else {
        panic!("{health:?}")
    };
    let until = refusal.until().unwrap();
    assert_eq!(health.standing(NOW), Standing::Open);
    assert_eq!(health.standing(until), Standing::HalfOpen);
    assert_eq!(health.admits(until, |_| false), Admits::Probe);
    let health = health.with_probe(run(9));
    assert_eq!(
        health.admits(until, |lives| *lives == run(9)),
        Admits::No(Refusal::Probing { run: run(9) })
    );
    // It died, was called off or was never begun: the next one tries.
    assert_eq!(health.admits(until, |_| false), Admits::Probe);

    let (again, _) = failed(health.clone(), FailureCause::Network, until);
    assert_eq!(again.open.as_ref().map(|open| open.pauses), Some(2));
    let (health, news) = answered(health, until);
    assert_eq!((health.admits(until, |_| true), news), (Admits::Yes, None));
}

#[test]
fn the_number_of_failures_that_opens_the_breaker_can_be_set() {
    let failure = RunFailure::new(FailureCause::Overload, "it did not work");
    for (threshold, opens_at) in [(1, 1), (2, 2), (9, 9)] {
        let mut health = account();
        let mut failures = 0;
        while health.open.is_none() {
            health = health.after_run(run(1), Some(&failure), NOW, threshold).0;
            failures += 1;
        }
        assert_eq!(failures, opens_at);
    }
}

#[test]
fn an_answer_between_failures_begins_the_count_anew() {
    let mut health = account();
    for cause in [
        FailureCause::RateLimit,
        FailureCause::Overload,
        FailureCause::ServerError,
        FailureCause::Network,
        // The provider answered.
        FailureCause::Refusal,
        FailureCause::RateLimit,
        // It was not reached, or it was our doing.
        FailureCause::RunnerLost,
        FailureCause::Crash,
    ] {
        health = failed(health, cause, NOW).0;
    }
    assert_eq!((health.failures, health.open.is_none()), (1, true));
    assert_eq!(health.causes[&FailureCause::RateLimit], 2);
    assert_eq!(health.causes[&FailureCause::Crash], 1);
}

#[test]
fn stragglers_of_an_open_breaker_begin_no_pause_but_their_wish_is_heard() {
    let health = opened();
    let until = health.open.as_ref().unwrap().until;
    let (health, _) = failed(health, FailureCause::Overload, NOW);
    assert_eq!(health.open.as_ref().unwrap().until, until);
    let wish = RunFailure::new(FailureCause::RateLimit, "wait").after(Some(Duration::from_secs(900)));
    let (health, _) = health.after_run(run(3), Some(&wish), NOW, THRESHOLD);
    assert_eq!(health.open.as_ref().unwrap().until, later(900));
}

#[test]
fn a_usage_limit_pauses_until_its_reset_and_is_told_once() {
    let (health, news) = limited(Some(later(18_000)), None);
    let refusal = Refusal::UsageLimit { until: later(18_000) };
    assert_eq!(news, Some(News::Stopped(refusal.clone())));
    assert_eq!(refusal.to_string(), "usage limit until 1970-01-01T05:16:40Z");
    assert_eq!(health.admits(later(17_999), |_| false), Admits::No(refusal));
    assert_eq!(health.standing(NOW), Standing::Paused);
    // A run that began before and ends well does not end the pause.
    let (health, news) = health.after_run(run(2), None, later(5), THRESHOLD);
    assert_eq!((health.paused_until, news), (Some(later(18_000)), None));
    assert_eq!(health.admits(later(18_000), |_| false), Admits::Probe);
    let (health, news) = answered(health.with_probe(run(4)), later(18_100));
    assert_eq!(news, Some(News::Working));
    assert_eq!(health.admits(later(18_100), |_| true), Admits::Yes);
}

#[test]
fn what_a_provider_says_of_its_reset_is_believed_within_reason() {
    let week = 7 * 86_400;
    for (resets_at, retry_after, expected) in [
        (Some(later(week)), None, later(week)),
        (None, Some(7_200), later(7_200)),
        (None, None, later(600)),
        (Some(Timestamp(0)), None, later(5)),
        (Some(Timestamp(i64::MAX)), None, later(8 * 86_400)),
    ] {
        let (health, _) = limited(resets_at, retry_after.map(Duration::from_secs));
        assert_eq!(health.paused_until, Some(expected));
    }
}

#[test]
fn what_a_human_has_to_mend_is_told_once_and_stays() {
    let (health, news) = failed(account(), FailureCause::NotLoggedIn, NOW);
    assert!(
        matches!(news, Some(News::Stopped(Refusal::OutOfOrder { .. }))),
        "{news:?}"
    );
    let (health, news) = failed(health, FailureCause::NotLoggedIn, NOW);
    assert_eq!(news, None);
    assert_eq!(health.standing(later(100_000)), Standing::OutOfOrder);
    let (health, news) = health.after_run(run(2), None, later(5), THRESHOLD);
    assert_eq!((health.standing(later(5)), news), (Standing::OutOfOrder, None));
    let reset = health.after_reset();
    assert_eq!(reset.admits(later(5), |_| true), Admits::Yes);
    assert_eq!(reset.causes[&FailureCause::NotLoggedIn], 2);
}

#[test]
fn a_preflight_that_says_something_new_lets_one_run_try() {
    let fine = PreflightReport::default();
    let (health, _) = account().after_preflight(fine.clone(), NOW, false);
    let (health, _) = failed(health, FailureCause::NotLoggedIn, NOW);
    // It was in order before the run failed, too.
    let (health, news) = health.after_preflight(fine.clone(), later(600), false);
    assert_eq!((health.standing(later(600)), news), (Standing::OutOfOrder, None));
    let renewed = PreflightReport {
        login_expires: Some(later(90_000)),
        ..fine
    };
    let (health, _) = health.after_preflight(renewed.clone(), later(1_200), false);
    assert_eq!(health.admits(later(1_200), |_| false), Admits::Probe);
    // It was not mended after all: nobody is told a second time.
    let (health, news) = failed(health.with_probe(run(5)), FailureCause::NotLoggedIn, later(1_300));
    assert_eq!(
        (health.standing(later(1_300)), news),
        (Standing::OutOfOrder, None)
    );
    // Settings may have been mended before a start.
    let (health, _) = health.after_preflight(renewed, later(1_400), true);
    let (health, news) = answered(health.with_probe(run(6)), later(1_500));
    assert_eq!(
        (health.standing(later(1_500)), news),
        (Standing::Closed, Some(News::Working))
    );
}

#[test]
fn a_preflight_with_problems_lets_nothing_begin() {
    let (health, news) = account().after_preflight(report("log in"), NOW, true);
    let refusal = Refusal::Preflight {
        problems: vec!["log in".to_owned()],
    };
    assert_eq!(news, Some(News::Stopped(refusal.clone())));
    assert_eq!(health.admits(NOW, |_| false), Admits::No(refusal));
    assert!(!health.wants_preflight(later(59)) && health.wants_preflight(later(60)));
    let (health, news) = health.after_preflight(PreflightReport::default(), later(60), false);
    assert_eq!(
        (health.admits(later(60), |_| true), news),
        (Admits::Yes, Some(News::Working))
    );
    assert!(!health.wants_preflight(later(659)) && health.wants_preflight(later(660)));
    assert!(health.wants_preflight(NOW), "the clock was set back");
}

#[test]
fn a_role_has_its_own_accounts_or_the_usual_ones() {
    let [claude, codex] = ["claude", "codex"].map(AccountId::shared);
    let own = AccountId::of_project("command", &ProjectId::new("et"));
    let choice = ProviderChoice::new(claude.clone(), [codex.clone(), claude.clone()]).with_role(
        crate::role::Role::new("tester"),
        own.clone(),
        [],
    );
    assert_eq!(
        choice.of(&crate::role::Role::new("developer")),
        [claude.clone(), codex.clone()]
    );
    assert_eq!(
        choice.of(&crate::role::Role::new("tester")),
        std::slice::from_ref(&own)
    );
    assert_eq!(choice.all(), [claude, codex, own.clone()]);
    assert_eq!((own.as_str(), own.provider()), ("command:et", "command"));
}
