//! Feeding stdin and draining both outputs of one child at once, without ever waiting for end-of-file.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, ChildStdin};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::fs::{OFlags, fcntl_setfl};

use crate::moment::{self, Deadline};

const CHUNK: usize = 64 << 10;

/// How long after the exit a stream that is still being written is read. What the program itself wrote lies in the
/// pipe already; only an escaped grandchild can go on writing.
const REST_LIMIT: Duration = Duration::from_millis(250);

/// Why the watching stopped.
pub(super) enum Ended {
    Exited,
    TimedOut,
}

pub(super) struct Capture {
    stdin: Option<Feed>,
    pub(super) stdout: Stream,
    pub(super) stderr: Stream,
}

/// What is still to be written to the child.
struct Feed {
    pipe: ChildStdin,
    bytes: Vec<u8>,
    written: usize,
}

/// One output stream: the first bytes are kept, the others counted as dropped.
pub(super) struct Stream {
    pipe: Option<std::fs::File>,
    cap: usize,
    pub(super) kept: Vec<u8>,
    truncated: bool,
}

impl Capture {
    pub(super) fn of(child: &mut Child, stdin: &[u8], cap: usize) -> io::Result<Capture> {
        let stdin = match child.stdin.take() {
            Some(pipe) => {
                fcntl_setfl(&pipe, OFlags::NONBLOCK)?;
                Some(Feed {
                    pipe,
                    bytes: stdin.to_vec(),
                    written: 0,
                })
            }
            None => None,
        };
        let stdout = Stream::of(child.stdout.take().map(OwnedFd::from), cap)?;
        let stderr = Stream::of(child.stderr.take().map(OwnedFd::from), cap)?;
        Ok(Capture {
            stdin,
            stdout,
            stderr,
        })
    }

    /// Moves bytes until the process behind `pidfd` has exited or the limit has passed.
    pub(super) fn until_exit(&mut self, pidfd: &OwnedFd, limit: Deadline) -> io::Result<Ended> {
        loop {
            if self.wait(pidfd, limit.remaining())? {
                return Ok(Ended::Exited);
            }
            if limit.passed() {
                return Ok(Ended::TimedOut);
            }
            if self.stdin.as_mut().is_some_and(Feed::write_some) {
                self.stdin = None;
            }
            self.stdout.read_some()?;
            self.stderr.read_some()?;
        }
    }

    /// Reads what lies in the pipes after the exit.
    pub(super) fn rest(&mut self) -> io::Result<()> {
        let limit = Deadline::after(REST_LIMIT);
        self.stdin = None;
        while (self.stdout.read_some()? | self.stderr.read_some()?) && !limit.passed() {}
        Ok(())
    }

    pub(super) fn truncated(&self) -> bool {
        self.stdout.truncated || self.stderr.truncated
    }

    /// True when the process has exited.
    fn wait(&self, pidfd: &OwnedFd, limit: Duration) -> io::Result<bool> {
        let mut fds = vec![PollFd::new(pidfd, PollFlags::IN)];
        for stream in [&self.stdout, &self.stderr] {
            fds.extend(stream.pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        }
        fds.extend(
            self.stdin
                .as_ref()
                .map(|feed| PollFd::new(&feed.pipe, PollFlags::OUT)),
        );
        moment::poll(&mut fds, limit)?;
        Ok(fds.first().is_some_and(|fd| !fd.revents().is_empty()))
    }
}

impl Feed {
    /// True when nothing is left to do: all is written, or the child does not read any more.
    fn write_some(&mut self) -> bool {
        match self
            .pipe
            .write(self.bytes.get(self.written..).unwrap_or_default())
        {
            Ok(count) => {
                self.written += count;
                self.written >= self.bytes.len()
            }
            Err(error) => !is_passing(&error),
        }
    }
}

impl Stream {
    fn of(pipe: Option<OwnedFd>, cap: usize) -> io::Result<Stream> {
        if let Some(pipe) = &pipe {
            fcntl_setfl(pipe.as_fd(), OFlags::NONBLOCK)?;
        }
        Ok(Stream {
            pipe: pipe.map(Into::into),
            cap,
            kept: Vec::new(),
            truncated: false,
        })
    }

    /// Reads one chunk; true when something came.
    fn read_some(&mut self) -> io::Result<bool> {
        let Some(pipe) = &mut self.pipe else {
            return Ok(false);
        };
        let mut chunk = [0; CHUNK];
        match pipe.read(&mut chunk) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                self.keep(chunk.get(..count).unwrap_or_default());
                return Ok(true);
            }
            Err(error) if is_passing(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(false)
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.cap - self.kept.len();
        let taken = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.kept.extend_from_slice(taken);
        self.truncated |= taken.len() < bytes.len();
    }
}

/// Nothing to move right now.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
