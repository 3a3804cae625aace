//! `orchd serve`.

use std::process::ExitCode;

use anyhow::Context;
use app::settings::environment::Environment;
use app::settings::load::{Loaded, load};
use app::wire::{Ended, Listeners, Parts, RunnerBinary};

use crate::cli::SettingsArgs;
use crate::command::{interrupts, runtime};
use crate::{exit, log};

pub(super) fn run(args: &SettingsArgs, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    log::to_terminal(filter);
    let Loaded {
        settings, warnings, ..
    } = load(args.config.as_deref(), &Environment::of_process())?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let exe = std::env::current_exe().context("the path of this program is unknown")?;
    runtime()?.block_on(async move {
        let runner = RunnerBinary {
            exe,
            args: vec!["runner".to_owned()],
        };
        let program = tokio::task::block_in_place(|| Parts::build(&settings, runner))?.assemble();
        let listeners = Listeners::bind(settings.bind, settings.admin_bind).await?;
        tracing::info!(
            public = %listeners.public.local_addr()?,
            admin = %listeners.admin.local_addr()?,
            projects = settings.projects.len(),
            "orchd is running; the board is on the admin side"
        );
        match program.run(listeners, interrupts()?).await? {
            Ended::Stopped => {
                tracing::info!("orchd stopped; runs go on and are taken up at the next start");
            }
            Ended::Drained => tracing::info!("orchd is drained and ends: nothing of it runs"),
            Ended::Killed => tracing::info!("orchd stopped; its runs were ended and their jobs queued again"),
        }
        Ok(ExitCode::from(exit::OK))
    })
}
