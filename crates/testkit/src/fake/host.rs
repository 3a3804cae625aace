//! A machine with as much room as a test says.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use pipeline_core::admission::{Place, Room};
use pipeline_core::port::PortError;
use pipeline_core::port::host::Host;

use crate::fake::faults::Faults;

const PLENTY: u64 = 1 << 40;

/// A machine with as much room as a test says; at first there is plenty.
#[derive(Debug)]
pub struct FakeHost {
    /// Which calls fail.
    pub faults: Faults,
    room: Mutex<Room>,
}

impl Default for FakeHost {
    fn default() -> Self {
        let place = Place {
            name: "data".to_owned(),
            bytes: PLENTY,
            inodes: Some(PLENTY),
        };
        Self {
            faults: Faults::default(),
            room: Mutex::new(Room {
                memory: PLENTY,
                places: vec![place],
            }),
        }
    }
}

impl FakeHost {
    /// Changes what is free.
    pub fn set(&self, change: impl FnOnce(&mut Room)) {
        change(&mut self.room.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[async_trait]
impl Host for FakeHost {
    async fn room(&self) -> Result<Room, PortError> {
        self.faults.port("room", || {
            Ok(self.room.lock().unwrap_or_else(PoisonError::into_inner).clone())
        })
    }
}
