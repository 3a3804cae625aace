//! Ports of a state that was restored from a copy. What happened since the copy was made is not in its outbox, and the keys that it gives now
//! were given before to other effects. So what cannot be told by its key is looked for by what it says or holds, before it is done again.

mod tracker;
mod workspace;
mod forge;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pipeline_core::port::store::Store;
use pipeline_engine::ProjectPorts;
use store_sqlite::Identity;

use crate::after_restore::forge::LookingForge;
use crate::after_restore::tracker::LookingTracker;
use crate::after_restore::workspace::LookingWorkspace;

/// The ports as they are, unless the state was restored. `looking` is true while the first look goes on.
pub(crate) fn guard(
    ports: ProjectPorts,
    store: &Arc<dyn Store>,
    identity: Option<&Identity>,
    looking: &Arc<AtomicBool>,
) -> ProjectPorts {
    let Some(identity) = identity.filter(|identity| identity.restored > 0) else {
        return ports;
    };
    ProjectPorts {
        tracker: Arc::new(LookingTracker {
            tracker: ports.tracker,
            store: Arc::clone(store),
            project: ports.project.id.clone(),
            epoch: identity.epoch.chars().take(8).collect(),
        }),
        workspace: Arc::new(LookingWorkspace {
            workspace: ports.workspace,
            forge: Arc::clone(&ports.forge),
        }),
        forge: Arc::new(LookingForge {
            forge: ports.forge,
            looking: Arc::clone(looking),
        }),
        ..ports
    }
}
