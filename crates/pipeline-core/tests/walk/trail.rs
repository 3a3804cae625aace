//! One way through the space: events by their names, from the start on. What the walk finds is told as such a way.

use pipeline_core::decision::Decision;
use pipeline_core::effect::EffectKind;
use pipeline_core::event::Event;
use pipeline_core::id::WorkItemId;
use pipeline_core::pipeline::{Limits, Pipeline};
use pipeline_core::project::{Ci, Project};
use pipeline_core::start::start;
use pipeline_core::task::Task;
use pipeline_core::transition::decide;

use crate::ground::{Ground, Reach};
use crate::happening::all;
use crate::node::Node;
use crate::normal::{TASK, normal};
use crate::start::{NOW, issue, shipped, small, with_ci};

/// A task of the pipeline for defects, and what happened to it.
pub(crate) struct Trail {
    pipeline: Pipeline,
    pub(crate) project: Project,
    pub(crate) node: Node,
    /// What the latest event queued and sent.
    pub(crate) note: String,
    /// The latest event rang.
    pub(crate) rang: bool,
}

impl Trail {
    pub(crate) fn with_ci(ci: Ci) -> Self {
        let limits = small(Pipeline::built_in()).limits;
        Self::with_limits(ci, limits)
    }

    pub(crate) fn with_limits(ci: Ci, limits: Limits) -> Self {
        let pipeline = Pipeline {
            limits,
            ..shipped().swap_remove(0)
        };
        let project = with_ci(ci);
        let ground = ground(&pipeline, &project);
        let change = start(TASK, WorkItemId::new("ET-001"), &issue(None), ground.rules(NOW));
        let node = normal(Node::first(&change), &pipeline);
        Self {
            pipeline,
            project,
            node,
            note: String::new(),
            rang: false,
        }
    }

    /// These events happen one after the other; each has to be possible.
    pub(crate) fn then(mut self, labels: &[&str]) -> Self {
        for label in labels {
            let ground = ground(&self.pipeline, &self.project);
            let happenings = all(&self.node, &ground);
            let Some(happening) = happenings.iter().find(|happening| happening.label == *label) else {
                panic!("no '{label}' in {}", self.node.name());
            };
            let ended = self.node.ended_by(&happening.event);
            let decision = decide(&self.node.task, &happening.event, ground.rules(happening.now));
            self.node = match decision {
                Decision::Change(change) => {
                    self.note.clone_from(&change.note);
                    let mut effects = change.effects.iter();
                    self.rang = effects.any(|effect| matches!(effect.kind, EffectKind::Alert { .. }));
                    ended.with(&change)
                }
                Decision::Ignore(why) | Decision::Illegal(why) => {
                    self.note = why;
                    ended
                }
            };
            self.node = normal(self.node, &self.pipeline);
        }
        self
    }

    /// The task after an event that has no name here.
    pub(crate) fn decides(&self, event: &Event) -> Task {
        let ground = ground(&self.pipeline, &self.project);
        match decide(&self.node.task, event, ground.rules(NOW)) {
            Decision::Change(change) => change.task,
            Decision::Ignore(why) | Decision::Illegal(why) => panic!("{}: {why}", event.name()),
        }
    }

    /// Names of the effects that hold the task.
    pub(crate) fn held_by(&self) -> Vec<&'static str> {
        self.node.outbox.values().map(|effect| effect.name()).collect()
    }

    /// Stage and state.
    pub(crate) fn place(&self) -> String {
        format!("{} {}", self.node.task.stage, self.node.name())
    }
}

fn ground<'a>(pipeline: &'a Pipeline, project: &'a Project) -> Ground<'a> {
    Ground {
        pipeline,
        project,
        reach: Reach::Machine,
    }
}
