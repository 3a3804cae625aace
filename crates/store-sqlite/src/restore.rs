//! Puts a copy in the place of the database, or takes the database as it is after its log was lost.
//!
//! Either way the outside is ahead of the state afterwards. So it becomes another copy (a new epoch), everything that was to be sent counts as
//! perhaps sent, and the next daemon looks at everything open before it sends anything. Whoever calls holds the daemon's lock.

mod swap;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::durable;
use crate::integrity::{self, Integrity};
use crate::migrations::{self, Found};
use crate::open::{self, OpenError, in_use};
use crate::{checkpoints, identity, readers};

/// What was put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What its check found.
    pub integrity: Integrity,
    /// Effects that were to be sent and now count as perhaps sent.
    pub ambiguous: usize,
    /// Where the database that was there is kept, with its log beside it.
    pub kept: Option<PathBuf>,
}

/// Why nothing was restored. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The copy or the database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy is damaged.
    #[error("{path} is not sound ({problem}); nothing was changed: use another backup")]
    Unsound {
        /// The copy.
        path: PathBuf,
        /// The first thing that is wrong.
        problem: String,
    },
    /// The copy is the database itself.
    #[error("{0} is the database itself: name a backup, or use --as-is to take it as it is")]
    Itself(PathBuf),
    /// The new file could not be prepared.
    #[error("{path} could not be prepared ({error}); the database is as it was: make room, then try again")]
    Prepare {
        /// The new file.
        path: PathBuf,
        /// What was said.
        error: String,
    },
    /// The files could not be exchanged.
    #[error(
        "the database could not be put in place ({error}): look at {path} and at the files whose names begin so, then try again"
    )]
    Swap {
        /// The database.
        path: PathBuf,
        /// What was said.
        error: String,
    },
}

/// Looks whether a copy could be restored, and whether its tasks follow from their event logs. Touches nothing, not even for a moment. Blocks.
///
/// # Errors
/// It cannot be opened, or is of a newer schema.
pub fn check(copy: &Path) -> Result<Integrity, OpenError> {
    let connection = open_copy(copy)?;
    let mut integrity = integrity::look(&connection, copy)?;
    integrity
        .problems
        .extend(integrity::replays(&connection, integrity.schema));
    Ok(integrity)
}

fn open_copy(copy: &Path) -> Result<Connection, OpenError> {
    if !copy.exists() {
        return Err(OpenError::Missing(copy.to_owned()));
    }
    let has_log = fs::metadata(in_use::beside(copy, "-wal")).is_ok_and(|log| log.len() > 0);
    let connection = if has_log {
        readers::connect(copy, PATIENCE)
    } else {
        readers::connect_unshared(copy)
    };
    connection.map_err(|error| OpenError::setting(copy, error))
}

/// Puts `copy` in the place of `database`, which is kept under a name with `suffix`. Blocks.
///
/// # Errors
/// Before the files are exchanged nothing was changed.
pub fn restore(copy: &Path, database: &Path, suffix: &str) -> Result<Restored, RestoreError> {
    if let (Ok(one), Ok(other)) = (copy.canonicalize(), database.canonicalize())
        && one == other
    {
        return Err(RestoreError::Itself(copy.to_owned()));
    }
    sound(copy, integrity::look(&open_copy(copy)?, copy)?)?;
    let prepared = in_use::beside(database, ".restoring");
    let failed = |error: String| RestoreError::Prepare {
        path: prepared.clone(),
        error,
    };
    let source = open::connect_still(copy)?;
    durable::write_copy(&source, &prepared).map_err(|error| failed(error.to_string()))?;
    drop(source);
    let ready = prepare(&prepared).map_err(|error| failed(error.to_string()));
    let (ambiguous, integrity) = match ready {
        Ok(ready) => ready,
        Err(error) => {
            // Half a copy helps nobody.
            swap::remove(&prepared);
            return Err(error);
        }
    };
    let kept = swap::into_place(&prepared, database, suffix).map_err(|error| RestoreError::Swap {
        path: database.to_owned(),
        error: error.to_string(),
    })?;
    Ok(Restored {
        integrity,
        ambiguous,
        kept,
    })
}

/// Takes the database as it is, after its log was lost: from then on it is a copy that was restored. Blocks.
///
/// # Errors
/// The file is damaged, or cannot be written.
pub fn take_as_it_is(database: &Path) -> Result<Restored, RestoreError> {
    sound(database, integrity::check(database)?)?;
    let failed = |error: String| RestoreError::Prepare {
        path: database.to_owned(),
        error,
    };
    let (ambiguous, integrity) = prepare(database).map_err(|error| failed(error.to_string()))?;
    in_use::end(database).map_err(|error| failed(error.to_string()))?;
    Ok(Restored {
        integrity,
        ambiguous,
        kept: None,
    })
}

fn sound(path: &Path, integrity: Integrity) -> Result<(), RestoreError> {
    match integrity
        .problems
        .into_iter()
        .find(integrity::Problem::is_of_the_file)
    {
        None => Ok(()),
        Some(problem) => Err(RestoreError::Unsound {
            path: path.to_owned(),
            problem: problem.what,
        }),
    }
}

/// What was to be sent may have been sent since the copy was made: the one that sends it looks first.
const MAY_HAVE_ARRIVED: &str =
    "UPDATE outbox SET status = 'ambiguous', owner = NULL, lease_until = NULL, attempts = max(attempts, 1), fence = fence + 1
    WHERE status IN ('pending', 'in_flight', 'ambiguous')";

const PATIENCE: Duration = Duration::from_secs(5);

/// Brings the schema up to date and makes it another copy. Durable when it returns.
fn prepare(path: &Path) -> Result<(usize, Integrity), PrepareError> {
    let mut connection = open::connect(path, PATIENCE)?;
    if let Found::Schema(from) = migrations::look(&connection)? {
        migrations::run_missing(&mut connection, from)?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    identity::renew(&transaction)?;
    let ambiguous = transaction.execute(MAY_HAVE_ARRIVED, [])?;
    transaction.commit()?;
    checkpoints::move_all(&connection)?;
    let integrity = integrity::look(&connection, path)?;
    Ok((ambiguous, integrity))
}

#[derive(Debug, thiserror::Error)]
enum PrepareError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}
