//! Sessions of providers over several runs: the id of a new one, and what an earlier one had used.

use std::fs;
use std::io;
use std::path::Path;

use pipeline_core::id::RunId;
use pipeline_core::port::runner::RunSpec;
use pipeline_core::usage::Usage;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::record::{Record, RecordReading};
use crate::transcript::Resumed;

/// The id of the session of a run: a UUID (version 5) of the place, the run and its claim. The same start has the same
/// one; another installation, or a database that begins anew, has others.
pub(crate) fn new_id(runs_dir: &Path, spec: &RunSpec) -> String {
    let name = format!(
        "orchd session {}\n{}\n{}",
        runs_dir.display(),
        spec.run,
        spec.occasion.claimed_at.0
    );
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes());
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// What is known of a session that a run is to go on with: the newest record of the task that names it tells.
pub(crate) fn resumed(runs_dir: &Path, run: &RunId, session: &str) -> Resumed {
    let totals = earlier_totals(runs_dir, run, session).unwrap_or_else(|error| {
        tracing::warn!(run.id = %run, %error, "the records of earlier runs could not be read");
        None
    });
    Resumed {
        session: session.to_owned(),
        totals,
    }
}

fn earlier_totals(runs_dir: &Path, run: &RunId, session: &str) -> io::Result<Option<Usage>> {
    let mut newest = None;
    for entry in fs::read_dir(runs_dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Ok(other) = name.parse::<RunId>() else {
            continue;
        };
        if other.job.task != run.job.task || other == *run {
            continue;
        }
        let RecordReading::Read(record) = Record::read(&runs_dir.join(&name))? else {
            continue;
        };
        if let Some(end) = record.end
            && end.session_id.as_deref() == Some(session)
            && newest.is_none_or(|(ended_at, _)| ended_at < end.ended_at)
        {
            newest = Some((end.ended_at, end.session_totals));
        }
    }
    Ok(newest.and_then(|(_, totals)| totals))
}
