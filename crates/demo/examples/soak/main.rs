//! Soak: everything that must not happen is looked for while daemons, runners and agents are killed with -9 at random moments.
//!
//! `cargo run -p demo --features soak --example soak -- target/debug/orchd ROUNDS KILLS TASKS OUTPUT MINUTES [SEED]` plays, all at once,
//!
//! - TASKS tasks on one home, whose agents fail and whose processes die; what its last daemon holds must stay the same;
//! - an agent that writes OUTPUT GiB, with a line of 1 GiB, bytes of chance and colours;
//! - demos that are killed and started again until they end: at least ROUNDS, four at a time, until there were KILLS kills in all.
//!
//! Nought leaves a part out; with MINUTES no round begins later than that, and the table says how far it came. `orchctl` has to lie beside `orchd`. Round n has the seed SEED + n - 1, so that a round is repeated as the first of
//! its own seed. A seed repeats what is killed and when by the clock; what a process was doing at that moment is not in its hands.
//!
//! Exit code 1: something was lost, done twice, disagrees or was left behind; the lines above the table say what and in which round.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for developers"
)]

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use app::clock::SystemClock;
use demo::soak::programs::Programs;
use pipeline_core::port::clock::Clock;

use crate::account::Account;
use crate::tally::{Fault, Tally};

mod parts;
mod round;
mod account;
mod doors;
mod tally;

/// Rounds mostly wait.
const AT_ONCE: usize = 4;

struct Arguments {
    programs: Arc<Programs>,
    rounds: u64,
    kills: u64,
    tasks: u64,
    gibibytes: u64,
    /// No round begins after this.
    limit: Option<Duration>,
    seed: u64,
}

fn main() -> ExitCode {
    let asked = arguments();
    println!("seed {}", asked.seed);
    let begun = SystemClock.now();
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        scope.spawn(|| tasks(&asked, &tally));
        scope.spawn(|| output(&asked, &tally));
        rounds(&asked, &tally);
    });
    let tally = tally.into_inner().unwrap();
    println!("{}", tally.table(SystemClock.now().since(begun).as_secs()));
    if tally.is_clean() {
        ExitCode::SUCCESS
    } else {
        println!("seed {}", asked.seed);
        ExitCode::FAILURE
    }
}

fn tasks(asked: &Arguments, tally: &Mutex<Tally>) {
    if asked.tasks == 0 {
        return;
    }
    let many = usize::try_from(asked.tasks).expect("a number of tasks");
    let fleet = parts::fleet(&asked.programs, many, asked.seed);
    tell("tasks", &fleet.faults);
    println!("{many} tasks: {} kills", fleet.played.kills.all());
    tally.lock().unwrap().add_fleet(fleet);
}

fn output(asked: &Arguments, tally: &Mutex<Tally>) {
    if asked.gibibytes == 0 {
        return;
    }
    let output = parts::output(&asked.programs, asked.gibibytes);
    tell("output", &output.faults);
    println!("output: {}", output.figures);
    tally.lock().unwrap().add_output(output);
}

fn tell(part: &str, faults: &[Fault]) {
    for fault in faults {
        println!("{part}: {fault}");
    }
}

fn rounds(asked: &Arguments, tally: &Mutex<Tally>) {
    if asked.rounds == 0 {
        return;
    }
    let begun = SystemClock.now();
    let undisturbed = round::SCENARIOS.map(|scenario| round::undisturbed(&asked.programs, scenario));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let is_late = || {
                    asked
                        .limit
                        .is_some_and(|limit| SystemClock.now().since(begun) > limit)
                };
                let next = || tally.lock().unwrap().next_round(asked.rounds, asked.kills);
                while let Some(number) = (!is_late()).then(next).flatten() {
                    play(asked, number, &undisturbed, tally);
                }
            });
        }
    });
}

fn play(asked: &Arguments, number: u64, undisturbed: &[Account], tally: &Mutex<Tally>) {
    let seed = asked.seed.wrapping_add(number - 1);
    let outcome = round::play(&asked.programs, seed, undisturbed);
    println!(
        "round {number}: {} after {} kills, {} s",
        outcome.scenario,
        outcome.kills.all(),
        outcome.seconds
    );
    for fault in &outcome.faults {
        println!("round {number}: {fault} (`just soak 1 {seed} 1 0 0` repeats it)");
    }
    tally.lock().unwrap().add(&outcome);
}

fn arguments() -> Arguments {
    let mut given = std::env::args().skip(1);
    let orchd = given.next().expect("the path of orchd");
    let mut number = |what: &str| {
        let text = given.next();
        text.map(|text| {
            text.parse()
                .unwrap_or_else(|_| panic!("{what} is a number: {text}"))
        })
    };
    Arguments {
        programs: Arc::new(Programs::beside(Path::new(&orchd))),
        rounds: number("ROUNDS").unwrap_or(20),
        kills: number("KILLS").unwrap_or(1_000),
        tasks: number("TASKS").unwrap_or(200),
        gibibytes: number("OUTPUT").unwrap_or(10),
        limit: number("MINUTES")
            .filter(|minutes| *minutes > 0)
            .map(|minutes| Duration::from_secs(minutes * 60)),
        seed: number("SEED").unwrap_or_else(|| SystemClock.now().0.unsigned_abs()),
    }
}
