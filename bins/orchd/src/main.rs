//! The orchd daemon, its demo, and the runner mode that every run lives in.

mod cli;
mod command;
mod exit;
mod log;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::carry_out(cli::parse())
}
