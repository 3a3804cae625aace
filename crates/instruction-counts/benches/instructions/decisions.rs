//! `decide`: what a task goes through in a simulated night, and an event that changes nothing.

use std::hint::black_box;

use crate::Case;
use scene::{Moment, PAIRS, scene};

#[path = "../../../pipeline-core/benches/decide/scene.rs"]
pub(crate) mod scene;

pub(crate) fn cases() -> Vec<Case> {
    let scene = scene();
    let case = |name: &str, moment: &'static Moment| {
        Case::new(format!("decide: {name}"), move || {
            black_box(scene.decide(black_box(moment)));
        })
    };
    let mut cases: Vec<Case> = PAIRS.iter().map(|pair| case(pair, scene.change(pair))).collect();
    cases.push(case("stale timer", scene.stale_timer()));
    cases
}
