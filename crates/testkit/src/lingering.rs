//! A program that outlived whoever started it, and still writes where it was told to.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};

/// Makes one directory after the other, and whatever is missing above them, until it is ended.
#[derive(Debug)]
pub struct Lingering {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Lingering {
    /// Writes below this directory from now on.
    #[must_use]
    pub fn below(folder: PathBuf) -> Self {
        let (stop, is_over) = channel();
        let thread = thread::spawn(move || {
            for number in 0_u64.. {
                fs::create_dir_all(folder.join(number.to_string())).ok();
                if is_over.try_recv() == Err(TryRecvError::Disconnected) {
                    return;
                }
            }
        });
        Self { stop, thread }
    }

    /// Returns when it has written for the last time.
    pub fn end(self) {
        drop(self.stop);
        self.thread.join().expect("it does nothing that panics");
    }
}
