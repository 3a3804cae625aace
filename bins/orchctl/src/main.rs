//! The orchd admin tool: looks at the pipeline's state and hands orders to the daemon. It changes no task itself.

mod cli;
mod command;
mod session;
mod lookup;
mod order;
mod hold;
mod view;
mod text;
mod output;
mod failure;
mod exit;

use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    command::run(cli::Cli::parse()).await
}
