//! The project that the demo works on: the sample project as a repository, or somebody's own; and the settings to run it with.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::places::Places;
use app::settings::agents::ProjectAgents;
use app::settings::{Profile, ProjectSettings, Settings};
use git::{Identity, NewCommit, RefExpectation, Repository};
use model_stub::ModelServer;
use pipeline_core::admission::Floors;
use pipeline_core::effect::MergeStyle;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::clock::Clock;
use pipeline_core::project::{Locale, MergeTime};
use pipeline_core::retention::RetentionRule;

use crate::home::Memory;
use crate::options::{Agent, DemoError, Options};
use crate::{program, sample};

/// The demo's work-item prefix.
pub(crate) const PREFIX: &str = "DEMO";
const BRANCH: &str = "main";
/// A foreign project's own tests are not known: CI runs the tests that the scripted agent adds.
const FOREIGN_TESTS: &str =
    "for test in tests/orchd_demo_*_test.sh; do [ ! -e \"$test\" ] || sh \"$test\" || exit 1; done";

/// Makes the sample project's repository, once.
pub(crate) fn make_sample(home: &Path) -> Result<PathBuf, DemoError> {
    let path = home.join("sample-project.git");
    let git = app::wire::git_program();
    git.version()?;
    if path.is_dir() && Repository::open(&git, &path).rev_parse(BRANCH)?.is_some() {
        return Ok(path);
    }
    let repository = Repository::init_bare(&git, &path, BRANCH)?;
    let files: Vec<(String, String)> = sample::FILES
        .iter()
        .map(|file| (file.path.to_owned(), file.text.to_owned()))
        .collect();
    let author = Identity {
        name: "Sample Author".to_owned(),
        email: "author@example.org".to_owned(),
    };
    let commit = repository.commit_tree(&NewCommit {
        tree: repository.tree_of_files(&files)?,
        parents: Vec::new(),
        committer: author.clone(),
        author,
        at: app::clock::SystemClock.now(),
        message: "Sample project\n".to_owned(),
    })?;
    repository.update_ref(&format!("refs/heads/{BRANCH}"), &commit, RefExpectation::Absent)?;
    Ok(path)
}

/// The command that CI runs.
pub(crate) fn test_command(options: &Options) -> String {
    let default = if options.repo.is_some() {
        FOREIGN_TESTS
    } else {
        sample::TEST_COMMAND
    };
    options.test_command.clone().unwrap_or_else(|| default.to_owned())
}

const DAY: Duration = Duration::from_secs(86_400);

/// The settings that the demo runs with.
pub(crate) fn settings(
    home: &Path,
    options: &Options,
    (memory, model): (&Memory, Option<&ModelServer>),
) -> Settings {
    Settings {
        places: Places::in_directory(home),
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        admin_bind: options.admin,
        allowed_hosts: Vec::new(),
        max_concurrency: 2,
        queue_poll_interval: Duration::from_secs(1),
        lease: Duration::from_secs(60),
        sweep: Duration::from_secs(10),
        delivery_attempts: 5,
        breaker_threshold: pipeline_core::resilience::THRESHOLD,
        agent_timeout: Duration::from_secs(3_600),
        agent_timeouts: BTreeMap::new(),
        agent_kill_grace: Duration::from_secs(2),
        agent_stall: Some(options.stall),
        agent_output_cap: 64 << 20,
        floors: Floors::default(),
        disk_reserve: 0,
        retention: RetentionRule {
            runs_for: 30 * DAY,
            runs_at_most: 500,
            tasks_for: 7 * DAY,
            rows_for: 30 * DAY,
        },
        agents: program::settings(&memory.agent, model, home),
        staging: false,
        profile: Profile::Fast,
        projects: vec![project(options, memory)],
    }
}

fn project(options: &Options, memory: &Memory) -> ProjectSettings {
    let name = if memory.sample {
        "sample-project".to_owned()
    } else {
        let folder = memory
            .repository
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        folder.unwrap_or_else(|| "project".to_owned())
    };
    let pipeline = options.pipeline.clone().unwrap_or_else(Pipeline::built_in);
    ProjectSettings {
        repo: name.clone(),
        name,
        work_item_prefix: PREFIX.to_owned(),
        path: memory.repository.clone(),
        default_branch: None,
        locale: Locale::En,
        staging: true,
        test_command: memory.test_command.clone(),
        has_ci: true,
        agent_cmd: match &memory.agent {
            Agent::Scripted => Some(scripted(options, memory)),
            Agent::Command(command) => Some(command.clone()),
            Agent::Program(_) => None,
        },
        agents: ProjectAgents::default(),
        agent_env: BTreeMap::new(),
        merge: MergeTime::OnDeployEntry,
        merge_style: MergeStyle::Merge,
        approvers: Vec::new(),
        max_concurrency: 0,
        wip_limit: 0,
        max_developer_retries: pipeline.limits.bounces_per_cause,
        max_bounces: pipeline.limits.bounces,
        pipeline,
        ci_poll: Duration::from_secs(1),
        ci_poll_max_attempts: 12,
        ci_appear_timeout: Duration::from_secs(300),
        ci_timeout: Duration::from_secs(1_800),
        protected_paths: Vec::new(),
    }
}

/// The scripted agent as an ordinary command; it is this program.
fn scripted(options: &Options, memory: &Memory) -> String {
    let exe = options.exe.to_string_lossy().replace('\'', "'\\''");
    format!("exec '{exe}' demo-agent --scenario {}", memory.scenario)
}
