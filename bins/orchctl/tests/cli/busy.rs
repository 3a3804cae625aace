//! A data directory in which much is under way.

use std::time::Duration;

use pipeline_core::effect::EffectKind;
use pipeline_core::id::EffectKey;
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::port::store::jobs::{Claim, JobStore};
use pipeline_core::port::store::orders::{NewOrder, OrderStore};
use pipeline_core::port::store::outbox::{OutboxStore, Postponement};
use pipeline_core::run::{RunRecord, RunRow};
use pipeline_core::stage::{Cause, StageName};
use pipeline_core::task::{Bounce, StageTotals, Task, TaskState};
use pipeline_core::timer::{TimerChange, TimerKind};
use pipeline_core::usage::Usage;
use testkit::sample;

use crate::home::{Home, NOW, task};

/// A task at work, with a bounce, a run, an effect that hangs, a timer and an order.
pub(crate) async fn busy() -> Home {
    let home = Home::new();
    let usage = Usage {
        input_tokens: 1_200,
        output_tokens: 345,
        cost_usd: 0.5,
        ..Usage::default()
    };
    let task = working(usage);
    let mut commit = sample::insert(task.clone());
    commit.at = NOW;
    commit.jobs = vec![
        sample::job(sample::job_id(7, 1), sample::agent_job()),
        sample::job(sample::job_id(7, 2), sample::gather_job()),
    ];
    commit.effects = vec![sample::effect(
        7,
        "7-e1",
        EffectKind::Alert {
            text: "look".to_owned(),
        },
    )];
    commit.timers = vec![(
        task.id,
        TimerChange::Arm {
            kind: TimerKind::CiPoll,
            generation: 1,
            due: NOW,
        },
    )];
    commit.run = Some(RunRow {
        finished_at: Some(sample::at(252)),
        outcome: "finished".to_owned(),
        record: RunRecord {
            exit_code: Some(0),
            usage,
            duration_ms: 252_000,
            ..RunRecord::default()
        },
        ..sample::run_row(sample::run_id(7, 1, 1))
    });
    home.commit(commit).await;
    work(&home).await;
    home
}

/// The gathering is claimed, the alert could not be sent, and somebody ordered a restart.
async fn work(home: &Home) {
    let claim = home
        .store
        .claim(sample::claim("daemon", sample::at(1)))
        .await
        .unwrap();
    assert!(matches!(claim, Claim::Taken(_)));
    let claim = sample::effect_claim("daemon", NOW, 1);
    let sent = home.store.claim_effects(claim).await.unwrap();
    assert_eq!(sent.len(), 1);
    let back = Postponement {
        key: EffectKey::new("7-e1"),
        fence: sent[0].fence,
        at: NOW.plus(Duration::from_secs(9)),
        error: "503 from chat".to_owned(),
        ambiguous: false,
        costs_a_try: true,
    };
    home.store.postpone(back).await.unwrap();
    home.store
        .place(NewOrder {
            task: sample::task(7).id,
            by: "ann".to_owned(),
            reason: "CI is mended".to_owned(),
            at: sample::at(300),
            what: OperatorOrderKind::Restart,
        })
        .await
        .unwrap();
}

/// Task 7 in development, sent back once by the reviewer.
fn working(usage: Usage) -> Task {
    let mut task = Task {
        stage: StageName::new("development"),
        state: TaskState::Working {
            job: sample::job_id(7, 1),
        },
        pull_request: Some(3),
        head: Some(sample::sha('a')),
        bounces: vec![Bounce {
            from: StageName::new("review"),
            cause: Cause::Review,
            reason: "REQUEST_CHANGES".to_owned(),
            findings: vec!["P1: no test".to_owned()],
            fingerprint: None,
            at: sample::at(60),
        }],
        ..task(7)
    };
    task.counters.bounces.insert(Cause::Review, 1);
    task.timers.insert(TimerKind::CiPoll, 1);
    task.totals.insert(
        StageName::new("development"),
        StageTotals {
            runs: 1,
            usage,
            duration_ms: 252_000,
            model: Some("demo".to_owned()),
            finished: true,
            ..StageTotals::default()
        },
    );
    task
}
