//! A machine with room, and disks on which nothing is kept.

use std::collections::BTreeSet;

use async_trait::async_trait;
use pipeline_core::admission::{Place, Room};
use pipeline_core::id::{BranchName, RunId, TaskId};
use pipeline_core::port::PortError;
use pipeline_core::port::host::Host;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::run_storage::RunStorage;
use pipeline_core::port::storage::{AtWork, Storage, Unpinned};
use pipeline_core::progress::{Activity, RunProgress};
use pipeline_core::retention::{Kept, StoredRun};
use pipeline_core::time::Timestamp;

const PLENTY: u64 = 1 << 40;

/// Has room and keeps nothing.
pub(super) struct Machine;

#[async_trait]
impl Host for Machine {
    async fn room(&self) -> Result<Room, PortError> {
        let place = Place {
            name: "data".to_owned(),
            bytes: PLENTY,
            inodes: Some(PLENTY),
        };
        Ok(Room {
            memory: PLENTY,
            places: vec![place],
        })
    }
}

#[async_trait]
impl RunLog for Machine {
    async fn tail(&self, _: &RunId, _: usize) -> Result<String, PortError> {
        Ok(String::new())
    }

    async fn progress(&self, _: &RunId) -> Result<Option<RunProgress>, PortError> {
        Ok(None)
    }

    async fn activity(&self, _: &RunId) -> Result<Option<Activity>, PortError> {
        Ok(None)
    }

    fn place(&self, _: &RunId) -> String {
        "/dev/null".to_owned()
    }
}

#[async_trait]
impl RunStorage for Machine {
    async fn stored(&self) -> Result<Vec<StoredRun>, PortError> {
        Ok(Vec::new())
    }

    async fn remove(&self, _: &RunId) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl Storage for Machine {
    async fn checkouts(&self, _: Vec<BranchName>) -> Result<Vec<BranchName>, PortError> {
        Ok(Vec::new())
    }

    async fn unpin(&self, _: BTreeSet<TaskId>) -> Result<Unpinned, PortError> {
        Ok(Unpinned::default())
    }

    async fn unpin_rest(&self, _: AtWork) -> Result<Unpinned, PortError> {
        Ok(Unpinned::default())
    }

    async fn pack(&self, _: Timestamp) -> Result<bool, PortError> {
        Ok(false)
    }

    async fn set_aside(&self) -> Result<Vec<Kept>, PortError> {
        Ok(Vec::new())
    }
}
