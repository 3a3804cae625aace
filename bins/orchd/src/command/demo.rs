//! `orchd demo`.

use std::process::ExitCode;

use anyhow::Context;
use demo::options::Options;
use demo::report::Report;

use crate::cli::{DemoArgs, ProviderChoice};
use crate::command::{interrupts, runtime};
use crate::log;

pub(super) fn run(args: DemoArgs, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let json = args.json;
    let options = options(args)?;
    let home = &options.home;
    if !home.is_file() {
        std::fs::create_dir_all(home)
            .with_context(|| format!("the home {} cannot be made", home.display()))?;
        log::to_file(&home.join("orchd.log"), filter)
            .with_context(|| format!("{} cannot be written", home.display()))?;
    }
    let report = runtime()?.block_on(async {
        demo::run::run(options, interrupts()?)
            .await
            .map_err(anyhow::Error::from)
    })?;
    if json {
        print(&report)?;
    }
    Ok(ExitCode::from(report.exit_code()))
}

fn options(args: DemoArgs) -> anyhow::Result<Options> {
    let agent_cmd = match args.provider {
        ProviderChoice::Scripted => None,
        ProviderChoice::Command => args.agent_cmd,
    };
    let home = args
        .home
        .unwrap_or_else(|| std::env::temp_dir().join(format!("orchd-demo-{}", std::process::id())));
    Ok(Options {
        exe: std::env::current_exe().context("the path of this program is unknown")?,
        home,
        scenario: args.scenario.0,
        repo: args.repo,
        issue: args.issue,
        test_command: args.test_command,
        agent_cmd,
        manual: args.manual,
        serve: args.serve,
        admin: args.admin_bind,
        json: args.json,
        kill_at: args.kill_at,
    })
}

#[allow(clippy::print_stdout, reason = "the one JSON object of --json")]
fn print(report: &Report) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(report)?);
    Ok(())
}
