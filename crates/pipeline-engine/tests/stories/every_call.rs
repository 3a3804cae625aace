//! Every call of every port fails once, in every story, in every way: each telling ends as the undisturbed one does, and nothing is doubled.
//!
//! A story makes some hundred calls. Each test takes a sample of them by a seed; `ORCHD_FAULTS=all` takes every one, and `ORCHD_SEED` takes another sample.

mod tale;
mod telling;
mod account;

use testkit::fake::faults::Fault;

use tale::{BASE_MOVES, BOUNCE, CANCEL, CONFLICT, HAPPY, QUESTIONS, Tale};
use telling::{PORTS, Planned, STORE, Side, tell};

/// Calls that a test lets fail, unless all are wanted.
const SAMPLE: u64 = 24;

/// Each call of these sides, one telling per call.
async fn every_call(tale: &Tale, sides: &[Side], fault: Fault) {
    let (undisturbed, calls) = tell(tale, None).await;
    let all: Vec<Planned> = sides
        .iter()
        .flat_map(|side| (1..=calls[side]).map(|nth| (*side, nth)))
        .map(|(side, nth)| Planned {
            side,
            nth,
            fault: fault.clone(),
        })
        .collect();
    assert!(all.len() > 20, "{}: only {} calls", tale.name, all.len());
    let mut wrong = Vec::new();
    for planned in sample(all) {
        println!("{planned:?}");
        let (account, _) = tell(tale, Some(&planned)).await;
        let found = account.objections(&undisturbed, &planned);
        if !found.is_empty() {
            wrong.push(format!(
                "{planned:?} {}: {found:?}",
                account.failed.unwrap_or_default()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}: {wrong:#?}", tale.name);
}

/// A change is judged by the same calls as the one before it.
const USUAL: u64 = 1;

/// Evenly spread, so that every part of the story has its share; where it begins is the seed's choice.
#[allow(clippy::disallowed_methods, reason = "which calls a run of the tests takes")]
fn sample(all: Vec<Planned>) -> Vec<Planned> {
    if std::env::var("ORCHD_FAULTS").is_ok_and(|wanted| wanted == "all") {
        return all;
    }
    let seed: u64 = std::env::var("ORCHD_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(USUAL);
    println!("seed: {seed} (ORCHD_SEED takes another one)");
    let step = (all.len() as u64).div_ceil(SAMPLE);
    let chosen = (0_u64..).zip(all).filter(|(at, _)| at % step == seed % step);
    chosen.map(|(_, planned)| planned).collect()
}

macro_rules! every_call {
    ($($name:ident: $tale:ident, $sides:ident, $fault:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            every_call(&$tale, &$sides, $fault).await;
        }
    )+};
}

every_call! {
    happy_when_a_port_fails_before: HAPPY, PORTS, Fault::Before;
    happy_when_a_port_fails_after: HAPPY, PORTS, Fault::After;
    happy_when_a_call_gets_lost: HAPPY, PORTS, Fault::Lost;
    happy_when_a_port_refuses: HAPPY, PORTS, refused();
    bounce_when_a_port_fails_before: BOUNCE, PORTS, Fault::Before;
    bounce_when_a_port_fails_after: BOUNCE, PORTS, Fault::After;
    bounce_when_a_call_gets_lost: BOUNCE, PORTS, Fault::Lost;
    bounce_when_a_port_refuses: BOUNCE, PORTS, refused();
    bounce_when_the_store_fails_before: BOUNCE, STORE, Fault::Before;
    bounce_when_the_store_fails_after: BOUNCE, STORE, Fault::After;
    conflict_when_a_port_fails_before: CONFLICT, PORTS, Fault::Before;
    conflict_when_a_port_fails_after: CONFLICT, PORTS, Fault::After;
    conflict_when_a_call_gets_lost: CONFLICT, PORTS, Fault::Lost;
    conflict_when_a_port_refuses: CONFLICT, PORTS, refused();
    conflict_when_the_store_fails_before: CONFLICT, STORE, Fault::Before;
    conflict_when_the_store_fails_after: CONFLICT, STORE, Fault::After;
    base_moves_when_a_port_fails_before: BASE_MOVES, PORTS, Fault::Before;
    base_moves_when_a_port_fails_after: BASE_MOVES, PORTS, Fault::After;
    base_moves_when_a_call_gets_lost: BASE_MOVES, PORTS, Fault::Lost;
    base_moves_when_a_port_refuses: BASE_MOVES, PORTS, refused();
    base_moves_when_the_store_fails_before: BASE_MOVES, STORE, Fault::Before;
    base_moves_when_the_store_fails_after: BASE_MOVES, STORE, Fault::After;
    questions_when_a_port_fails_before: QUESTIONS, PORTS, Fault::Before;
    questions_when_a_port_fails_after: QUESTIONS, PORTS, Fault::After;
    questions_when_a_call_gets_lost: QUESTIONS, PORTS, Fault::Lost;
    questions_when_a_port_refuses: QUESTIONS, PORTS, refused();
    questions_when_the_store_fails_before: QUESTIONS, STORE, Fault::Before;
    questions_when_the_store_fails_after: QUESTIONS, STORE, Fault::After;
    cancel_when_a_port_fails_before: CANCEL, PORTS, Fault::Before;
    cancel_when_a_port_fails_after: CANCEL, PORTS, Fault::After;
    cancel_when_a_call_gets_lost: CANCEL, PORTS, Fault::Lost;
    cancel_when_a_port_refuses: CANCEL, PORTS, refused();
    cancel_when_the_store_fails_before: CANCEL, STORE, Fault::Before;
    cancel_when_the_store_fails_after: CANCEL, STORE, Fault::After;
}

fn refused() -> Fault {
    Fault::Refused("it was told to refuse".to_owned())
}
