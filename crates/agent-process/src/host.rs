//! The machine that runs work on it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use async_trait::async_trait;
use pipeline_core::admission::{Place, Room};
use pipeline_core::port::PortError;
use pipeline_core::port::host::Host;

use crate::blocking::blocking;

/// This machine, and the folders that we fill.
#[derive(Debug, Clone)]
pub struct ProcessHost {
    folders: Vec<(String, PathBuf)>,
}

impl ProcessHost {
    /// Watches the file systems of these folders, each with its name for people. Of folders on one file system the first gives the name.
    #[must_use]
    pub fn new(folders: Vec<(String, PathBuf)>) -> Self {
        Self { folders }
    }

    fn look(&self) -> std::io::Result<Room> {
        let mut room = Room {
            memory: process::free_memory()?,
            places: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for (name, folder) in &self.folders {
            let disk = process::free_disk(folder)?;
            if seen.insert(disk.file_system) {
                room.places.push(Place {
                    name: name.clone(),
                    bytes: disk.bytes,
                    inodes: disk.inodes,
                });
            }
        }
        Ok(room)
    }
}

#[async_trait]
impl Host for ProcessHost {
    async fn room(&self) -> Result<Room, PortError> {
        let host = self.clone();
        blocking(move || host.look().map_err(|error| PortError::retry(error.to_string()))).await
    }
}
