//! How the accounts of providers fare.

use async_trait::async_trait;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::accounts::AccountStore;
use pipeline_core::resilience::AccountHealth;

use crate::fake::store::FakeStore;
use crate::fake::store::state::State;

#[async_trait]
impl AccountStore for FakeStore {
    async fn accounts(&self) -> Result<Vec<AccountHealth>, StoreError> {
        self.call("accounts", |state| Ok(state.accounts.values().cloned().collect()))
    }
}

impl State {
    /// The row is as it was read.
    pub(super) fn is_account_fresh(&self, health: &AccountHealth) -> bool {
        let stored = self.accounts.get(&health.account);
        stored.map_or(0, |stored| stored.revision) == health.revision
    }

    pub(super) fn write_account(&mut self, mut health: AccountHealth) {
        health.revision += 1;
        self.accounts.insert(health.account.clone(), health);
    }
}
