//! A night with fifty tasks, in about a second: the rules under a fake clock, with everything around them in memory and much of it failing.
//!
//! ```text
//! cargo run -p pipeline-core --example night            # seed 1
//! cargo run -p pipeline-core --example night -- 42      # another night; the same seed always gives the same one
//! ```
//!
//! Agents crash, providers are overloaded, reviewers ask for changes, CI is red, webhooks are lost, the daemon dies between deciding and
//! committing. The rules see none of that but as events; what they decide is carried out by the few hundred lines in `night/`.
#![allow(clippy::print_stdout, reason = "an example tells what it found")]

#[path = "night/chance.rs"]
mod chance;
#[path = "night/agenda.rs"]
mod agenda;
#[path = "night/forge.rs"]
mod forge;
#[path = "night/agents.rs"]
mod agents;
#[path = "night/world.rs"]
mod world;
#[path = "night/outside.rs"]
mod outside;
#[path = "night/people.rs"]
mod people;
#[path = "night/table.rs"]
mod table;

use std::collections::BTreeMap;
use std::time::Duration;

use pipeline_core::effect::MergeStyle;
use pipeline_core::id::{IssueId, TaskId};
use pipeline_core::observation::{Blocker, ItemObservation};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::start::{start, work_item};
use pipeline_core::time::Timestamp;

use agenda::Due;
use chance::Chance;
use table::Report;
use world::{Witness, World};

const TASKS: u64 = 50;
/// 2026-11-21 at 20:00 UTC.
const EVENING: Timestamp = Timestamp(1_795_291_200_000);
/// People look at the board so often.
const PATROL: Duration = Duration::from_secs(20 * 60);
/// No night is longer; it ends when all is quiet.
const LONGEST: Duration = Duration::from_secs(48 * 3_600);

fn main() {
    let seed = std::env::args().nth(1).and_then(|text| text.parse().ok());
    println!("{}", night(seed.unwrap_or(1)).text());
}

/// Simulates one night.
pub(crate) fn night(seed: u64) -> Report {
    watched_night(seed, &mut |_, _, _| ())
}

/// Simulates one night before a witness.
pub(crate) fn watched_night(seed: u64, witness: Witness<'_>) -> Report {
    let mut world = World::new(Pipeline::built_in(), project(), EVENING, witness);
    for number in 1..=TASKS {
        admit(
            &mut world,
            number,
            Chance::new(seed.wrapping_mul(1_000_003) ^ number),
        );
    }
    world.agenda.after(PATROL, Due::Patrol);
    while let Some(due) = world.agenda.next(EVENING.plus(LONGEST)) {
        happen(&mut world, due);
    }
    Report::of(world)
}

fn happen(world: &mut World<'_>, due: Due) {
    match due {
        Due::Event { task, event, attempt } => {
            if world.is_current(task, attempt) {
                world.step(task, &event, attempt);
            }
        }
        Due::Ci {
            task,
            commit,
            decided,
        } => world.ci(task, commit, decided),
        Due::Patrol => {
            people::patrol(world);
            if !people::all_is_quiet(world) {
                world.agenda.after(PATROL, Due::Patrol);
            }
        }
    }
}

fn admit(world: &mut World<'_>, number: u64, chance: Chance) {
    let item = issue(number);
    let name = work_item(&world.project, &item, 1);
    let id = TaskId(i64::try_from(number).unwrap_or(i64::MAX));
    let first = start(id, name, &item, world.rules());
    world.admit(item, chance, first);
}

/// Every tenth issue waits for the one before it.
fn issue(number: u64) -> ItemObservation {
    let blocker = Blocker {
        issue: IssueId::new(format!("issue-{}", number - 1)),
        label: format!("NIGHT-{:03}", number - 1),
        finished: false,
        leads_back: None,
    };
    ItemObservation {
        issue: IssueId::new(format!("issue-{number}")),
        sequence: number,
        title: format!("Feature number {number}"),
        description: "As a user I want it to work, even at night.".to_owned(),
        column: None,
        deleted: false,
        created_at: EVENING,
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: if number.is_multiple_of(10) {
            vec![blocker]
        } else {
            Vec::new()
        },
        url: None,
    }
}

pub(crate) fn project() -> Project {
    Project {
        id: "night".into(),
        name: "Night".to_owned(),
        repo: "night".to_owned(),
        prefix: "NIGHT".to_owned(),
        default_branch: "main".into(),
        locale: Locale::En,
        tracker_phrase: "on the board".to_owned(),
        staging: true,
        ci: Ci::External,
        ci_times: CiTimes::default(),
        merge: MergeTime::OnDeployEntry,
        merge_style: MergeStyle::Merge,
        approvers: Vec::new(),
        protected_paths: Vec::new(),
        commands: BTreeMap::new(),
        run_timeouts: BTreeMap::new(),
        links: Links::default(),
    }
}
