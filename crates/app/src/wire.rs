//! Wiring: from settings to a program that runs. Names every adapter; decides nothing.

pub(crate) mod error;
mod agents;
mod project;
pub mod check;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use agent_process::{ProcessHost, ProcessRunLog, ProcessRunStorage, ProcessRunner, RunnerSettings};
use forge_local::{ForgeHome, LocalForge, LocalForgeFeed};
use git::Git;
use pipeline_core::id::{InstanceId, ProjectId};
use pipeline_core::port::board::Board;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::source::EventSource;
use pipeline_core::port::store::Store;
use pipeline_engine::{Context, Engine, EngineSettings, Wakes};
use process::DaemonLock;
use store_sqlite::SqliteStore;
use store_sqlite::condition::Condition;
use store_sqlite::open::OpenOptions;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracker_local::LocalBoard;
use web::state::{ProjectView, QueueLimits, WebState};

use crate::after_restore;
use crate::alarm::Alarm;
use crate::beginning::Beginning;
use crate::clock::SystemClock;
use crate::prompts;
use crate::settings::Settings;

pub use error::StartError;
pub use pipeline_engine::Ended;

const TIDY: Duration = Duration::from_secs(3_600);
const EFFECT_ATTEMPTS: u32 = 40;
const GIT_LIMIT: Duration = Duration::from_secs(600);

/// How the program starts itself in runner mode.
#[derive(Debug, Clone)]
pub struct RunnerBinary {
    /// The program, an absolute path.
    pub exe: PathBuf,
    /// Its arguments; the run's directory follows.
    pub args: Vec<String>,
}

/// Everything that was built, before anything moves. Ports may still be wrapped (the demo does, to break things on purpose).
pub struct Parts {
    /// What the loops share.
    pub context: Context,
    /// The embedded board.
    pub board: Arc<LocalBoard>,
    /// The embedded forges.
    pub forges: Vec<Arc<LocalForge>>,
    views: Vec<ProjectView>,
    allowed_hosts: Vec<String>,
    staging: bool,
    database: Arc<SqliteStore>,
    looking: Arc<AtomicBool>,
    lock: DaemonLock,
}

impl Parts {
    /// Opens everything that the settings name. Blocks. Nothing is lost when it fails; the error says what to do.
    pub fn build(settings: &Settings, runner: RunnerBinary) -> Result<Self, StartError> {
        let places = &settings.places;
        error::make_directory(places.root())?;
        let lock = DaemonLock::acquire(&places.lock())?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let git = git_program();
        git.version()?;
        let options = OpenOptions {
            clock: Some(Arc::clone(&clock)),
            reserve: settings.disk_reserve,
            ..OpenOptions::default()
        };
        let database = Arc::new(SqliteStore::open(&places.database(), &options)?);
        let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(&database);
        let board =
            LocalBoard::open(&places.board(), Arc::clone(&clock)).map_err(|source| StartError::Board {
                path: places.board(),
                source,
            })?;
        let home = ForgeHome {
            root: places.forge(),
            git,
            clock: Arc::clone(&clock),
        };
        let looking = Arc::new(AtomicBool::new(false));
        let mut projects = BTreeMap::new();
        let (mut forges, mut views, mut runs) = (Vec::new(), Vec::new(), BTreeMap::new());
        for wanted in &settings.projects {
            let built = project::build(wanted, settings, (&home, &board))?;
            runs.insert(built.ports.project.id.clone(), built.runs);
            views.push(built.view);
            forges.push(built.forge);
            let ports = after_restore::guard(built.ports, &store, database.opened_as(), &looking);
            projects.insert(ports.project.id.clone(), ports);
        }
        let sources: Vec<Arc<dyn EventSource>> = vec![
            Arc::<LocalBoard>::clone(&board),
            Arc::new(LocalForgeFeed::new(forges.clone())),
        ];
        let context = Context {
            store,
            projects,
            sources,
            runner: Arc::new(ProcessRunner::new(RunnerSettings {
                runs_dir: places.runs(),
                runner_exe: runner.exe,
                runner_args: runner.args,
                projects: runs,
                kill_grace: settings.agent_kill_grace,
                output_cap: settings.agent_output_cap,
                stall: settings.agent_stall,
                prices: agents::prices(settings)?,
            })),
            run_log: Arc::new(ProcessRunLog::new(places.runs())),
            run_storage: Arc::new(ProcessRunStorage::new(places.runs())),
            host: Arc::new(ProcessHost::new(vec![
                ("data".to_owned(), places.root().to_path_buf()),
                ("checkouts".to_owned(), places.checkouts()),
            ])),
            prompts: prompts::built_in(),
            settings: engine_settings(settings, clock.as_ref()),
            clock,
            wakes: Arc::new(Wakes::default()),
            health: Arc::default(),
            preflights: Arc::default(),
        };
        let (allowed_hosts, staging) = (settings.allowed_hosts.clone(), settings.staging);
        Ok(Self {
            context,
            board,
            forges,
            views,
            allowed_hosts,
            staging,
            database,
            looking,
            lock,
        })
    }

    /// Puts the parts together.
    #[must_use]
    pub fn assemble(self) -> Program {
        let context = Arc::new(self.context);
        let wakes = Arc::clone(&context.wakes);
        let web = WebState {
            store: Arc::clone(&context.store),
            projects: self.views,
            sources: context.sources.clone(),
            health: Arc::new(Ready(Arc::clone(&context), self.database.condition().clone())),
            wake: Arc::new(move || wakes.all()),
            clock: Arc::clone(&context.clock),
            run_log: Arc::clone(&context.run_log),
            limits: QueueLimits {
                max_concurrency: context.settings.max_concurrency,
                poll_interval: context.settings.poll,
            },
            staging: self.staging,
            allowed_hosts: self.allowed_hosts,
        };
        Program {
            engine: Engine::new(Arc::clone(&context)),
            context,
            web: Arc::new(web),
            board: self.board,
            forges: self.forges,
            database: self.database,
            looking: self.looking,
            _lock: self.lock,
        }
    }
}

