//! Whether a daemon works in a data directory.

use std::io;

use process::DaemonLock;

use crate::places::Places;

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
