//! What every command works with: the attached database, the daemon's lock and how results are shown.

use std::path::Path;
use std::time::Duration;

use app::clock::SystemClock;
use app::daemon::{self, Daemon};
use app::places::Places;
use pipeline_core::port::clock::Clock;
use pipeline_core::time::Timestamp;
use store_sqlite::SqliteStore;

use crate::failure::Failure;
use crate::output::{self, Format, Show};

/// One call of the program.
pub(crate) struct Session {
    /// The daemon's database.
    pub(crate) store: SqliteStore,
    /// How long to wait for the answer to an order.
    pub(crate) patience: Duration,
    /// How results are shown.
    pub(crate) format: Format,
    places: Places,
}

impl Session {
    /// Attaches to the database in this data directory; creates and upgrades nothing. Blocks.
    pub(crate) fn open(home: &Path, patience: Duration, format: Format) -> Result<Self, Failure> {
        let places = Places::in_directory(home);
        let store = SqliteStore::attach(&places.database())?;
        Ok(Self {
            store,
            patience,
            format,
            places,
        })
    }

    /// Whether the daemon lives.
    pub(crate) fn daemon(&self) -> Result<Daemon, Failure> {
        daemon::look(&self.places).map_err(|error| Failure::Lock {
            path: self.places.lock(),
            error,
        })
    }

    /// Where the daemon keeps things.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// Lets time pass between two looks at the store: another process writes the answer, there is no event to wait for.
    pub(crate) async fn pause(&self, time: Duration) {
        SystemClock.sleep_until(self.now().plus(time)).await;
    }

    /// Writes a result to standard output.
    pub(crate) fn show(&self, result: &impl Show) -> Result<(), Failure> {
        output::show(result, self.format)
    }
}
