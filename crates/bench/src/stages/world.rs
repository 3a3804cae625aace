//! The engine over the real store and an outside in memory.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::clock::SystemClock;
use pipeline_core::effect::MergeStyle;
use pipeline_core::id::{AccountId, BranchName, IssueId, ProjectId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::clock::Clock;
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::resilience::ProviderChoice;
use pipeline_engine::{Context, Engine, EngineSettings, ProjectPorts, Wakes};
use store_sqlite::SqliteStore;
use store_sqlite::open::OpenOptions;
use tokio::sync::mpsc;

use crate::clock::Stopwatch;
use crate::idle::{self, IdleWorld};
use crate::stages::agents::Agents;
use crate::stages::board::{Board, Quiet};
use crate::stages::repository::Repository;

/// How many tasks, and how many of them at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crowd {
    pub(super) tasks: u64,
    pub(super) in_flight: u64,
    pub(super) projects: u64,
}

pub(super) struct World {
    engine: Engine,
    store: Arc<SqliteStore>,
    board: Arc<Board>,
    projects: Vec<Project>,
    done: mpsc::UnboundedReceiver<IssueId>,
    begun: HashMap<IssueId, Stopwatch>,
}

impl World {
    pub(super) fn new(folder: &Path, crowd: Crowd) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let options = OpenOptions {
            clock: Some(Arc::clone(&clock)),
            ..OpenOptions::default()
        };
        let store = Arc::new(SqliteStore::open(&folder.join("state.db"), &options)?);
        let (sender, done) = mpsc::unbounded_channel();
        let board = Board::new(Arc::clone(&clock), sender);
        let projects: Vec<Project> = (1..=crowd.projects).map(project).collect();
        let repositories: HashMap<ProjectId, Arc<Repository>> = projects
            .iter()
            .map(|project| {
                let repository = Repository::new(project, &board);
                (project.id.clone(), repository)
            })
            .collect();
        let ports = |project: &Project| {
            let repository = repositories.get(&project.id)?;
            Some((project.id.clone(), ports(project, repository, &board)))
        };
        let context = Context {
            store: Arc::<SqliteStore>::clone(&store),
            projects: projects.iter().filter_map(ports).collect(),
            sources: vec![Arc::<Board>::clone(&board)],
            runner: Arc::new(Agents::new(repositories)),
            run_log: Arc::new(IdleWorld),
            run_storage: Arc::new(IdleWorld),
            host: Arc::new(IdleWorld),
            clock,
            prompts: app::prompts::built_in(),
            settings: settings(crowd),
            wakes: Arc::new(Wakes::default()),
            health: Arc::default(),
            preflights: Arc::default(),
        };
        Ok(Self {
            engine: Engine::new(Arc::new(context)),
            store,
            board,
            projects,
            done,
            begun: HashMap::new(),
        })
    }

    pub(super) fn engine(&self) -> Engine {
        self.engine.clone()
    }

    pub(super) fn store(&self) -> Arc<SqliteStore> {
        Arc::clone(&self.store)
    }

    pub(super) fn project(&self) -> Project {
        self.projects.first().cloned().unwrap_or_else(|| project(1))
    }

    /// Another issue is moved to In Progress, each time of the next project.
    pub(super) fn order(&mut self) {
        let at = self.begun.len() % self.projects.len().max(1);
        if let Some(project) = self.projects.get(at) {
            let watch = Stopwatch::start();
            self.begun.insert(self.board.order(&project.id), watch);
        }
    }

    /// Waits for the next issue that reaches Done; how long it took.
    pub(super) async fn finished(&mut self) -> Duration {
        let issue = self.done.recv().await;
        let watch = issue.and_then(|issue| self.begun.get(&issue));
        watch.map(Stopwatch::elapsed).unwrap_or_default()
    }
}

fn ports(project: &Project, repository: &Arc<Repository>, board: &Arc<Board>) -> ProjectPorts {
    ProjectPorts {
        project: project.clone(),
        pipeline: Pipeline::built_in(),
        tracker: Arc::<Board>::clone(board),
        forge: Arc::<Repository>::clone(repository),
        chat: Arc::new(Quiet),
        workspace: Arc::<Repository>::clone(repository),
        storage: Arc::new(IdleWorld),
        providers: ProviderChoice::new(AccountId::shared("command"), []),
    }
}

fn project(number: u64) -> Project {
    Project {
        id: ProjectId::new(format!("p{number}")),
        name: format!("Project {number}"),
        repo: "example".to_owned(),
        prefix: format!("P{number}"),
        default_branch: BranchName::new("main"),
        locale: Locale::En,
        tracker_phrase: "on the board".to_owned(),
        staging: true,
        ci: Ci::Command("./test.sh".to_owned()),
        ci_times: CiTimes::default(),
        merge: MergeTime::default(),
        merge_style: MergeStyle::default(),
        approvers: Vec::new(),
        protected_paths: Vec::new(),
        commands: BTreeMap::new(),
        run_timeouts: BTreeMap::new(),
        links: Links::default(),
    }
}

/// Those of an idle world, except for the number of agents.
fn settings(crowd: Crowd) -> EngineSettings {
    EngineSettings {
        max_concurrency: usize::try_from(crowd.in_flight).unwrap_or(usize::MAX),
        ..idle::settings()
    }
}
