//! Soak: demos are killed with -9 at random moments, started again until they end, and looked at for whatever must not be.
//!
//! `cargo run -p demo --example soak -- target/debug/orchd 20 60 [SEED]` plays at least twenty rounds and goes on until sixty kills, two
//! rounds at a time. `orchctl` has to lie beside `orchd`. Round n has the seed SEED + n - 1, so that a round is repeated as the first of its
//! own seed. A seed repeats what is killed and when by the clock; what a process was doing at that moment is not in its hands.
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
use std::sync::Mutex;
use std::thread;

use app::clock::SystemClock;
use pipeline_core::port::clock::Clock;

use crate::account::Account;
use crate::programs::Programs;
use crate::tally::Tally;

mod round;
mod dice;
mod strike;
mod processes;
mod programs;
mod account;
mod tally;
mod waiting;

const AT_ONCE: usize = 2;

struct Arguments {
    programs: Programs,
    rounds: u64,
    kills: u64,
    seed: u64,
}

fn main() -> ExitCode {
    let asked = arguments();
    println!("seed {}", asked.seed);
    let begun = SystemClock.now();
    let undisturbed = round::SCENARIOS.map(|scenario| round::undisturbed(&asked.programs, scenario));
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(number) = { tally.lock().unwrap().next_round(asked.rounds, asked.kills) } {
                    play(&asked, number, &undisturbed, &tally);
                }
            });
        }
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

fn play(asked: &Arguments, number: u64, undisturbed: &[Account], tally: &Mutex<Tally>) {
    let seed = asked.seed.wrapping_add(number - 1);
    let outcome = round::play(&asked.programs, seed, undisturbed);
    println!(
        "round {number}: {} after {}, {} s",
        outcome.scenario, outcome.kills, outcome.seconds
    );
    for fault in &outcome.faults {
        println!("round {number}: {fault} (`just soak 1 {seed} 1` repeats it)");
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
        programs: Programs::beside(Path::new(&orchd)),
        rounds: number("ROUNDS").unwrap_or(20),
        kills: number("KILLS").unwrap_or(60),
        seed: number("SEED").unwrap_or_else(|| SystemClock.now().0.unsigned_abs()),
    }
}
