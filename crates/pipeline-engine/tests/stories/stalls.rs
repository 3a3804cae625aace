//! A run that does nothing any more is told once, and again when it stalls again.

use pipeline_core::progress::{RunProgress, Stall};
use pipeline_core::time::Timestamp;

use crate::logs::Logs;
use crate::world::World;

fn seen(stalled_since: Option<i64>) -> RunProgress {
    RunProgress {
        at: Timestamp(0),
        last_output_at: None,
        output_bytes: 0,
        processes: 1,
        cpu_ms: 0,
        rss_bytes: 0,
        stall: stalled_since.map(|since| Stall {
            since: Timestamp(since),
            quiet_ms: 960_000,
            stopped_after_ms: 1_800_000,
        }),
    }
}

#[tokio::test]
async fn a_stall_is_logged_once_while_it_lasts() {
    let logs = Logs::listen();
    let mut world = World::new().await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    let run = world.runner.running()[0];
    let told =
        || logs.times("the run is stalled: no output, no processor time and no changed file for 16m 00s");
    for (stalled_since, expected) in [(None, 0), (Some(1), 1), (Some(1), 1), (None, 1), (Some(2), 2)] {
        world.run_log.stands(run, seen(stalled_since));
        world.seconds(2).await;
        assert_eq!(told(), expected, "{stalled_since:?}");
    }
    world.runner.finish(&run);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    world.ends().await;
}
