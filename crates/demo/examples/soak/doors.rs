//! The adapters that board and store are opened with.

use std::sync::Arc;

use app::clock::SystemClock;
use app::places::Places;
use demo::soak::doors::Doors;
use pipeline_core::port::board::Board;
use pipeline_core::port::store::Store;
use store_sqlite::SqliteStore;
use tracker_local::LocalBoard;

pub(crate) const DOORS: Doors = Doors { board, store };

fn board(places: &Places) -> Arc<dyn Board> {
    LocalBoard::open(&places.board(), Arc::new(SystemClock)).expect("the board can be opened")
}

fn store(places: &Places) -> Option<Arc<dyn Store>> {
    Some(Arc::new(SqliteStore::attach(&places.database()).ok()?))
}
