//! Tells a story once, with one call of one port failing.

use std::collections::BTreeMap;

use pipeline_core::id::IssueId;
use pipeline_core::stage::Column;
use testkit::fake::faults::{Fault, Faults};

use super::account::Account;
use super::tale::Tale;
use crate::world::World;

/// Whose call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Tracker,
    Forge,
    Chat,
    Workspace,
    Runner,
    RunLog,
    BoardFeed,
    ForgeFeed,
    Store,
}

pub(super) const PORTS: [Side; 8] = [
    Side::Tracker,
    Side::Forge,
    Side::Chat,
    Side::Workspace,
    Side::Runner,
    Side::RunLog,
    Side::BoardFeed,
    Side::ForgeFeed,
];
pub(super) const STORE: [Side; 1] = [Side::Store];

impl Side {
    fn of(self, world: &World) -> &Faults {
        match self {
            Self::Tracker => &world.board.faults,
            Self::Forge => &world.forge.faults,
            Self::Chat => &world.chat.faults,
            Self::Workspace => &world.workspace.faults,
            Self::Runner => &world.runner.faults,
            Self::RunLog => &world.run_log.faults,
            Self::BoardFeed => &world.board.feed_faults,
            Self::ForgeFeed => &world.forge.feed_faults,
            Self::Store => &world.store.faults,
        }
    }
}

/// The `nth` call of a side fails so.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) side: Side,
    pub(super) nth: u64,
    pub(super) fault: Fault,
}

/// Tells it to its end and says how it ended, and how many calls each side got.
pub(super) async fn tell(tale: &Tale, planned: Option<&Planned>) -> (Account, BTreeMap<Side, u64>) {
    let mut world = World::new().await;
    (tale.casting)(&world);
    let issue = world.greeting();
    let before: BTreeMap<Side, u64> = all_sides().map(|side| (side, side.of(&world).calls())).collect();
    if let Some(planned) = planned {
        world.store_fails = planned.side == Side::Store;
        planned
            .side
            .of(&world)
            .fail_nth(planned.nth, planned.fault.clone());
    }
    world.person_moves(&issue, Column::InProgress);
    let blocked = play(&mut world, &issue, tale).await;
    let calls = all_sides()
        .map(|side| (side, side.of(&world).calls() - before[&side]))
        .collect();
    // What was called off ends, and the slow look finds nothing more to do.
    world.seconds(30).await;
    world.jumps(130).await;
    world.seconds(20).await;
    let failed = planned.map(|planned| {
        let at = usize::try_from(before[&planned.side] + planned.nth).unwrap() - 1;
        planned.side.of(&world).history()[at]
    });
    let account = Account::of(&world, &issue, (failed, blocked)).await;
    world.ends_with_dead(account.dead).await;
    (account, calls)
}

fn all_sides() -> impl Iterator<Item = Side> {
    PORTS.into_iter().chain(STORE)
}

/// People do their steps when the task stands so, and start it again when it is blocked. Where it was blocked.
async fn play(world: &mut World, issue: &IssueId, tale: &Tale) -> Vec<String> {
    let mut steps = tale.steps.iter().peekable();
    let mut blocked = Vec::new();
    let mut acted_at = None;
    for _ in 0..60 {
        world.runs_until_idle().await;
        let Some(task) = world.find_task(issue).await else {
            world.seconds(30).await;
            continue;
        };
        let stands = world.stands(issue).await;
        if stands == tale.end {
            return blocked;
        }
        let is_blocked = stands.ends_with("/blocked");
        let next = steps.peek().filter(|step| step.at == stands);
        let column = next
            .map(|step| step.moves)
            .or(is_blocked.then_some(Column::InProgress));
        let Some(column) = column.filter(|_| acted_at != Some(task.revision)) else {
            world.seconds(30).await;
            continue;
        };
        if world.board.column(issue) == column {
            // The board does not show yet that somebody is waited for; in the end people give the order all the same.
            world.seconds(60).await;
            world.person_moves(issue, Column::Todo);
        }
        world.seconds(1).await;
        if is_blocked {
            blocked.push(stands);
        } else if let Some(text) = steps.next().and_then(|step| step.says) {
            world.person_comments(issue, text);
        }
        world.person_moves(issue, column);
        acted_at = Some(task.revision);
    }
    let task = world.task(issue).await;
    panic!(
        "{}: it stands in {} {:?} and does not end; {}\nboard: {:#?}",
        tale.name,
        task.stage,
        task.state,
        world.movement().await,
        world.board.look(issue),
    );
}
