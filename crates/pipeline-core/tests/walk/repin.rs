//! A task is moved to another definition.

use pipeline_core::event::Event;
use pipeline_core::id::OrderId;
use pipeline_core::order::{OperatorOrder, OperatorOrderKind};
use pipeline_core::pipeline::Pipeline;

use crate::ground::Ground;
use crate::happening::{By, Happenings};
use crate::node::Node;
use crate::normal::TASK;
use crate::start::NOW;

/// To a definition that has another name: what a task does by it is the same, so the walk goes on by the one that it knows.
pub(crate) fn happens(happenings: &mut Happenings, node: &Node, ground: &Ground<'_>) {
    let renamed = Pipeline {
        name: "renamed".to_owned(),
        ..ground.pipeline.clone()
    };
    let order = OperatorOrder {
        id: OrderId(1),
        task: TASK,
        by: "olga".to_owned(),
        reason: "a reason".to_owned(),
        at: NOW,
        what: OperatorOrderKind::Repin,
    };
    let event = Event::Repinned {
        order,
        from: node.task.pipeline.clone(),
        to: Box::new(renamed),
    };
    happenings.add("orchctl task repin", By::Person, event);
}
