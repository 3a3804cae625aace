//! Files of the checkout, by their path in the repository. Counts what it moves, for the usage in the result record.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::AgentError;

pub(super) struct Checkout {
    root: PathBuf,
    read: Cell<usize>,
    written: Cell<usize>,
    changed: Cell<usize>,
}

impl Checkout {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            read: Cell::new(0),
            written: Cell::new(0),
            changed: Cell::new(0),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Bytes read so far.
    pub(super) fn bytes_read(&self) -> usize {
        self.read.get()
    }

    /// Bytes written so far.
    pub(super) fn bytes_written(&self) -> usize {
        self.written.get()
    }

    /// Files whose content changed so far.
    pub(super) fn files_changed(&self) -> usize {
        self.changed.get()
    }

    /// The text of a file; none when it does not exist.
    pub(super) fn read(&self, path: &str) -> Result<Option<String>, AgentError> {
        match fs::read(self.root.join(path)) {
            Ok(bytes) => {
                self.read.set(self.read.get() + bytes.len());
                Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(AgentError::io("read", path)(error)),
        }
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Writes a file and the directories above it, unless it holds this text already.
    pub(super) fn write(&self, path: &str, text: &str) -> Result<(), AgentError> {
        if self.read(path)?.as_deref() == Some(text) {
            return Ok(());
        }
        let file = self.root.join(path);
        let folder = file.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(AgentError::io("create the directory of", path))?;
        fs::write(&file, text).map_err(AgentError::io("write", path))?;
        self.written.set(self.written.get() + text.len());
        self.changed.set(self.changed.get() + 1);
        Ok(())
    }

    /// Removes a file; none there is no error.
    pub(super) fn remove(&self, path: &str) -> Result<(), AgentError> {
        match fs::remove_file(self.root.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(AgentError::io("remove", path)(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
