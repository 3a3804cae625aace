//! How the board and the store of a home are opened beside its daemon.

use std::sync::Arc;

use app::places::Places;
use pipeline_core::port::board::Board;
use pipeline_core::port::store::Store;

/// Opens what a daemon keeps; whoever uses this module names the adapters.
#[derive(Clone, Copy)]
pub struct Doors {
    /// The embedded board.
    pub board: fn(&Places) -> Arc<dyn Board>,
    /// The store, once a daemon has made it.
    pub store: fn(&Places) -> Option<Arc<dyn Store>>,
}
