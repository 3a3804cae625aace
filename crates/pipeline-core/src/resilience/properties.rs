//! What holds whatever happens to an account.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::id::{JobId, TaskId};
use crate::run::RunFailure;

#[derive(Debug, Clone)]
enum Happening {
    Ended(u32, Option<(usize, Option<u32>, Option<i64>)>),
    Preflight(bool, bool),
    Began(u32),
    Reset,
}

fn run(number: u32) -> RunId {
    let job = JobId {
        task: TaskId(1),
        number,
    };
    RunId { job, fence: 1 }
}

fn happening() -> impl Strategy<Value = Happening> {
    let failure = (
        0..FailureCause::ALL.len(),
        any::<Option<u32>>(),
        any::<Option<i64>>(),
    );
    prop_oneof![
        6 => (0..4_u32, proptest::option::weighted(0.7, failure)).prop_map(|(run, end)| Happening::Ended(run, end)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(ok, start)| Happening::Preflight(ok, start)),
        3 => (0..4_u32).prop_map(Happening::Began),
        1 => Just(Happening::Reset),
    ]
}

fn happen(health: AccountHealth, what: &Happening, now: Timestamp) -> AccountHealth {
    match what {
        Happening::Ended(number, end) => {
            let failure = end.as_ref().map(|(cause, wish, resets_at)| RunFailure {
                resets_at: resets_at.map(Timestamp),
                ..RunFailure::new(FailureCause::ALL[*cause], "m")
                    .after(wish.map(|wish| Duration::from_secs(wish.into())))
            });
            health.after_run(run(*number), failure.as_ref(), now, THRESHOLD).0
        }
        Happening::Preflight(ok, start) => {
            let problems = if *ok {
                Vec::new()
            } else {
                vec!["log in".to_owned()]
            };
            let report = PreflightReport {
                problems,
                ..PreflightReport::default()
            };
            health.after_preflight(report, now, *start).0
        }
        Happening::Began(number) if health.admits(now, |_| false) == Admits::Probe => {
            health.with_probe(run(*number))
        }
        Happening::Began(_) => health,
        Happening::Reset => health.after_reset(),
    }
}

proptest! {
    #[test]
    fn nothing_but_a_human_or_a_preflight_holds_an_account_for_ever(
        story in vec((happening(), 0..100_000_i64), 0..60),
    ) {
        let (mut health, mut now) = (AccountHealth::new(AccountId::shared("claude")), Timestamp(0));
        let mut failures = 0;
        for (what, passed) in &story {
            now = Timestamp(now.0 + passed);
            failures += u64::from(matches!(what, Happening::Ended(_, Some(_))));
            health = happen(health, what, now);
            // The longest pause that any word of a provider can bring.
            let end = now.plus(Duration::from_secs(9 * 86_400));
            match health.admits(end, |_| false) {
                Admits::Yes | Admits::Probe => {}
                Admits::No(Refusal::OutOfOrder { .. }) => prop_assert!(health.problem.is_some()),
                Admits::No(Refusal::Preflight { .. }) => {
                    prop_assert!(health.preflight.as_ref().is_some_and(|made| !made.report.is_ok()));
                    prop_assert!(health.wants_preflight(end));
                }
                Admits::No(other) => prop_assert!(false, "{other:?}"),
            }
            // Only one goes first.
            if health.admits(now, |_| false) == Admits::Probe {
                let probing = health.clone().with_probe(run(9));
                prop_assert_eq!(probing.admits(now, |_| true), Admits::No(Refusal::Probing { run: run(9) }));
            }
        }
        prop_assert_eq!(health.causes.values().sum::<u64>(), failures);
        let text = serde_json::to_string(&health).unwrap();
        prop_assert_eq!(&serde_json::from_str::<AccountHealth>(&text).unwrap(), &health);
        prop_assert_eq!(health.after_reset().admits(now, |_| true), Admits::Yes);
    }
}
