//! How the accounts of providers fare.

use async_trait::async_trait;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::accounts::AccountStore;
use pipeline_core::resilience::AccountHealth;
use rusqlite::{Connection, Row, params};

use crate::SqliteStore;
use crate::columns::{Json, change, integer, rows, unsigned};
use crate::failure::Failure;

#[async_trait]
impl AccountStore for SqliteStore {
    async fn accounts(&self) -> Result<Vec<AccountHealth>, StoreError> {
        let version = match self.recent.accounts() {
            Ok(accounts) => return Ok(accounts),
            Err(version) => version,
        };
        let accounts = self
            .readers
            .read(|connection| Ok(rows(connection, ALL, [], account)?))
            .await?;
        self.recent.keep_accounts(&accounts, version);
        Ok(accounts)
    }
}

/// One row per account: a handful.
const ALL: &str = "SELECT body, revision FROM accounts ORDER BY account";
const INSERT: &str =
    "INSERT INTO accounts (account, body, revision) VALUES (?1, ?2, 1) ON CONFLICT DO NOTHING";
pub(crate) const UPDATE: &str =
    "UPDATE accounts SET body = ?2, revision = revision + 1 WHERE account = ?1 AND revision = ?3";

/// Replaces what is known. False when it is not what was read any more.
pub(crate) fn write(connection: &Connection, health: &AccountHealth) -> Result<bool, Failure> {
    let name = health.account.as_str();
    let written = if health.revision == 0 {
        change(connection, INSERT, params![name, Json(health)])?
    } else {
        change(
            connection,
            UPDATE,
            params![name, Json(health), integer(health.revision)?],
        )?
    };
    Ok(written > 0)
}

fn account(row: &Row<'_>) -> rusqlite::Result<AccountHealth> {
    let Json(health): Json<AccountHealth> = row.get("body")?;
    let revision = unsigned(row, "revision")?;
    Ok(AccountHealth { revision, ..health })
}
