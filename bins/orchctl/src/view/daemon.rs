//! The daemon.

use app::daemon::Daemon;
use serde::Serialize;

/// Whether the daemon lives.
#[derive(Serialize)]
pub(crate) struct DaemonLine {
    running: bool,
    pid: Option<u32>,
}

impl From<Daemon> for DaemonLine {
    fn from(daemon: Daemon) -> Self {
        match daemon {
            Daemon::Down => Self {
                running: false,
                pid: None,
            },
            Daemon::Running { pid } => Self { running: true, pid },
        }
    }
}

impl DaemonLine {
    /// What to know when none lives.
    pub(crate) fn warning(&self) -> Option<String> {
        (!self.running).then(|| "The daemon is not running: nothing moves until orchd is started.".to_owned())
    }
}
