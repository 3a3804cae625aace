//! Whether a daemon works in a data directory.

use std::io;

use process::DaemonLock;

use crate::places::Places;
use crate::wire::StartError;
use crate::wire::error::make_directory;

/// What is known of the daemon of a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Daemon {
    /// None lives.
    Down,
    /// One lives.
    Running {
        /// Its process; none in the instant before it has written itself down.
        pid: Option<u32>,
    },
}

/// Looks at the daemon's lock, which ends with its holder however that dies. Creates nothing.
///
/// # Errors
/// The lock file is there but cannot be opened or tried.
pub fn look(places: &Places) -> io::Result<Daemon> {
    let lock = places.lock();
    if DaemonLock::is_held(&lock)? {
        return Ok(Daemon::Running {
            pid: DaemonLock::holder(&lock),
        });
    }
    Ok(Daemon::Down)
}

/// The daemon's place, taken: none starts in the data directory while this lives.
pub struct Place {
    _lock: DaemonLock,
}

/// Takes the daemon's place; makes the data directory where there is none.
///
/// # Errors
/// A daemon lives, or the directory cannot be used.
pub fn take_place(places: &Places) -> Result<Place, StartError> {
    make_directory(places.root())?;
    let lock = DaemonLock::acquire(&places.lock())?;
    Ok(Place { _lock: lock })
}
