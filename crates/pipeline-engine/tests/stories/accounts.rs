//! Accounts of providers, as stories have them.

use std::time::Duration;

use pipeline_core::id::{AccountId, IssueId, OrderId, TaskId};
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::port::clock::Clock;
use pipeline_core::port::runner::RunWork;
use pipeline_core::port::store::accounts::AccountStore;
use pipeline_core::port::store::orders::{NewOrder, OrderStore};
use pipeline_core::resilience::{AccountHealth, ProviderChoice, Standing};
use pipeline_core::run::{FailureCause, RunFailure};
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

pub(crate) const CLAUDE: &str = "claude";
pub(crate) const CODEX: &str = "codex";

/// A run that failed for this reason.
pub(crate) fn failing(cause: FailureCause) -> ScriptedEnd {
    ScriptedEnd::failing(RunFailure::new(cause, "it did not work"))
}

impl World {
    pub(crate) async fn account(&self, name: &str) -> AccountHealth {
        let accounts = self.looking(self.store.accounts()).await.unwrap();
        let found = accounts
            .into_iter()
            .find(|health| health.account.as_str() == name);
        found.unwrap_or_else(|| AccountHealth::new(AccountId::shared(name)))
    }

    pub(crate) async fn standing(&self, name: &str) -> Standing {
        self.account(name).await.standing(self.clock.now())
    }

    /// Whose provider ran each agent of this role, oldest first.
    pub(crate) fn ran_on(&self, role: &str) -> Vec<String> {
        let started = self.runner.started().into_iter();
        let of_role = started.filter_map(|spec| match spec.work {
            RunWork::Agent {
                role: who, provider, ..
            } if who.as_str() == role => Some(provider.to_string()),
            RunWork::Agent { .. } | RunWork::Command { .. } => None,
        });
        of_role.collect()
    }

    /// The account's allowance is used up for so long.
    pub(crate) fn used_up(&self, role: &str, seconds: u64) {
        let resets_at = self.clock.now().plus(Duration::from_secs(seconds));
        self.next(role, move |_| {
            ScriptedEnd::failing(RunFailure {
                resets_at: Some(resets_at),
                ..RunFailure::new(FailureCause::UsageLimit, "the allowance is used up")
            })
        });
    }

    pub(crate) async fn nothing_was_burnt(&self, issue: &IssueId) {
        let counters = self.task(issue).await.counters;
        assert_eq!((counters.attempts, counters.transient), (0, 0));
        assert!(counters.bounces.is_empty());
    }

    pub(crate) async fn resets(&mut self, account: &str) -> OrderAnswer {
        let account = AccountId::new(account);
        let id = self.places(OperatorOrderKind::ResetProvider { account }).await;
        self.runs_until_idle().await;
        self.answer(id).await.expect("an order is answered")
    }

    /// An order about no task.
    pub(crate) async fn places(&self, what: OperatorOrderKind) -> OrderId {
        let order = NewOrder {
            task: TaskId::NONE,
            by: "olga".to_owned(),
            reason: "logged in again".to_owned(),
            at: self.clock.now(),
            what,
        };
        self.looking(self.store.place(order)).await.unwrap()
    }

    pub(crate) async fn answer(&self, order: OrderId) -> Option<OrderAnswer> {
        self.looking(self.store.order(order))
            .await
            .unwrap()
            .unwrap()
            .answer
    }

    pub(crate) async fn works_with(&mut self, first: &str, second: &str) {
        self.providers = ProviderChoice::new(AccountId::shared(first), [AccountId::shared(second)]);
        self.daemon_dies();
        self.daemon_starts().await;
    }
}
