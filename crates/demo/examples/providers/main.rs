//! Drives the real agent programs through the daemon, with a scripted model on loopback that misbehaves on purpose.
//!
//! `cargo run -p demo --features soak --example providers -- target/debug/orchd PREFIX [PROVIDER…]`: PREFIX is where npm installed the programs
//! (`just test-providers` does it). Every case is a whole task, from development to merged and deployed, in a home of its own and with an
//! environment that holds nothing but PATH and HOME; the trouble comes in the review. Exit code 1: a case did not go as it must.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for developers"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod case;
mod play;
mod program;
mod trouble;

use case::Case;
use program::Program;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(orchd), Some(prefix)) = (arguments.next(), arguments.next()) else {
        println!("usage: providers ORCHD PREFIX [claude|codex|opencode|gemini|PROGRAM:CASE …]");
        return ExitCode::from(2);
    };
    let wanted: Vec<String> = arguments.collect();
    let orchd = PathBuf::from(orchd).canonicalize().expect("orchd is there");
    let programs = Program::ALL
        .into_iter()
        .filter(|program| wanted.is_empty() || wanted.iter().any(|name| is_of(name, *program)));
    let mut wrong = 0;
    println!(
        "{:<9} {:<13} {:>4} {:>8}  outcome",
        "provider", "case", "runs", "seconds"
    );
    for program in programs {
        let asked = |case: &Case| wanted.is_empty() || wanted.iter().any(|name| names(name, program, *case));
        for case in Case::ALL.into_iter().filter(asked) {
            wrong += usize::from(!told(&orchd, (program, Path::new(&prefix)), case));
        }
    }
    if wrong == 0 {
        ExitCode::SUCCESS
    } else {
        println!("{wrong} cases did not go as they must");
        ExitCode::FAILURE
    }
}

fn is_of(name: &str, program: Program) -> bool {
    name.split(':').next() == Some(program.name)
}

/// `codex` is each of its cases, `codex:stall` one.
fn names(name: &str, program: Program, case: Case) -> bool {
    let only = name.split_once(':').map(|(_, case)| case);
    is_of(name, program) && only.is_none_or(|only| only == case.name())
}

/// Plays a case and prints its row; whether it went as it must.
fn told(orchd: &Path, (program, prefix): (Program, &Path), case: Case) -> bool {
    let played = play::play(orchd, (program, prefix), case);
    let (word, good) = match case.judge(program, &played) {
        Ok(words) => (words, true),
        Err(why) => (format!("WRONG: {why}; kept in {}", played.home.display()), false),
    };
    println!(
        "{:<9} {:<13} {:>4} {:>8}  {word}",
        program.name,
        case.name(),
        played.reviews.len(),
        played.seconds
    );
    if good {
        let _ = std::fs::remove_dir_all(played.home.parent().unwrap_or(&played.home));
    }
    good
}
