//! How long a decision takes and what it allocates, on tasks and events of a simulated night (`examples/night.rs`).

#[path = "decide/scene.rs"]
mod scene;

use divan::{AllocProfiler, Bencher};

use scene::{PAIRS, scene};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A decision that changes the task.
#[divan::bench(args = PAIRS)]
fn change(bencher: Bencher<'_, '_>, pair: &str) {
    let scene = scene();
    let moment = scene.change(pair);
    bencher.bench(|| scene.decide(moment));
}

/// A decision that changes nothing: a timer that was armed again.
#[divan::bench]
fn ignore(bencher: Bencher<'_, '_>) {
    let scene = scene();
    let moment = scene.stale_timer();
    bencher.bench(|| scene.decide(moment));
}

/// Every decision of the night, one after the other.
#[divan::bench(sample_count = 20)]
fn whole_night(bencher: Bencher<'_, '_>) {
    let scene = scene();
    bencher
        .counter(divan::counter::ItemsCount::new(scene.moments.len()))
        .bench(|| {
            for moment in &scene.moments {
                divan::black_box(scene.decide(moment));
            }
        });
}
