//! How long a decision takes and what it allocates, on tasks and events of a simulated night (`examples/night.rs`).
#![allow(clippy::expect_used, reason = "a benchmark stops when it cannot go on")]

#[allow(dead_code, reason = "a module of this benchmark has no use for its main")]
#[path = "../examples/night.rs"]
mod night;

use std::sync::OnceLock;

use divan::{AllocProfiler, Bencher};
use pipeline_core::decision::Decision;
use pipeline_core::event::Event;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::Project;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use pipeline_core::transition::{Rules, decide};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const SEED: u64 = 1;

/// Stage, state and event; the first of them that changes the task is taken.
const PAIRS: [&str; 12] = [
    "created starting effect_done",
    "analysis working agent_finished",
    "analysis gathering evidence_gathered",
    "analysis waiting-human item_ordered",
    "development publishing effect_done",
    "development waiting-ci head_observed",
    "development waiting-ci timer_fired",
    "review gathering evidence_gathered",
    "testing gathering evidence_gathered",
    "testing merging effect_done",
    "deploy merging effect_done",
    "deploy blocked item_ordered",
];

fn main() {
    divan::main();
}

/// A decision that changes the task.
#[divan::bench(args = PAIRS)]
fn change(bencher: Bencher<'_, '_>, pair: &str) {
    let scene = scene();
    let moment = scene.moment(|moment| {
        let changes = matches!(scene.decide(moment), Decision::Change(_));
        changes && pair == moment.name()
    });
    bencher.bench(|| scene.decide(moment));
}

/// A decision that changes nothing: a timer that was armed again.
#[divan::bench]
fn ignore(bencher: Bencher<'_, '_>) {
    let scene = scene();
    let moment = scene.moment(|moment| {
        let stale = matches!(scene.decide(moment), Decision::Ignore(_));
        stale && matches!(moment.event, Event::TimerFired { .. })
    });
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

/// What the rules were asked in a night.
struct Scene {
    pipeline: Pipeline,
    project: Project,
    moments: Vec<Moment>,
}

struct Moment {
    task: Task,
    event: Event,
    now: Timestamp,
}

impl Scene {
    fn decide(&self, moment: &Moment) -> Decision {
        let rules = Rules {
            pipeline: &self.pipeline,
            project: &self.project,
            now: moment.now,
        };
        decide(&moment.task, &moment.event, rules)
    }

    fn moment(&self, wanted: impl Fn(&Moment) -> bool) -> &Moment {
        let found = self.moments.iter().find(|moment| wanted(moment));
        found.expect("the night has such a moment; choose another seed")
    }
}

impl Moment {
    fn name(&self) -> String {
        format!(
            "{} {} {}",
            self.task.stage,
            self.task.state.name(),
            self.event.name()
        )
    }
}

fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let mut moments = Vec::new();
        night::watched_night(SEED, &mut |task, event, now| {
            let (task, event) = (task.clone(), event.clone());
            moments.push(Moment { task, event, now });
        });
        Scene {
            pipeline: Pipeline::built_in(),
            project: night::project(),
            moments,
        }
    })
}
