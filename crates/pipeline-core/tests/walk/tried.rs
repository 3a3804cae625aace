//! One event in one node: what the rules make of it, and whether everything holds then.

use pipeline_core::decision::Decision;
use pipeline_core::job::JobKind;

use crate::check;
use crate::ground::{Decide, Ground};
use crate::happening::Happening;
use crate::node::Node;

/// What came of an event.
pub(crate) struct Tried {
    /// The name of the state that follows, `ignored` or `illegal`.
    pub(crate) outcome: &'static str,
    /// A run of an agent is queued.
    pub(crate) launches: bool,
    /// The node after it, if it changed; or what does not hold.
    pub(crate) holds: Result<Option<Node>, String>,
}

impl Happening {
    /// Lets it happen.
    pub(crate) fn tried(&self, node: &Node, ground: &Ground<'_>, decide: &Decide) -> Tried {
        // Without what the event ends by itself, nothing is otherwise than before it.
        let nothing = |outcome| Tried {
            outcome,
            launches: false,
            holds: if Node::is_ended_by(&self.event) {
                check::stands(&node.ended_by(&self.event)).map(|()| None)
            } else {
                Ok(None)
            },
        };
        match decide(&node.task, &self.event, ground.rules(self.now)) {
            Decision::Ignore(_) => nothing("ignored"),
            Decision::Illegal(_) => nothing("illegal"),
            Decision::Change(change) => {
                let mut jobs = change.jobs.iter();
                let launches = jobs.any(|job| matches!(job.kind, JobKind::Agent(_)));
                let after = node.ended_by(&self.event).with(&change);
                let holds = check::change((node, &after), self, &change, ground)
                    .and_then(|()| check::again(&after, self, &change, (ground, decide)));
                Tried {
                    outcome: change.task.state.name(),
                    launches,
                    holds: holds.map(|()| Some(after)),
                }
            }
        }
    }
}
