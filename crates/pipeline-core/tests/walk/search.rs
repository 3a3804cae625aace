//! The search: breadth first over normal nodes, every event in each, every rule checked after each.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;

use pipeline_core::id::WorkItemId;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::start::start;

use crate::ground::{Decide, Ground};
use crate::happening::{By, Happening, all};
use crate::loops;
use crate::node::Node;
use crate::normal::{TASK, normal};
use crate::start::{NOW, issue};

/// A change from one node to another.
pub(crate) struct Step {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) by: By,
    /// A run of an agent is queued.
    pub(crate) launches: bool,
}

/// What follows from which event in which state: names of states, `ignored`, `illegal`.
pub(crate) type Table = BTreeMap<(&'static str, &'static str), BTreeSet<&'static str>>;

/// Everything that was reached.
#[derive(Default)]
pub(crate) struct Walked {
    pub(crate) nodes: Vec<Node>,
    pub(crate) steps: Vec<Step>,
    pub(crate) pairs: usize,
    pub(crate) table: Table,
    known: HashMap<String, usize>,
    trail: Vec<Option<(usize, &'static str)>>,
    /// How many times people interfered on the shortest way to a node.
    depths: Vec<u32>,
    queues: Vec<VecDeque<usize>>,
    seen: Vec<bool>,
    faults: Vec<Fault>,
}

/// A rule that does not hold, and how to get there.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) what: String,
    trail: Vec<String>,
}

/// So many are shown at once.
const FAULTS: usize = 12;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\nhow to get there:\n  {}",
            self.what,
            self.trail.join("\n  ")
        )
    }
}

/// Walks until nothing new is reached.
pub(crate) fn walk(ground: &Ground<'_>, decide: &Decide) -> Result<Walked, Vec<Fault>> {
    let mut walked = Walked::default();
    for blocker in [None, Some(false)] {
        let change = start(
            TASK,
            WorkItemId::new("ET-001"),
            &issue(blocker),
            ground.rules(NOW),
        );
        walked.reach(Node::first(&change), (None, 0), ground.pipeline);
    }
    while let Some(next) = walked.next() {
        if std::mem::replace(&mut walked.seen[next], true) {
            continue;
        }
        let node = walked.nodes[next].clone();
        for happening in all(&node, ground) {
            if let Err(what) = walked.visit((next, &node), &happening, (ground, decide)) {
                walked.fault(next, (happening.label, what));
            }
        }
        if walked.faults.len() >= FAULTS {
            break;
        }
    }
    if let Some((at, what)) = loops::endless(&walked) {
        walked.fault(at, ("then", what));
    }
    if walked.faults.is_empty() {
        Ok(walked)
    } else {
        Err(walked.faults)
    }
}

impl Walked {
    /// The least disturbed nodes come first, so that a node is visited at its least depth.
    fn next(&mut self) -> Option<usize> {
        self.queues.iter_mut().find_map(VecDeque::pop_front)
    }

    fn visit(
        &mut self,
        (index, node): (usize, &Node),
        happening: &Happening,
        (ground, decide): (&Ground<'_>, &Decide),
    ) -> Result<(), String> {
        self.pairs += 1;
        let tried = happening.tried(node, ground, decide);
        let follows = self.table.entry((node.name(), happening.label)).or_default();
        follows.insert(tried.outcome);
        let Some(after) = tried.holds? else {
            return Ok(());
        };
        let depth = self.depths[index] + ground.reach.cost(happening, node);
        if depth > ground.reach.bound() {
            return Ok(());
        }
        let to = self.reach(after, (Some((index, happening.label)), depth), ground.pipeline);
        self.steps.push(Step {
            from: index,
            to,
            by: happening.by,
            launches: tried.launches,
        });
        Ok(())
    }

    fn reach(
        &mut self,
        node: Node,
        (from, depth): (Option<(usize, &'static str)>, u32),
        pipeline: &Pipeline,
    ) -> usize {
        let node = normal(node, pipeline);
        let next = self.nodes.len();
        let index = *self.known.entry(node.key()).or_insert(next);
        if index == next {
            self.nodes.push(node);
            self.trail.push(from);
            self.depths.push(depth);
            self.seen.push(false);
        } else if depth >= self.depths[index] {
            return index;
        }
        self.depths[index] = depth;
        let depth = depth as usize;
        if self.queues.len() <= depth {
            self.queues.resize_with(depth + 1, VecDeque::new);
        }
        self.queues[depth].push_back(index);
        index
    }

    /// Notes a fault and the way to it; each kind once.
    fn fault(&mut self, at: usize, (event, what): (&'static str, String)) {
        if self.faults.iter().any(|fault| fault.what == what) {
            return;
        }
        let mut trail = vec![event.to_owned()];
        let mut here = Some(at);
        while let Some(index) = here {
            let node = &self.nodes[index];
            let from = self.trail[index];
            let label = from.map_or("start", |(_, label)| label);
            trail.push(format!("{label} → {} at {}", node.name(), node.task.stage));
            here = from.map(|(before, _)| before);
        }
        trail.reverse();
        self.faults.push(Fault { what, trail });
    }
}
