//! Every loop ends: what the pipeline does by itself never queues runs in a circle.

use crate::happening::By;
use crate::search::Walked;

/// A node on a circle of automatic steps that queues an agent's run, if there is one. Counters are part of a node, so a circle means
/// that no counter grows along it.
pub(crate) fn endless(walked: &Walked) -> Option<(usize, String)> {
    let mut steps = vec![Vec::new(); walked.nodes.len()];
    for step in walked.steps.iter().filter(|step| step.by == By::Itself) {
        steps[step.from].push(step.to);
    }
    let circles = circles(&steps);
    walked
        .steps
        .iter()
        .find(|step| step.by == By::Itself && step.launches && circles[step.from] == circles[step.to])
        .map(|step| {
            let node = &walked.nodes[step.from];
            let what = format!(
                "runs are queued in a circle from {} at {}",
                node.name(),
                node.task.stage
            );
            (step.from, what)
        })
}

/// The strongly connected component of each node (Tarjan's algorithm with a stack of its own).
fn circles(steps: &[Vec<usize>]) -> Vec<usize> {
    let unseen = usize::MAX;
    let (mut order, mut low) = (vec![unseen; steps.len()], vec![0; steps.len()]);
    let (mut circle, mut stack) = (vec![unseen; steps.len()], Vec::new());
    let (mut count, mut circles) = (0, 0);
    for root in 0..steps.len() {
        let mut path = if order[root] == unseen {
            vec![(root, 0)]
        } else {
            Vec::new()
        };
        while let Some((node, at)) = path.pop() {
            if at == 0 {
                (order[node], low[node]) = (count, count);
                count += 1;
                stack.push(node);
            }
            if let Some(&next) = steps[node].get(at) {
                path.push((node, at + 1));
                if order[next] == unseen {
                    path.push((next, 0));
                } else if circle[next] == unseen {
                    low[node] = low[node].min(order[next]);
                }
                continue;
            }
            if let Some(&(before, _)) = path.last() {
                low[before] = low[before].min(low[node]);
            }
            if low[node] == order[node] {
                while let Some(member) = stack.pop() {
                    circle[member] = circles;
                    if member == node {
                        break;
                    }
                }
                circles += 1;
            }
        }
    }
    circle
}
