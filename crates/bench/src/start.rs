//! A cold start to the first 200, and what the daemon costs while nothing happens.

use std::time::Duration;

use process::Command;
use serde_json::json;

use crate::clock::{Stopwatch, pause};
use crate::daemon::{self, Daemon};
use crate::figure::{Conditions, Sheet};
use crate::installation::Installation;
use crate::place::Place;
use crate::samples::Samples;

/// Until what belongs to the start is over.
const SETTLING: Duration = Duration::from_secs(3);
/// How long it is watched doing nothing.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let starts = place.many(40).max(2);
    floor(starts, sheet)?;
    let installation = Installation::new(&place.fresh("start")?, "exit 1\n", 4)?;
    for (home, name) in [("fresh", "start.fresh"), ("existing", "start.existing")] {
        let mut samples = Samples::default();
        for _ in 0..starts {
            if home == "fresh" && installation.path("home").exists() {
                installation.forget()?;
            }
            let daemon = Daemon::start(&installation)?;
            samples.add(daemon.started_in());
            daemon.stop()?;
        }
        let conditions = Conditions::from([
            ("home", json!(home)),
            ("projects", json!(1)),
            ("until", json!("first 200 on /health")),
        ]);
        put(&samples, name, (sheet, &conditions));
    }
    idle(&installation, place, sheet)
}

/// What it takes to start any program, and ours without what it works on.
fn floor(starts: u64, sheet: &mut Sheet) -> anyhow::Result<()> {
    let version = daemon::program()?.into_os_string();
    for (name, program, argument) in [
        ("start.limit.true", "/bin/true".into(), None),
        ("start.limit.version", version, Some("--version")),
    ] {
        let mut samples = Samples::default();
        for _ in 0..starts {
            let command = Command::new(&program).args(argument);
            let watch = Stopwatch::start();
            command.run()?;
            samples.add(watch.elapsed());
        }
        put(&samples, name, (sheet, &Conditions::new()));
    }
    Ok(())
}

fn put(samples: &Samples, name: &str, (sheet, conditions): (&mut Sheet, &Conditions)) {
    for (percent, what) in [(50, "p50"), (99, "p99")] {
        let value = (samples.percentile(percent), "ms");
        sheet.put(&format!("{name}.{what}"), value, samples.count(), conditions);
    }
}

fn idle(installation: &Installation, place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let daemon = Daemon::start(installation)?;
    pause(SETTLING);
    let before = daemon.footprint()?;
    let watched = if place.many(100) == 1 {
        Duration::from_secs(1)
    } else {
        IDLE
    };
    pause(watched);
    let after = daemon.footprint()?;
    daemon.stop()?;
    let conditions = Conditions::from([("projects", json!(1)), ("seconds", json!(watched.as_secs()))]);
    let share = |used: Duration| used.as_secs_f64() / watched.as_secs_f64() * 100.0;
    #[allow(clippy::cast_precision_loss, reason = "counts of a measurement are small")]
    let figures = [
        ("idle.resident", after.resident as f64 / 1024.0, "MiB"),
        ("idle.anonymous", after.anonymous as f64 / 1024.0, "MiB"),
        ("idle.cpu", share(after.cpu - before.cpu), "%"),
        ("idle.programs.cpu", share(after.programs - before.programs), "%"),
        (
            "idle.switches",
            (after.switches - before.switches) as f64 / watched.as_secs_f64(),
            "1/s",
        ),
    ];
    for (name, value, unit) in figures {
        sheet.put(name, (value, unit), 1, &conditions);
    }
    Ok(())
}
