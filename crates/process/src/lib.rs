//! The only crate that spawns: sessions, containment, output capture, the runner.
//!
//! Two ways to run a program:
//! - [`Command`]: one shot, blocking, for programs that end in seconds or minutes (git, a project's check);
//! - [`launch`]: a *run* that outlives the caller. It belongs to a runner, the same binary in runner mode
//!   ([`runner_main`]); the caller looks at it through its run directory ([`follow`], [`wait`], [`cancel`]).
//!
//! Everything blocks: an async caller uses its blocking pool. Linux only. This crate must not know what is run:
//! nothing of tasks, stages, agents or git.

mod moment;
mod spawn;
mod environment;
mod tree;
mod command;
mod lock;
mod run_dir;
mod spec;
mod record;
mod progress;
mod brand;
mod cgroup;
mod ledger;
mod launch;
mod runner;
mod follow;
mod orphans;
mod log_text;
mod room;

pub use command::{Command, DEFAULT_OUTPUT_CAP, DEFAULT_TIMEOUT, ExitOutcome, Output, SpawnError};
pub use environment::inherit;
pub use follow::{RunState, cancel, follow, lock_held, read_exit, wait};
pub use launch::{LaunchError, LaunchSpec, RunnerCommand, launch};
pub use lock::{DaemonLock, DaemonLockError};
pub use log_text::tail;
pub use moment::unix_ms;
pub use orphans::kill_orphans;
pub use progress::{Progress, read_progress};
pub use record::{EndReason, ExitRecord, ResourceSource, ResourceUse};
pub use room::{DiskRoom, free_disk, free_memory};
pub use run_dir::{RUN_DIR_VARIABLE, stderr_log, stdout_log, write_whole};
pub use runner::{EXIT_ALREADY_RUNNING, EXIT_RUNNER_FAILED, runner_main};
pub use spawn::resolve as find_program;
pub use spec::{DEFAULT_LINE_CAP, DoneLine, RunSpec};
