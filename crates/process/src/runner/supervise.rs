//! From a run directory to the record of how its run ended.

use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::process::Pid;

use super::capped_log::CappedLog;
use super::program;
use super::reaper::{Reaper, kill_until_nobody_is_left};
use super::signals::Signals;
use super::stop::Stop;
use super::supervisor::{Logs, Supervisor, Watch};
use super::vitals::Vitals;
use crate::brand::Brand;
use crate::moment;
use crate::record::{EndReason, ExitRecord, ResourceUse};
use crate::run_dir::{self, CONTROL, stderr_log, stdout_log};
use crate::spec::RunSpec;
use crate::tree::Killer;

/// Runs the program to its end and says how that came about. Errors: only of the run directory or the kernel; a
/// program that cannot be started is a record.
pub(super) fn supervise(
    run_dir: &Path,
    spec: &RunSpec,
    brand: Option<Brand>,
    signals: Signals,
) -> io::Result<ExitRecord> {
    let logs = Logs {
        stdout: CappedLog::new(run_dir::create(&stdout_log(run_dir))?, spec.output_cap),
        stderr: CappedLog::new(run_dir::create(&stderr_log(run_dir))?, spec.output_cap),
    };
    let limit = Duration::from_millis(spec.timeout_ms);
    let stop = Stop::new(run_dir.join(CONTROL), limit, Duration::from_millis(spec.grace_ms));
    let started_at_ms = moment::unix_ms();
    if stop.cancelled() {
        return Ok(never_ran(EndReason::Cancelled, None, started_at_ms));
    }
    let mut vitals = Vitals::new(run_dir, spec, brand);
    let child = match vitals.around(|| program::start(run_dir, spec)) {
        Ok(child) => child,
        Err(error) => {
            vitals.leave();
            let error = Some(error.to_string());
            return Ok(never_ran(EndReason::SpawnFailed, error, started_at_ms));
        }
    };
    let program = Pid::from_child(&child);
    vitals.begin(program, started_at_ms);
    let watch = Watch {
        stop,
        signals,
        vitals,
    };
    let ended = Supervisor::of(child, spec, logs, watch).and_then(|it| it.run(started_at_ms));
    if ended.is_err() {
        // We are about to leave: what we cannot watch must not stay.
        kill_until_nobody_is_left(&mut Reaper::new(program), &mut Killer::default(), || ())?;
    }
    ended
}

fn never_ran(reason: EndReason, error: Option<String>, started_at_ms: i64) -> ExitRecord {
    ExitRecord {
        exit_code: None,
        signal: None,
        reason,
        error,
        started_at_ms,
        finished_at_ms: moment::unix_ms(),
        stdout_bytes: 0,
        stderr_bytes: 0,
        dropped_bytes: 0,
        processes_killed: 0,
        lines: 0,
        resources: ResourceUse {
            note: "the program never ran".to_owned(),
            ..ResourceUse::default()
        },
    }
}
