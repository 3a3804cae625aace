//! `orchd config check`.

use std::process::ExitCode;

use app::settings::describe::describe;
use app::settings::environment::Environment;
use app::settings::load::load;

use crate::cli::SettingsArgs;
use crate::exit;

#[allow(clippy::print_stdout, reason = "what was asked for")]
pub(super) fn check(args: &SettingsArgs) -> anyhow::Result<ExitCode> {
    let loaded = load(args.config.as_deref(), &Environment::of_process())?;
    println!("{}", describe(&loaded));
    Ok(ExitCode::from(exit::OK))
}
