//! Signals to the runner. Without a handler the first process of a container never hears TERM, and any other runner
//! would die of it and leave its program alone.

use std::io::{self, ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::{flag, low_level::pipe};

/// TERM, INT and QUIT ask the runner to end; HUP means nothing to a process without a terminal and is ignored. The program
/// that we start has the default for each of them, also where our starter ignores them (as shells do for what they start
/// in the background): a handler does not outlive exec.
pub(super) struct Signals {
    asked: UnixStream,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Signals> {
        let (asked, sender) = UnixStream::pair()?;
        asked.set_nonblocking(true)?;
        pipe::register(SIGTERM, sender.try_clone()?)?;
        pipe::register(SIGINT, sender.try_clone()?)?;
        pipe::register(SIGQUIT, sender)?;
        flag::register(SIGHUP, Arc::new(AtomicBool::new(false)))?;
        Ok(Signals { asked })
    }

    /// How often the runner was asked to end since the last call.
    pub(super) fn take(&mut self) -> usize {
        let mut bytes = [0; 64];
        loop {
            match self.asked.read(&mut bytes) {
                Ok(count) => return count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return 0,
            }
        }
    }

    /// Ready for reading when there is something to [`take`](Self::take).
    pub(super) fn source(&self) -> &UnixStream {
        &self.asked
    }
}
