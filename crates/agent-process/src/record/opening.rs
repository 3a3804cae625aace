//! The first part of a record, written before the program starts.

use std::io;
use std::path::Path;

use pipeline_core::port::runner::{RunSpec, RunWork};
use pipeline_core::time::Timestamp;

use super::machine::MachineState;
use super::{ExitReason, QueueTimes, Record, RecordKind, RecordReading, SCHEMA, Versions, argv};
use crate::work::WorkKind;

/// Writes what is known of a run that is about to start. One whose program began before is left as it is.
pub(crate) fn open(
    run_dir: &Path,
    spec: &RunSpec,
    kind: WorkKind,
    program: &process::RunSpec,
) -> io::Result<()> {
    match Record::read(run_dir)? {
        RecordReading::Read(before) if !is_without_run(&before) => Ok(()),
        RecordReading::Newer { .. } | RecordReading::Broken(_) => Ok(()),
        RecordReading::Read(_) | RecordReading::Missing => opened(spec, kind, program).write(run_dir),
    }
}

/// The start before this one failed before there was a program; this one may go further.
fn is_without_run(record: &Record) -> bool {
    record
        .end
        .as_ref()
        .is_some_and(|end| end.exit_reason == ExitReason::NeverBegan)
}

fn opened(spec: &RunSpec, kind: WorkKind, program: &process::RunSpec) -> Record {
    let occasion = spec.occasion;
    let (work_item, role, stage, version) = match &spec.work {
        RunWork::Agent {
            work_item,
            role,
            stage,
            version,
            ..
        } => (
            Some(work_item.clone()),
            Some(role.clone()),
            Some(stage.clone()),
            version.clone(),
        ),
        RunWork::Command { .. } => (None, None, None, None),
    };
    let (kind, provider) = match kind {
        WorkKind::Agent { provider } => (RecordKind::Agent, Some(provider.as_str().to_owned())),
        WorkKind::Command => (RecordKind::Command, None),
    };
    Record {
        schema: SCHEMA,
        run: spec.run,
        task: spec.run.job.task,
        project: spec.project.clone(),
        kind,
        work_item,
        role,
        stage,
        fence: spec.run.fence,
        queue: QueueTimes {
            queued_at: occasion.queued_at,
            claimed_at: occasion.claimed_at,
            waited_ms: millis(occasion.claimed_at.since(occasion.queued_at)),
        },
        attempt: occasion.tries.map(|tries| tries.attempt),
        attempts_allowed: occasion.tries.map(|tries| tries.allowed),
        started_at: Timestamp(process::unix_ms()),
        provider,
        argv: argv::shown(&program.argv, &program.env),
        versions: Versions {
            orchd: env!("CARGO_PKG_VERSION").to_owned(),
            provider: version,
        },
        limits: limits(program),
        resources_before: MachineState::now(),
        end: None,
    }
}

/// `wall 3600 s, TERM + 20 s, stall 900 s warn / 1800 s kill, output 64 MiB each, line 64 KiB`.
fn limits(program: &process::RunSpec) -> String {
    let stall = match program.stall_ms {
        0 => "no stall limit".to_owned(),
        stall => format!(
            "stall {} warn / {} kill",
            time(stall),
            time(stall.saturating_mul(2))
        ),
    };
    format!(
        "wall {}, TERM + {}, {stall}, output {} each, line {}",
        time(program.timeout_ms),
        time(program.grace_ms),
        size(program.output_cap),
        size(program.line_cap),
    )
}

fn time(ms: u64) -> String {
    if ms.is_multiple_of(1_000) {
        format!("{} s", ms / 1_000)
    } else {
        format!("{ms} ms")
    }
}

fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    const KIB: u64 = 1 << 10;
    match bytes {
        _ if bytes > 0 && bytes.is_multiple_of(MIB) => format!("{} MiB", bytes / MIB),
        _ if bytes > 0 && bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        _ => format!("{bytes} B"),
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
