//! Beyond the exhaustive walk: long ways at random, with everything that anybody can do, the same ways each time.

use pipeline_core::event::Event;
use pipeline_core::id::WorkItemId;
use pipeline_core::start::start;
use pipeline_core::transition::decide;

use crate::ground::{Ground, Reach};
use crate::happening::{Happening, all};
use crate::node::Node;
use crate::normal::{TASK, normal};
use crate::settings;
use crate::start::{NOW, issue};

/// Ways per setting, and steps of each.
const WAYS: u64 = 40;
const STEPS: usize = 120;

#[test]
fn no_long_way_at_random_ever_stalls_or_revives() {
    for setting in settings() {
        let ground = Ground {
            pipeline: &setting.pipeline,
            project: &setting.project,
            reach: Reach::Machine,
        };
        for seed in 1..=WAYS {
            if let Err(fault) = go(&ground, Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))) {
                panic!("{}: {fault}", setting.name);
            }
        }
    }
}

fn go(ground: &Ground<'_>, mut dice: Dice) -> Result<(), String> {
    let change = start(TASK, WorkItemId::new("ET-001"), &issue(None), ground.rules(NOW));
    let mut node = normal(Node::first(&change), ground.pipeline);
    let mut trail = Vec::new();
    for _ in 0..STEPS {
        let happenings = all(&node, ground);
        let happening = chosen(&happenings, &node, &mut dice);
        trail.push(format!(
            "{} at {}: {}",
            node.name(),
            node.task.stage,
            happening.label
        ));
        let tried = happening.tried(&node, ground, &decide);
        let after = tried
            .holds
            .map_err(|what| format!("{what}\n  {}", trail.join("\n  ")))?;
        // What is over stays over; that was looked at above.
        if node.task.is_over() {
            return Ok(());
        }
        node = after.map_or(node, |after| normal(after, ground.pipeline));
    }
    Ok(())
}

/// Half of the time what is hoped for, so that the way leads somewhere; and giving up seldom.
fn chosen<'a>(happenings: &'a [Happening], node: &Node, dice: &mut Dice) -> &'a Happening {
    let hoped: Vec<&Happening> = happenings
        .iter()
        .filter(|happening| happening.is_smooth(node))
        .collect();
    if !hoped.is_empty() && dice.next().is_multiple_of(2) {
        return hoped[dice.below(hoped.len())];
    }
    let happening = &happenings[dice.below(happenings.len())];
    if ends(happening) && !dice.next().is_multiple_of(8) {
        return &happenings[dice.below(happenings.len())];
    }
    happening
}

fn ends(happening: &Happening) -> bool {
    let ordered = matches!(&happening.event, Event::Ordered(_) | Event::ItemObserved { .. });
    ordered
        && (happening.label.ends_with("ancelled")
            || happening.label.ends_with("cancel")
            || happening.label.ends_with("deleted"))
}

/// Numbers that look random and are the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(count).unwrap()).unwrap()
    }
}
