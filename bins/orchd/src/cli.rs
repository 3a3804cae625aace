//! The command line of `orchd`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use demo::scenario::Scenario;

const AFTER_HELP: &str = "Exit codes: 0 done; 1 failed, the error says why and what to do; 2 the command line is wrong; \
3 the demo's task is blocked and needs a human; 130 a second signal ended it at once.";

/// A self-hosted, autonomous development pipeline.
#[derive(Debug, Parser)]
#[command(name = "orchd", version, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// How much is logged, such as `debug` or `pipeline_engine=debug,info`.
    #[arg(long, env = "ORCH_LOG", global = true)]
    pub(crate) log: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take an issue through the whole pipeline on a sample project (or your own repository), with a scripted agent and no account anywhere.
    Demo(Box<DemoArgs>),
    /// Run the pipeline on the repositories of a settings file.
    Serve(SettingsArgs),
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The process that a run lives in; started by the daemon.
    #[command(hide = true)]
    Runner {
        /// The run's directory.
        directory: PathBuf,
    },
    /// The scripted agent of the demo; started by a run.
    #[command(hide = true)]
    DemoAgent {
        /// Its story.
        #[arg(long)]
        scenario: String,
    },
}

/// Where the settings are.
#[derive(Debug, Args)]
pub(crate) struct SettingsArgs {
    /// The settings file; default: orch.yaml in this directory, when there is one.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every effective value and where it came from, and every problem at once.
    Check(SettingsArgs),
}

/// How the demo is run.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The scripted agent's story.
    #[arg(long, value_enum, default_value_t = Story(Scenario::Happy))]
    pub(crate) scenario: Story,
    /// Your own repository instead of the sample project; it is cloned and never written to.
    #[arg(long, value_name = "PATH")]
    pub(crate) repo: Option<PathBuf>,
    /// The issue as a Markdown file; its first heading is the title.
    #[arg(long, value_name = "FILE")]
    pub(crate) issue: Option<PathBuf>,
    /// What CI runs in a clean checkout.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) test_command: Option<String>,
    /// Who does the work: the scripted agent, your own command, or a real agent program, whose model the scripted agent plays.
    #[arg(long, value_enum, default_value_t = ProviderChoice::Scripted)]
    pub(crate) provider: ProviderChoice,
    /// The agent's command line with `--provider command`: reads the brief on standard input, works in the current directory.
    #[arg(long, value_name = "COMMAND", required_if_eq("provider", "command"))]
    pub(crate) agent_cmd: Option<String>,
    /// The agent program, when it is not in PATH under its usual name.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) agent_bin: Option<String>,
    /// The address of a model's service for the agent program instead of the scripted model on loopback; it gets no key from here.
    #[arg(long, value_name = "URL")]
    pub(crate) model_url: Option<String>,
    /// The id of the model that the agent program asks for.
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Another pipeline instead of the built-in one (see fixtures/pipelines).
    #[arg(long, value_name = "FILE")]
    pub(crate) pipeline: Option<PathBuf>,
    /// An agent that prints nothing, uses no processor time and changes no file for so many seconds is taken for stalled.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) agent_stall_seconds: u64,
    /// Nobody approves and answers but you, on the board.
    #[arg(long)]
    pub(crate) manual: bool,
    /// Keep the board after the end.
    #[arg(long)]
    pub(crate) serve: bool,
    /// Keep the state here; a demo that was stopped goes on from it.
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Where the board listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) admin_bind: SocketAddr,
    /// Print one JSON object at the end, and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
    /// Die at a boundary (tests).
    #[arg(long, hide = true)]
    pub(crate) kill_at: Option<String>,
}

/// Who does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProviderChoice {
    /// The scripted agent.
    Scripted,
    /// The command of --agent-cmd.
    Command,
    /// Claude Code.
    Claude,
    /// Codex CLI.
    Codex,
    /// opencode.
    Opencode,
    /// Gemini CLI.
    Gemini,
}

/// A scenario as a value of the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Story(pub(crate) Scenario);

impl ValueEnum for Story {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Story; 9] = [
            Story(Scenario::ALL[0]),
            Story(Scenario::ALL[1]),
            Story(Scenario::ALL[2]),
            Story(Scenario::ALL[3]),
            Story(Scenario::ALL[4]),
            Story(Scenario::ALL[5]),
            Story(Scenario::ALL[6]),
            Story(Scenario::ALL[7]),
            Story(Scenario::ALL[8]),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()).help(self.0.summary()))
    }
}

/// Reads the command line; a wrong one ends the program with its explanation.
pub(crate) fn parse() -> Cli {
    Cli::parse()
}
