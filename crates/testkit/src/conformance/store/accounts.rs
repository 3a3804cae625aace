//! How the accounts of providers fare.

use std::sync::Arc;

use pipeline_core::id::AccountId;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::jobs::JobFilter;
use pipeline_core::port::store::tasks::{Commit, Committed, JobEnd};
use pipeline_core::resilience::{AccountHealth, PreflightReport, THRESHOLD};
use pipeline_core::run::{FailureCause, RunFailure};

use crate::conformance::store::{commit, with_task};
use crate::sample::{self, agent_job, at, job, job_id, run_id};

/// The account after a run that failed like so.
fn after(read: AccountHealth, cause: FailureCause) -> AccountHealth {
    let failure = RunFailure::new(cause, "it did not work");
    read.after_run(run_id(1, 1, 1), Some(&failure), at(5), THRESHOLD)
        .0
}

fn new(name: &str) -> AccountHealth {
    AccountHealth::new(AccountId::shared(name))
}

fn written(health: AccountHealth) -> Commit {
    Commit {
        at: at(5),
        account: Some(health),
        ..Commit::default()
    }
}

/// By name; whoever read another revision, or none where there is one, has to read again.
pub async fn an_account_is_kept_under_the_revision_that_was_read(store: Arc<dyn Store>) {
    assert_eq!(store.accounts().await.unwrap(), []);
    commit(&store, written(after(new("codex"), FailureCause::Overload))).await;
    commit(&store, written(new("claude"))).await;
    let again = store.commit(written(new("claude"))).await.unwrap();
    assert_eq!(again, Committed::Stale);

    let read = store.accounts().await.unwrap();
    let names: Vec<&str> = read.iter().map(|health| health.account.as_str()).collect();
    assert_eq!(names, ["claude", "codex"]);
    let [_, codex] = <[AccountHealth; 2]>::try_from(read).unwrap();
    assert_eq!((codex.failures, codex.causes[&FailureCause::Overload]), (1, 1));

    let report = PreflightReport {
        problems: vec!["log in".to_owned()],
        version: Some("2.1.329".to_owned()),
        login_expires: Some(at(9)),
        program: Some("/usr/bin/codex".to_owned()),
        login: Some("stored, chatgpt".to_owned()),
        folder: Some("/home/orchd/.codex".to_owned()),
        warnings: vec!["it is old".to_owned()],
    };
    let checked = codex.clone().after_preflight(report, at(6), false).0;
    commit(&store, written(checked.clone())).await;
    let limited = after(codex, FailureCause::UsageLimit);
    assert_eq!(store.commit(written(limited)).await.unwrap(), Committed::Stale);
    let stored = store.accounts().await.unwrap().remove(1);
    let revision = stored.revision;
    assert_eq!(stored, AccountHealth { revision, ..checked });
    let limited = after(stored, FailureCause::UsageLimit);
    commit(&store, written(limited.clone())).await;
    assert_eq!(
        store.accounts().await.unwrap()[1].paused_until,
        limited.paused_until
    );
}

/// All or nothing.
pub async fn an_account_is_written_with_the_end_of_its_run(store: Arc<dyn Store>) {
    let read = with_task(&store, 1).await;
    let id = job_id(1, 1);
    let queue = Commit {
        jobs: vec![job(id, agent_job())],
        ..sample::update(&read, |_| {})
    };
    commit(&store, queue).await;
    let mut claim = store.claim(sample::claim("a", at(1))).await.unwrap().taken();
    let claimed = claim.pop().expect("the job is claimed");
    let end = |fence, health| Commit {
        job_end: Some(JobEnd {
            job: id,
            fence,
            status: JobStatus::Failed,
        }),
        ..written(health)
    };
    let limited = after(new("claude"), FailureCause::UsageLimit);
    let fenced = store
        .commit(end(claimed.fence + 1, limited.clone()))
        .await
        .unwrap();
    assert_eq!(fenced, Committed::Fenced);
    assert_eq!(store.accounts().await.unwrap(), []);
    commit(&store, written(new("claude"))).await;
    let stale = store.commit(end(claimed.fence, limited.clone())).await.unwrap();
    assert_eq!(stale, Committed::Stale);
    assert_eq!(
        store.jobs(JobFilter::One(id)).await.unwrap()[0].status,
        JobStatus::Running
    );
    let revision = store.accounts().await.unwrap()[0].revision;
    commit(&store, end(claimed.fence, AccountHealth { revision, ..limited })).await;
    assert_eq!(
        store.jobs(JobFilter::One(id)).await.unwrap()[0].status,
        JobStatus::Failed
    );
    assert!(store.accounts().await.unwrap()[0].paused_until.is_some());
}
