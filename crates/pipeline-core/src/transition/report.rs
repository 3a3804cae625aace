//! Whose word a report is: that of the latest run of its own stage, about the code which that run left (behaviour §4.1).
//! It does not read reports; the gates do.

use crate::stage::{GateName, Stage};
use crate::task::Phase;
use crate::transition::plan::Plan;
use crate::transition::{gathering, merging, stage};

/// The gate and its report, where that is not the word of the stage's latest run: that was called off or failed, or the head is somebody else's. Where only
/// documents are somebody else's, the wish that the gates look at them is a human's word for them.
pub(super) fn outdated(plan: &Plan<'_>, stage: &Stage) -> Option<(GateName, &'static str)> {
    let task = &plan.task;
    let mut gates = stage.gates.iter();
    let read = gates.find_map(|gate| gate.report().map(|report| (*gate, report)));
    let written = task.result.as_ref().is_some_and(|result| {
        let vouched = task.recheck.is_some() && result.code_tree == task.code_tree;
        result.stage.as_ref() == Some(&stage.name) && (!result.adopted || vouched)
    });
    read.filter(|_| task.phase == Phase::Stage && !written)
}

/// Such a report is no verdict, good or bad: it is written again, after those that judge changed code before it.
pub(super) fn write_again(plan: &mut Plan<'_>, stage: &Stage, (gate, report): (GateName, &str)) {
    let reason = format!("{report} is not the word of a run that saw this code");
    if gathering::gently(plan, gate, &reason) {
        return;
    }
    match merging::unseen(plan).filter(|judging| judging.name != stage.name) {
        Some(judging) => merging::judge_again(plan, judging),
        None => stage::work_again(plan, &reason),
    }
}
