//! Dispatch: claims jobs and carries them out, each in a task of its own with a lease that is renewed. Results come back as events.

mod admission;
mod call;
mod execution;
mod stall;
mod provider;
mod agent;
mod command;
mod gather;
mod recovery;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pipeline_core::hold::HoldKind;
use pipeline_core::id::JobId;
use pipeline_core::job::JobKind;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::LeasedJob;
use pipeline_core::time::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::context::Context;
pub(crate) use crate::dispatch::call::Call;

/// Jobs that this process carries out.
pub(crate) struct Dispatcher {
    context: Arc<Context>,
    running: Arc<Mutex<BTreeSet<JobId>>>,
    executions: tokio::sync::Mutex<JoinSet<()>>,
    /// Held from a claim until its job is among the running ones, so that nobody takes it for a stray.
    claiming: tokio::sync::Mutex<()>,
    said: admission::Said,
    ending: watch::Sender<Option<HoldKind>>,
    call: watch::Sender<Call>,
}

impl Dispatcher {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            running: Arc::new(Mutex::new(BTreeSet::new())),
            executions: tokio::sync::Mutex::new(JoinSet::new()),
            claiming: tokio::sync::Mutex::new(()),
            said: admission::Said::default(),
            ending: watch::Sender::new(None),
            call: watch::Sender::new(Call::Work),
        }
    }

    /// Claims and begins everything that can be claimed now and is not held back.
    pub(crate) async fn tick(&self) -> Result<(), StoreError> {
        let _claiming = self.claiming.lock().await;
        self.reap().await;
        let seen = self.look().await?;
        if self.claim(&seen).await? > 0 {
            // What began changes what is held back.
            self.look().await?;
        }
        Ok(())
    }

    /// Looks at what is held back, and says it.
    async fn look(&self) -> Result<admission::Seen, StoreError> {
        let seen = admission::look(&self.context).await?;
        self.said.say(&self.context, &seen).await;
        self.ending.send_if_modified(|ending| {
            let changed = *ending != seen.ending;
            *ending = seen.ending;
            changed
        });
        Ok(seen)
    }

    /// Claims everything that may be claimed under one look; answers how many agents and commands began.
    async fn claim(&self, seen: &admission::Seen) -> Result<usize, StoreError> {
        let mut begun = 0;
        loop {
            let now = self.context.clock.now();
            let request = seen.request(&self.context, now);
            let wanted = request.at_most;
            let jobs = self.context.store.claim(request).await?.taken();
            let are_all = jobs.len() < wanted;
            begun += self.begin_claimed(jobs, now).await?;
            if are_all {
                return Ok(begun);
            }
        }
    }

    /// Begins what was claimed together and answers how many agents and commands that were. One whose checkout is taken goes back for a
    /// moment; where that fails, the others begin all the same.
    async fn begin_claimed(&self, jobs: Vec<LeasedJob>, now: Timestamp) -> Result<usize, StoreError> {
        let without_checkout = self.without_checkout(&jobs).await?;
        let (mut begun, mut outcome) = (0, Ok(()));
        for job in jobs {
            if without_checkout.contains(&job.id) {
                let at = now.plus(Duration::from_secs(1));
                let back = self.context.store.give_back(job.id, job.fence, at, false).await;
                outcome = outcome.and(back.map(|_| ()));
                continue;
            }
            begun += usize::from(admission::is_run(&job));
            self.begin(job, execution::Beginning::Fresh).await;
        }
        outcome.map(|()| begun)
    }

    /// Rings for a tick when an operator placed or lifted a hold.
    pub(crate) async fn notice_holds(&self) -> Result<(), StoreError> {
        if self.said.are_new(&self.context.store.holds().await?) {
            self.context.wakes.dispatch.notify_one();
        }
        Ok(())
    }

    /// Returns when a hold wants the daemon to end.
    pub(crate) async fn ending(&self) -> HoldKind {
        let mut ending = self.ending.subscribe();
        let wished = ending.wait_for(Option::is_some).await.map(|kind| *kind);
        match wished {
            Ok(Some(kind)) => kind,
            // The sender is ours and lives as long as we do.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Calls all executions and waits for their end, no longer than `until`. Answers how many are left, which are then dropped.
    pub(crate) async fn end(&self, call: Call, until: Timestamp) -> usize {
        self.call.send_replace(call);
        let mut executions = self.executions.lock().await;
        loop {
            tokio::select! {
                ended = executions.join_next() => match ended {
                    None => return 0,
                    Some(Ok(())) => {}
                    Some(Err(error)) => tracing::error!(%error, "the execution of a job ended badly"),
                },
                () = self.context.clock.sleep_until(until) => break,
            }
        }
        let left = executions.len();
        if call == Call::Leave {
            executions.shutdown().await;
        }
        left
    }

    /// Takes up what an earlier daemon left: running and ended runs are adopted, lost ones are queued again.
    pub(crate) async fn recover(&self) -> Result<(), StoreError> {
        for job in recovery::adoptable(&self.context).await? {
            self.begin(job, execution::Beginning::Adopted).await;
        }
        provider::check_all(&self.context).await
    }

    /// Jobs leased by us that nobody carries out are taken up again: their task died, or the answer to their claim was lost. A run that was
    /// started is followed, not repeated.
    pub(crate) async fn take_up_strays(&self) -> Result<(), StoreError> {
        let _claiming = self.claiming.lock().await;
        for job in self.context.store.leased().await? {
            if job.owner == self.context.settings.instance && !self.is_running(job.id) {
                tracing::error!(job.id = %job.id, "a job was leased and not carried out; it is taken up");
                let beginning = recovery::beginning_of(&self.context, &job).await;
                if job.cancel_requested && beginning == execution::Beginning::Fresh {
                    // It would make a checkout that nobody gives back any more.
                    execution::call_off_unbegun(&self.context, &job).await?;
                    continue;
                }
                self.begin(job, beginning).await;
            }
        }
        Ok(())
    }

    /// Agents whose task has an earlier one that was called off and has not ended yet; there is one checkout per branch.
    async fn without_checkout(&self, claimed: &[LeasedJob]) -> Result<BTreeSet<JobId>, StoreError> {
        let is_agent = |job: &&LeasedJob| matches!(job.kind, JobKind::Agent(_));
        if !claimed.iter().any(|job| is_agent(&job)) {
            return Ok(BTreeSet::new());
        }
        let leased = self.context.store.leased().await?;
        // Of two that were claimed together the first has the checkout.
        let mut claimed_later: BTreeSet<JobId> = claimed.iter().map(|job| job.id).collect();
        let mut without = BTreeSet::new();
        for job in claimed {
            claimed_later.remove(&job.id);
            let holds = |other: &LeasedJob| {
                other.id.task == job.id.task && other.id != job.id && !claimed_later.contains(&other.id)
            };
            let is_taken = leased.iter().filter(is_agent).any(holds);
            if is_agent(&job) && is_taken {
                without.insert(job.id);
            }
        }
        Ok(without)
    }

    async fn begin(&self, job: LeasedJob, beginning: execution::Beginning) {
        let (context, running, id) = (Arc::clone(&self.context), Arc::clone(&self.running), job.id);
        let call = self.call.subscribe();
        running.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        self.executions.lock().await.spawn(async move {
            execution::carry_out(&context, job, (beginning, call)).await;
            running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            context.wakes.dispatch.notify_one();
        });
    }

    fn is_running(&self, job: JobId) -> bool {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&job)
    }

    async fn reap(&self) {
        while let Some(ended) = self.executions.lock().await.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "the execution of a job ended badly");
            }
        }
    }
}