/// The program, whole.
pub struct Program {
    /// What the loops share.
    pub context: Arc<Context>,
    /// The embedded board.
    pub board: Arc<LocalBoard>,
    /// The embedded forges.
    pub forges: Vec<Arc<LocalForge>>,
    engine: Engine,
    web: Arc<WebState>,
    database: Arc<SqliteStore>,
    looking: Arc<AtomicBool>,
    _lock: DaemonLock,
}

/// The two listeners, bound.
pub struct Listeners {
    /// Webhooks and /health.
    pub public: TcpListener,
    /// Everything else.
    pub admin: TcpListener,
}

impl Listeners {
    /// Binds both. A port that is taken is an error that names it.
    pub async fn bind(public: SocketAddr, admin: SocketAddr) -> Result<Self, StartError> {
        Ok(Self {
            public: bind(public, "bind").await?,
            admin: bind(admin, "admin_bind").await?,
        })
    }
}

impl Program {
    /// The board as people use it.
    #[must_use]
    pub fn people(&self) -> Arc<dyn Board> {
        Arc::<LocalBoard>::clone(&self.board)
    }

    /// The forge of a project.
    #[must_use]
    pub fn forge(&self, project: &ProjectId) -> Option<&Arc<LocalForge>> {
        self.forges.iter().find(|forge| forge.project() == project)
    }

    /// From now on orders on the boards count, also those that are given before [`Program::run`].
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn connect(&self) -> Result<(), StartError> {
        Ok(self.engine.connect().await?)
    }

    /// Answers on the listeners at once, recovers, then runs until `stop` becomes true or an operator's order ends it. Runs of agents outlive it,
    /// unless it was killed. While the store cannot be written it only answers.
    pub async fn run(&self, listeners: Listeners, stop: watch::Receiver<bool>) -> Result<Ended, StartError> {
        let (over, mut is_over) = watch::channel(false);
        let mut stopped = stop.clone();
        let shutdown = async move {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => {}
                _ = is_over.wait_for(|over| *over) => {}
            }
        };
        let serving = web::server::serve(Arc::clone(&self.web), listeners.public, listeners.admin, shutdown);
        let beginning = Beginning {
            engine: &self.engine,
            database: &self.database,
            looking: &self.looking,
            clock: self.context.clock.as_ref(),
        };
        let alarm = Alarm::new(&self.context, self.database.condition()).ring(over.subscribe());
        let moving = async {
            let ended = match beginning.begin(stop.clone()).await {
                Ok(true) => Ok(self.engine.run(stop).await),
                Ok(false) => Ok(Ended::Stopped),
                Err(error) => {
                    // The pages stay and say why nothing moves, until somebody has read it and ends the daemon.
                    let _ = stop.clone().wait_for(|stop| *stop).await;
                    Err(error)
                }
            };
            over.send_replace(true);
            ended
        };
        let (served, ended, ()) = tokio::join!(serving, moving, alarm);
        let ended = ended?;
        served.map_err(StartError::Serve)?;
        Ok(ended)
    }
}

/// The operator's git: looked for where the operator's shell looks for it.
#[must_use]
pub fn git_program() -> Git {
    process::inherit(["PATH"])
        .into_iter()
        .fold(Git::new("git").with_timeout(GIT_LIMIT), |git, (name, value)| {
            git.with_variable(name, value)
        })
}

struct Ready(Arc<Context>, Condition);

impl web::state::Health for Ready {
    fn problems(&self) -> Vec<String> {
        let degraded = self.1.degraded().map(|degraded| degraded.to_string());
        let loops = self.0.health.problems(self.0.clock.now());
        degraded.into_iter().chain(loops).collect()
    }

    fn held_back(&self) -> Vec<String> {
        self.0.health.held_back()
    }
}

async fn bind(address: SocketAddr, key: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Bind { address, key, source })
}

fn project_limits(settings: &Settings) -> BTreeMap<ProjectId, usize> {
    settings
        .projects
        .iter()
        .filter(|wanted| wanted.max_concurrency > 0)
        .map(|wanted| (project::id(wanted), wanted.max_concurrency))
        .collect()
}

fn wip_limits(settings: &Settings) -> BTreeMap<ProjectId, usize> {
    settings
        .projects
        .iter()
        .filter(|wanted| wanted.wip_limit > 0)
        .map(|wanted| (project::id(wanted), wanted.wip_limit))
        .collect()
}

fn engine_settings(settings: &Settings, clock: &dyn Clock) -> EngineSettings {
    EngineSettings {
        instance: InstanceId::new(format!("{}-{}", std::process::id(), clock.now().0)),
        max_concurrency: settings.max_concurrency,
        project_limits: project_limits(settings),
        lease: settings.lease,
        poll: settings.queue_poll_interval,
        sweep: settings.sweep,
        delivery_attempts: settings.delivery_attempts,
        breaker_threshold: settings.breaker_threshold,
        effect_attempts: EFFECT_ATTEMPTS,
        run_timeout: settings.agent_timeout,
        kill_grace: settings.agent_kill_grace,
        floors: settings.floors,
        wip_limits: wip_limits(settings),
        retention: settings.retention,
        tidy: TIDY,
    }
}
