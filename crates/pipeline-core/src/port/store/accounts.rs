//! How the accounts of providers fare: a row each, written by commits under the revision that was read.

use async_trait::async_trait;

use crate::port::store::StoreError;
use crate::resilience::AccountHealth;

/// Accounts of providers.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Every account of which something is known, by name. Rows are written by commits.
    async fn accounts(&self) -> Result<Vec<AccountHealth>, StoreError>;
}
