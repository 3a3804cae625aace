//! One daemon at a time, on a thread that waits for its end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use app::places::Places;
use pipeline_core::id::ProjectId;
use pipeline_core::port::store::Store;
use rustix::process::{Pid, Signal, kill_process};

use super::doors::Doors;
use super::installation::Installation;
use super::people::People;
use super::processes;
use super::programs::{Ended, Programs};
use super::waiting::{block_on, wait_for};

const PATIENCE: Duration = Duration::from_secs(60);

/// A first daemon that listens to its board.
pub(super) struct Beginning {
    pub(super) daemon: Daemon,
    pub(super) store: Arc<dyn Store>,
    pub(super) people: People,
}

impl Beginning {
    /// Starts it. What people order before their board is connected does not count, so this waits for the connection.
    pub(super) fn of(programs: &Arc<Programs>, doors: Doors, installation: &Installation) -> Self {
        let home = installation.home();
        let mut daemon = Daemon::start(programs, &installation.settings(), &home);
        let places = Places::in_directory(&home);
        let store = wait_for(PATIENCE, || {
            let ended = daemon.ended_by_itself();
            assert!(ended.is_none(), "the first daemon ended: {ended:?}");
            let store = places.database().exists().then(|| (doors.store)(&places))??;
            let connected = block_on(store.cursor("local-board")).ok()?;
            connected.map(|_| store)
        });
        Self {
            daemon,
            store: store.expect("the first daemon connects to its board"),
            people: People::new((doors.board)(&places), ProjectId::new("shop")),
        }
    }
}

/// A daemon that was started.
pub(super) struct Daemon {
    thread: Option<JoinHandle<Ended>>,
    programs: Arc<Programs>,
    settings: PathBuf,
    home: PathBuf,
}

impl Daemon {
    /// Starts one on these settings.
    pub(super) fn start(programs: &Arc<Programs>, settings: &Path, home: &Path) -> Self {
        let mut daemon = Self {
            thread: None,
            programs: Arc::clone(programs),
            settings: settings.to_owned(),
            home: home.to_owned(),
        };
        daemon.begin();
        daemon
    }

    fn begin(&mut self) {
        let (programs, settings) = (Arc::clone(&self.programs), self.settings.clone());
        self.thread = Some(thread::spawn(move || programs.serve(&settings)));
    }

    /// Its process, once it has its lock.
    pub(super) fn pid(&mut self) -> i32 {
        wait_for(PATIENCE, || {
            let ended = self.ended_by_itself();
            assert!(ended.is_none(), "the daemon ended by itself: {ended:?}");
            processes::daemon(&self.home)
        })
        .expect("the daemon has its lock")
    }

    /// What it said when it ended without being told.
    pub(super) fn ended_by_itself(&mut self) -> Option<String> {
        if !self.is_over() {
            return None;
        }
        Some(self.thread.take()?.join().unwrap().stderr)
    }

    fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Signals it and waits for its end: killed, or told to stop and ended by itself.
    pub(super) fn end(&mut self, signal: Signal) {
        let pid = Pid::from_raw(self.pid()).unwrap();
        kill_process(pid, signal).unwrap();
        let ended = self.thread.take().unwrap().join().unwrap();
        // Any signal ends a daemon that does not listen for it yet.
        let is_expected = ended.code.is_none() || (signal != Signal::KILL && ended.code == Some(0));
        assert!(is_expected, "{signal:?}: {:?} {}", ended.code, ended.stderr);
    }

    /// Kills everything of the home; answers what the daemon said.
    pub(super) fn last_words(&mut self) -> String {
        for pid in processes::of_home(&self.home) {
            let _ = processes::kill(pid);
        }
        let ended = self.thread.take().map(JoinHandle::join);
        ended.map_or_else(String::new, |ended| ended.unwrap().stderr)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if !self.is_over() {
            // A test that fails leaves nothing that works on.
            for pid in processes::of_home(&self.home) {
                let _ = processes::kill(pid);
            }
        }
    }
}
