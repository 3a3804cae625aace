//! Measures orchd and prints a line of JSON per figure.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::{Options, Shape};
use clap::Parser;

/// Figures of orchd on this machine, each beside the limit that the machine itself sets.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Measures only these, such as `ingest,queue`; `--list` names them.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Prints a table at the end instead of lines.
    #[arg(long)]
    table: bool,
    /// Names what can be measured.
    #[arg(long)]
    list: bool,
    /// Where data is written while it is measured; the disk under it is what is measured. A new directory in it is used and removed.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// A hundredth of the work, to see that everything runs; its figures say nothing.
    #[arg(long)]
    smoke: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let options = Options {
        only: cli.only,
        shape: if cli.table { Shape::Table } else { Shape::Lines },
        data: cli.data,
        smoke: cli.smoke,
    };
    let done = if cli.list {
        bench::list()
    } else {
        bench::run(&options)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "orchd-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
