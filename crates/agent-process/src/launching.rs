//! From a run that is wanted to a run that lives.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pipeline_core::id::{AccountId, ProjectId};
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunSpec, RunWork};
use process::{DEFAULT_LINE_CAP, LaunchError, LaunchSpec, RunState, RunnerCommand};

use crate::ending;
use crate::environment;
use crate::provider::cli::CliSettings;
use crate::provider::version::CliVersion;
use crate::provider::{Assignment, Invocation};
use crate::record::opening;
use crate::session;
use crate::settings::{ProjectRuns, RunnerSettings};
use crate::transcript::Resumed;
use crate::work::{Work, WorkKind};

/// An agent that has said that its work is done may live on for so long.
const LINGER: Duration = Duration::from_secs(30);

/// The shell of project commands.
pub(crate) const SHELL: &str = "/bin/sh";

/// Blocks until the run lives. One that was started before is left as it is, whatever has become of it.
pub(crate) fn start(settings: &RunnerSettings, spec: &RunSpec) -> Result<(), PortError> {
    let run_dir = settings.runs_dir.join(spec.run.to_string());
    let failed =
        |step: &str, error: io::Error| explain(&format!("{step} for run {}: {error}", spec.run), &error);
    match process::follow(&run_dir) {
        Ok(RunState::Lost) => {}
        Ok(RunState::Running | RunState::Finished(_)) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(()),
        Err(error) => return Err(failed("could not look", error)),
    }
    let Plan {
        kind,
        invocation,
        model,
        resumed,
    } = plan(settings, spec, &run_dir)?;
    let work = Work {
        kind,
        timeout_ms: millis(spec.timeout),
        stall_ms: settings.stall.map_or(0, millis),
        model,
        resumed,
    };
    // The checkout was made a moment ago; if it is gone, the next attempt makes it again.
    let cwd = fs::canonicalize(&spec.directory).map_err(|error| {
        let directory = spec.directory.display();
        PortError::retry(format!("could not enter the checkout {directory}: {error}"))
    })?;
    let run = process::RunSpec {
        argv: invocation.argv,
        cwd,
        env: invocation.env,
        timeout_ms: work.timeout_ms,
        grace_ms: millis(settings.kill_grace),
        output_cap: settings.output_cap,
        line_cap: DEFAULT_LINE_CAP,
        stall_ms: work.stall_ms,
        done: match kind {
            WorkKind::Agent { provider } => Some(provider.done_line(LINGER)),
            WorkKind::Command => None,
        },
    };
    work.save(&run_dir)
        .map_err(|error| failed("could not write work.json", error))?;
    for (file, content) in &invocation.files {
        write(file, content)
            .map_err(|error| failed(&format!("could not write {}", file.display()), error))?;
    }
    opening::open(&run_dir, spec, kind, &run).map_err(|error| failed("could not write run.json", error))?;
    let launched = launch(&LaunchSpec {
        run_dir: run_dir.clone(),
        runner: RunnerCommand {
            exe: settings.runner_exe.clone(),
            args: settings.runner_args.clone(),
        },
        run,
        stdin: invocation.stdin,
    });
    if launched.is_err() {
        // Nobody asks again how a run stands that could not be started; its record is closed here.
        ending::status(&run_dir, process::follow(&run_dir), &settings.prices)?;
    }
    launched
}

fn launch(spec: &LaunchSpec) -> Result<(), PortError> {
    match process::launch(spec) {
        // A directory that was used is that of a start before this one: the run's state tells what became of it.
        Ok(()) | Err(LaunchError::Used { .. }) => Ok(()),
        Err(LaunchError::Io { what, source }) => {
            Err(explain(&format!("could not {what}: {source}"), &source))
        }
        Err(error @ (LaunchError::RunnerFailed { .. } | LaunchError::NotReady { .. })) => {
            Err(PortError::retry(error.to_string()))
        }
    }
}

/// A file that says this already is left alone: other runs may be reading it.
fn write(file: &Path, content: &str) -> io::Result<()> {
    // Writers of one file share the name of a temporary one.
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    if fs::read(file).is_ok_and(|there| there == content.as_bytes()) {
        return Ok(());
    }
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return Err(io::Error::new(ErrorKind::InvalidInput, "its path has no name"));
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    process::write_whole(folder, name, content.as_bytes())
}

/// What is to be started, with its whole environment, and what has to be known to judge it.
struct Plan {
    kind: WorkKind,
    invocation: Invocation,
    model: Option<String>,
    resumed: Option<Resumed>,
}

/// Errors: the settings do not allow it.
fn plan(settings: &RunnerSettings, spec: &RunSpec, run_dir: &Path) -> Result<Plan, PortError> {
    let Some(project) = settings.projects.get(&spec.project) else {
        return Err(PortError::Permanent(format!(
            "project '{}' is not among the projects whose runs can be started",
            spec.project
        )));
    };
    match &spec.work {
        RunWork::Agent {
            role,
            stage,
            work_item,
            prompt,
            brief,
            scope,
            resume,
            version,
            provider,
        } => {
            let assignment = Assignment {
                run: &spec.run,
                role,
                stage,
                work_item,
                prompt,
                brief,
                scope: scope.as_ref(),
                resume: resume.as_deref(),
                new_session: &session::new_id(&settings.runs_dir, spec),
                run_dir,
            };
            agent(project, (spec, provider, version.as_deref()), &assignment)
        }
        RunWork::Command { command } => Ok(Plan {
            kind: WorkKind::Command,
            invocation: shell(project, spec, command),
            model: None,
            resumed: None,
        }),
    }
}

fn agent(
    project: &ProjectRuns,
    (spec, account, version): (&RunSpec, &AccountId, Option<&str>),
    assignment: &Assignment<'_>,
) -> Result<Plan, PortError> {
    let provider = project
        .agent(assignment.role, account)
        .ok_or_else(|| PortError::Permanent(unknown(&spec.project, account)))?;
    provider
        .check(&environment::inherited())
        .and_then(|()| provider.cli().map_or(Ok(()), CliSettings::make_home))
        .map_err(PortError::Permanent)?;
    let provider = &provider.clone().in_version(version.and_then(CliVersion::find));
    let mut invocation = provider.invocation(assignment);
    invocation.env = environment::of_agent(project.locale, assignment, &invocation);
    let kind = WorkKind::Agent {
        provider: provider.kind(),
    };
    let cli = provider.cli();
    // A program of the operator's own cannot resume a session.
    let resumed = cli.and(assignment.resume).map(|session| {
        let runs_dir = assignment.run_dir.parent().unwrap_or(assignment.run_dir);
        session::resumed(runs_dir, &spec.run, session)
    });
    Ok(Plan {
        kind,
        invocation,
        model: cli.and_then(|cli| cli.model.clone()),
        resumed,
    })
}

/// Why nothing runs on an account that the settings do not name.
pub(crate) fn unknown(project: &ProjectId, account: &AccountId) -> String {
    format!("project '{project}' has no agents on the account '{account}'; name it in its settings")
}

fn shell(project: &ProjectRuns, spec: &RunSpec, command: &str) -> Invocation {
    Invocation {
        argv: [SHELL, "-c", command].map(str::to_owned).to_vec(),
        env: environment::of_command(&spec.run, project.locale, &project.command_env),
        ..Invocation::default()
    }
}

/// What is missing or forbidden does not come by waiting.
fn explain(text: &str, error: &io::Error) -> PortError {
    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) {
        PortError::Permanent(text.to_owned())
    } else {
        PortError::retry(text)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
