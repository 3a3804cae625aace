//! Collecting the dead: the program itself and every orphan that became our child.

use std::io;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, WaitOptions, WaitStatus, getpid, wait};

use crate::moment;
use crate::tree::{self, Killer};

/// How soon dead orphans are collected.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);

const FIRST_KILL_PAUSE: Duration = Duration::from_millis(1);

/// Remembers how the program ended; the others are only collected.
pub(super) struct Reaper {
    program: Pid,
    status: Option<WaitStatus>,
}

/// Whether processes of the run are left.
#[derive(PartialEq, Eq)]
pub(super) enum Remaining {
    /// At least one child lives.
    Some,
    /// We have no child. As a child subreaper we would have one if any descendant lived.
    None,
}

impl Reaper {
    pub(super) fn new(program: Pid) -> Reaper {
        Reaper {
            program,
            status: None,
        }
    }

    /// Collects all that are dead now; does not block.
    pub(super) fn reap(&mut self) -> io::Result<Remaining> {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.program => self.status = Some(status),
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) => return Ok(Remaining::Some),
                Err(Errno::CHILD) => return Ok(Remaining::None),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// How the program ended, once it has.
    pub(super) fn status(&self) -> Option<WaitStatus> {
        self.status
    }
}

/// Gives up on nobody: see [`runner_main`](crate::runner_main). `meanwhile` is called between the passes.
pub(super) fn kill_until_nobody_is_left(
    reaper: &mut Reaper,
    killer: &mut Killer,
    mut meanwhile: impl FnMut(),
) -> io::Result<()> {
    let me = getpid().as_raw_pid();
    let mut pause = FIRST_KILL_PAUSE;
    while reaper.reap()? == Remaining::Some {
        killer.pass(|| tree::descendants(me));
        meanwhile();
        moment::pause(pause);
        pause = (pause * 2).min(LOOK_AGAIN);
    }
    Ok(())
}
