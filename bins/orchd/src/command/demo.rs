//! `orchd demo`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use app::settings::agents::ProviderKind;
use demo::options::{Agent, Options, Program};
use demo::report::Report;
use pipeline_core::pipeline::{Pipeline, file};

use crate::cli::{DemoArgs, ProviderChoice};
use crate::command::{interrupts, runtime};
use crate::log;

pub(super) fn run(args: Box<DemoArgs>, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let json = args.json;
    let options = options(*args)?;
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
    let program = |provider: ProviderKind| {
        Agent::Program(Program {
            provider,
            path: args.agent_bin.clone(),
            model_url: args.model_url.clone(),
            model: args.model.clone(),
        })
    };
    let agent = match args.provider {
        ProviderChoice::Scripted => Agent::Scripted,
        ProviderChoice::Command => args.agent_cmd.map_or(Agent::Scripted, Agent::Command),
        ProviderChoice::Claude => program(ProviderKind::Claude),
        ProviderChoice::Codex => program(ProviderKind::Codex),
        ProviderChoice::Opencode => program(ProviderKind::Opencode),
        ProviderChoice::Gemini => program(ProviderKind::Gemini),
    };
    let pipeline = args.pipeline.as_deref().map(pipeline).transpose()?;
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
        agent,
        pipeline,
        stall: Duration::from_secs(args.agent_stall_seconds),
        manual: args.manual,
        serve: args.serve,
        admin: args.admin_bind,
        json: args.json,
        kill_at: args.kill_at,
    })
}

fn pipeline(path: &Path) -> anyhow::Result<Pipeline> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the pipeline {} cannot be read", path.display()))?;
    file::parse(&text).with_context(|| format!("the pipeline {} cannot be used", path.display()))
}

#[allow(clippy::print_stdout, reason = "the one JSON object of --json")]
fn print(report: &Report) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(report)?);
    Ok(())
}
