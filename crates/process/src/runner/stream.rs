//! One output of the program: read whatever happens, counted, and written to its log.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{OFlags, fcntl_setfl};

use super::capped_log::CappedLog;
use super::lines::Lines;
use crate::moment::{self, Moment};

const CHUNK: usize = 64 << 10;

pub(super) struct Stream {
    pub(super) pipe: Option<File>,
    pub(super) lines: Lines,
    log: CappedLog,
    total: u64,
    last: Option<Stamp>,
    chunk: Vec<u8>,
    kept: Vec<u8>,
}

/// A moment on both clocks.
#[derive(Clone, Copy)]
pub(super) struct Stamp {
    pub(super) moment: Moment,
    pub(super) unix_ms: i64,
}

impl Stream {
    pub(super) fn of(pipe: Option<OwnedFd>, lines: Lines, log: CappedLog) -> io::Result<Stream> {
        if let Some(pipe) = &pipe {
            fcntl_setfl(pipe.as_fd(), OFlags::NONBLOCK)?;
        }
        Ok(Stream {
            pipe: pipe.map(Into::into),
            lines,
            log,
            total: 0,
            last: None,
            chunk: vec![0; CHUNK],
            kept: Vec::new(),
        })
    }

    /// Moves one chunk; true when something came. A pipe that cannot be read any more is treated as closed.
    pub(super) fn read_some(&mut self) -> bool {
        let Some(pipe) = &mut self.pipe else { return false };
        match pipe.read(&mut self.chunk) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                self.keep(count);
                return true;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.pipe = None,
        }
        false
    }

    fn keep(&mut self, count: usize) {
        self.total += count as u64;
        self.last = Some(Stamp {
            moment: Moment::now(),
            unix_ms: moment::unix_ms(),
        });
        self.kept.clear();
        self.lines
            .pass(self.chunk.get(..count).unwrap_or_default(), &mut self.kept);
        self.log.append(&self.kept);
    }

    /// Nothing comes any more: ends the last line and puts the log on the disk.
    pub(super) fn finish(&mut self) {
        self.pipe = None;
        self.kept.clear();
        self.lines.finish(&mut self.kept);
        self.log.append(&self.kept);
        self.log.sync();
    }

    /// Bytes that came in all.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Bytes that came and are not in the log.
    pub(super) fn dropped(&self) -> u64 {
        self.log.dropped() + self.lines.cut()
    }

    /// When something last came.
    pub(super) fn last(&self) -> Option<Stamp> {
        self.last
    }
}
