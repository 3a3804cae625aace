//! Looking at a run from outside: does it live, how did it end, please stop.

use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::lock;
use crate::moment::{self, Deadline};
use crate::record::ExitRecord;
use crate::run_dir::{self, CANCEL, CONTROL};

/// How often [`wait`] looks when it cannot watch the runner itself.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    /// Its runner lives.
    Running,
    /// It has ended and left its marker; none of its processes is left.
    Finished(ExitRecord),
    /// No runner and no marker: the runner was killed, or the machine went down. Processes of the run may be left
    /// ([`kill_orphans`](crate::kill_orphans)).
    Lost,
}

/// Where the run stands now. Errors: the directory cannot be read, or the marker is no marker.
pub fn follow(run_dir: &Path) -> io::Result<RunState> {
    if let Some(record) = read_exit(run_dir)? {
        return Ok(RunState::Finished(record));
    }
    if lock_held(run_dir)? {
        return Ok(RunState::Running);
    }
    // It may have finished between the two looks; a runner lets go of its lock only after the marker is in place.
    Ok(read_exit(run_dir)?.map_or(RunState::Lost, RunState::Finished))
}

/// Blocks until the run is over or `limit` has passed; then the same as [`follow`]. Learns of the end at once.
pub fn wait(run_dir: &Path, limit: Duration) -> io::Result<RunState> {
    let deadline = Deadline::after(limit);
    loop {
        let runner = watch_runner(run_dir);
        let state = follow(run_dir)?;
        if state != RunState::Running || deadline.passed() {
            return Ok(state);
        }
        match runner {
            Some(runner) => {
                moment::poll(&mut [PollFd::new(&runner, PollFlags::IN)], deadline.remaining())?;
            }
            None => moment::pause(deadline.remaining().min(LOOK_AGAIN)),
        }
    }
}

/// A descriptor that becomes ready when the runner ends. Opened *before* the lock is looked at: if the lock is still
/// held then, the pid in it was that of a living runner all the time, and the descriptor is its.
fn watch_runner(run_dir: &Path) -> Option<rustix::fd::OwnedFd> {
    let pid = lock::holder(&run_dir.join(run_dir::LOCK))?;
    pidfd_open(Pid::from_raw(i32::try_from(pid).ok()?)?, PidfdFlags::empty()).ok()
}

/// Whether the run's runner lives.
pub fn lock_held(run_dir: &Path) -> io::Result<bool> {
    lock::is_held(&run_dir.join(run_dir::LOCK))
}

/// The completion marker; `None` when there is none (yet).
pub fn read_exit(run_dir: &Path) -> io::Result<Option<ExitRecord>> {
    run_dir::read_json(&run_dir.join(run_dir::EXIT))
}

/// Asks the runner to stop the program: TERM, grace, KILL. Returns at once; the end is seen by [`wait`]. No effect on a
/// run that is over. No signal is sent from here, so that nobody else's process can be hit.
pub fn cancel(run_dir: &Path) -> io::Result<()> {
    run_dir::write_whole(run_dir, CONTROL, format!("{CANCEL}\n").as_bytes())
}
