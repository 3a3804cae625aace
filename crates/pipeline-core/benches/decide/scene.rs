//! Tasks and events of a simulated night, as the rules were asked. For whatever measures decisions.
#![allow(clippy::expect_used, reason = "a measurement stops when it cannot go on")]

#[allow(dead_code, reason = "a module of a measurement has no use for its main")]
#[path = "../../examples/night.rs"]
mod night;

use std::sync::OnceLock;

use pipeline_core::decision::Decision;
use pipeline_core::event::Event;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::Project;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use pipeline_core::transition::{Rules, decide};

const SEED: u64 = 1;

/// Stage, state and event; what a task goes through.
pub(crate) const PAIRS: [&str; 12] = [
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

/// What the rules were asked in a night.
pub(crate) struct Scene {
    pipeline: Pipeline,
    project: Project,
    pub(crate) moments: Vec<Moment>,
}

pub(crate) struct Moment {
    pub(crate) task: Task,
    pub(crate) event: Event,
    now: Timestamp,
}

impl Scene {
    pub(crate) fn decide(&self, moment: &Moment) -> Decision {
        let rules = Rules {
            pipeline: &self.pipeline,
            project: &self.project,
            now: moment.now,
        };
        decide(&moment.task, &moment.event, rules)
    }

    /// The first moment of a pair that changes the task.
    pub(crate) fn change(&self, pair: &str) -> &Moment {
        self.moment(|moment| {
            let changes = matches!(self.decide(moment), Decision::Change(_));
            changes && pair == moment.name()
        })
    }

    /// A timer that was armed again meanwhile.
    pub(crate) fn stale_timer(&self) -> &Moment {
        self.moment(|moment| {
            let stale = matches!(self.decide(moment), Decision::Ignore(_));
            stale && matches!(moment.event, Event::TimerFired { .. })
        })
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

/// The night, simulated once.
pub(crate) fn scene() -> &'static Scene {
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
