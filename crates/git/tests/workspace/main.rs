//! The workspace port with real git: a forge, a mirror and checkouts in temporary directories.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failure here is the failure of a test"
)]

mod fixture;
mod trap;
mod branches;
mod checkouts;
mod harvesting;
mod merged_default;
mod merging;
mod reading;
mod releasing;
mod storage;
mod packing;
mod traps;
mod escapes;
mod hostile;
