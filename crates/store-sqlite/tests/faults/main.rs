//! Faults of the disk: the database is read-only, says so, keeps its file, and goes on where that is safe.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support")]

mod rig;
mod full_disk;
mod damage;
mod missing_log;
