//! A hundred agents at once that write as fast as they can, each through a runner of its own: what passes, and what the daemon notices of it.

use std::fs;
use std::path::PathBuf;

use process::{ExitRecord, read_exit};
use serde_json::json;

use crate::clock::Stopwatch;
use crate::daemon::{Daemon, until};
use crate::figure::{Conditions, Sheet};
use crate::installation::Installation;
use crate::place::Place;

/// More than anybody lets work on a machine like this.
const AT_ONCE: u64 = 100;

/// Waits until all are there, then writes lines of 100 bytes.
const AGENT: &str = "
cat > /dev/null
: > \"PLACE/there/$ORCHD_RUN_ID\"
until [ -e 'PLACE/go' ]; do sleep 0.1; done
timeout SECONDS yes 'a line of the kind that builds print by the thousand and nobody reads, a hundred bytes long as it is'
echo '{\"type\":\"result\"}'
";

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let (agents, seconds) = (
        place.many(AT_ONCE).max(3),
        if place.many(100) == 1 { 1 } else { 5 },
    );
    let agent = AGENT.replace("SECONDS", &seconds.to_string());
    let installation = Installation::new(&place.fresh("chatty")?, &agent, agents)?;
    fs::create_dir(installation.path("there"))?;
    let daemon = Daemon::start(&installation)?;
    let quiet = daemon.footprint()?;
    for number in 0..agents {
        let issue = daemon.write_issue(&format!("Add greeting number {number}"))?;
        daemon.begin(&issue)?;
    }
    until("all agents", || {
        let there = fs::read_dir(installation.path("there"))?.count() as u64;
        Ok((there == agents).then_some(()))
    })?;
    let before = daemon.footprint()?;
    let watch = Stopwatch::start();
    fs::write(installation.path("go"), "")?;
    let runs = installation.places().runs();
    let ended = until("the agents' end", || {
        let ended = exits(&runs)?;
        Ok((ended.len() as u64 >= agents).then_some(ended))
    })?;
    let took = watch.seconds();
    let after = daemon.footprint()?;
    drop(daemon);
    let conditions = Conditions::from([
        ("agents", json!(agents)),
        ("seconds_each", json!(seconds)),
        ("kept_of_each_mb", json!(64)),
    ]);
    let written: u64 = ended.iter().map(|exit| exit.stdout_bytes).sum();
    let kept = written - ended.iter().map(|exit| exit.dropped_bytes).sum::<u64>();
    let cpu = (after.cpu - before.cpu).as_secs_f64() / took;
    #[allow(clippy::cast_precision_loss, reason = "counts of a measurement are small")]
    let figures = [
        ("chatty.seen", written as f64 / took / 1e6, "MB/s"),
        ("chatty.kept", kept as f64 / 1e6, "MB"),
        ("chatty.daemon.cpu", cpu * 100.0, "%"),
        (
            "chatty.daemon.growth",
            (after.resident.saturating_sub(before.resident)) as f64 / 1024.0,
            "MiB",
        ),
        ("chatty.daemon.resident", after.resident as f64 / 1024.0, "MiB"),
        ("chatty.daemon.before", quiet.resident as f64 / 1024.0, "MiB"),
    ];
    for (name, value, unit) in figures {
        sheet.put(name, (value, unit), agents, &conditions);
    }
    Ok(())
}

/// The completion markers that are there.
fn exits(runs: &PathBuf) -> anyhow::Result<Vec<ExitRecord>> {
    let mut found = Vec::new();
    for run in fs::read_dir(runs)? {
        found.extend(read_exit(&run?.path())?);
    }
    Ok(found)
}
