//! What is walked: the rules, what they go by, and how far the walk goes.

use pipeline_core::decision::Decision;
use pipeline_core::event::Event;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::Project;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use pipeline_core::transition::Rules;

use crate::happening::Happening;
use crate::node::Node;

/// The rules under test: the real transition function, or one that is broken on purpose.
pub(crate) type Decide = dyn Fn(&Task, &Event, Rules<'_>) -> Decision;

/// What the rules go by.
pub(crate) struct Ground<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) project: &'a Project,
    /// How far is walked.
    pub(crate) reach: Reach,
}

/// Which sequences of events are walked. Beyond them every event is still tried and checked, but what it leads to is not walked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Everything that the pipeline and the systems around it do, well or badly, however often, and the answers that people are asked for.
    Machine,
    /// Whatever happens, by whomever, so many times at most besides what is hoped for.
    Disturbed(u32),
}

impl Reach {
    /// What a happening takes of the bound.
    pub(crate) fn cost(self, happening: &Happening, node: &Node) -> u32 {
        u32::from(match self {
            Self::Machine => happening.interferes(node),
            Self::Disturbed(_) => !happening.is_smooth(node),
        })
    }

    pub(crate) fn bound(self) -> u32 {
        match self {
            Self::Machine => 0,
            Self::Disturbed(bound) => bound,
        }
    }
}

impl Ground<'_> {
    pub(crate) fn rules(&self, now: Timestamp) -> Rules<'_> {
        Rules {
            pipeline: self.pipeline,
            project: self.project,
            now,
        }
    }
}
