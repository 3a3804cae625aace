//! What every loop works with: ports, projects and settings. Built once, by whoever wires the program.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pipeline_core::admission::Floors;
use pipeline_core::id::{InstanceId, ProjectId, TaskId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::chat::Chat;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::forge::Forge;
use pipeline_core::port::host::Host;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::run_storage::RunStorage;
use pipeline_core::port::runner::Runner;
use pipeline_core::port::source::EventSource;
use pipeline_core::port::storage::Storage;
use pipeline_core::port::store::{Store, StoreError};
use pipeline_core::port::tracker::Tracker;
use pipeline_core::port::workspace::Workspace;
use pipeline_core::project::Project;
use pipeline_core::resilience::ProviderChoice;
use pipeline_core::retention::RetentionRule;
use pipeline_core::role::Role;
use pipeline_core::task::Task;

use crate::health::Health;
use crate::preflight::Preflights;
use crate::wake::Wakes;

/// One project with its adapters.
#[derive(Clone)]
pub struct ProjectPorts {
    /// What the rules know of it.
    pub project: Project,
    /// The pipeline that new tasks start with.
    pub pipeline: Pipeline,
    /// Its board.
    pub tracker: Arc<dyn Tracker>,
    /// Its forge.
    pub forge: Arc<dyn Forge>,
    /// Its chat.
    pub chat: Arc<dyn Chat>,
    /// Its repository on our disk.
    pub workspace: Arc<dyn Workspace>,
    /// What it leaves there.
    pub storage: Arc<dyn Storage>,
    /// Whose providers work as its agents, in order of preference.
    pub providers: ProviderChoice,
}

/// The prompts of roles that a project does not override.
pub type Prompts = BTreeMap<Role, String>;

/// How the engine behaves; none of it changes an outcome.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// This start of this daemon; owner of leases.
    pub instance: InstanceId,
    /// Agent and command runs at once.
    pub max_concurrency: usize,
    /// The same for projects with a limit of their own.
    pub project_limits: BTreeMap<ProjectId, usize>,
    /// How long a lease lasts without renewal.
    pub lease: Duration,
    /// How long a loop waits for a wake-up before it looks on its own.
    pub poll: Duration,
    /// How often everything open is looked at, webhooks or not.
    pub sweep: Duration,
    /// Tries of a delivery before it is set aside.
    pub delivery_attempts: u32,
    /// Failures of a provider's own in a row that open its breaker.
    pub breaker_threshold: u32,
    /// Tries of an effect that may be repeated, before it is dead.
    pub effect_attempts: u32,
    /// The time limit of a run whose role has none of its own.
    pub run_timeout: Duration,
    /// Between the request to end a run and its end by force.
    pub kill_grace: Duration,
    /// Free room below which no agent and no command begins.
    pub floors: Floors,
    /// Tasks waiting for a human at which a project's new tasks do not begin; projects without a limit are left out.
    pub wip_limits: BTreeMap<ProjectId, usize>,
    /// What is kept, and for how long.
    pub retention: RetentionRule,
    /// How often that is looked after.
    pub tidy: Duration,
}

/// Everything the loops share.
pub struct Context {
    /// Our own state.
    pub store: Arc<dyn Store>,
    /// The registry.
    pub projects: BTreeMap<ProjectId, ProjectPorts>,
    /// Where news comes from.
    pub sources: Vec<Arc<dyn EventSource>>,
    /// Runs.
    pub runner: Arc<dyn Runner>,
    /// Their logs.
    pub run_log: Arc<dyn RunLog>,
    /// Their directories.
    pub run_storage: Arc<dyn RunStorage>,
    /// The machine.
    pub host: Arc<dyn Host>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Prompts of our own.
    pub prompts: Prompts,
    /// How to behave.
    pub settings: EngineSettings,
    /// How loops wake each other.
    pub wakes: Arc<Wakes>,
    /// How they fare.
    pub health: Arc<Health>,
    /// Preflights that are under way.
    pub preflights: Arc<Preflights>,
}

impl Context {
    /// The adapters of a project of the registry.
    pub(crate) fn ports(&self, project: &ProjectId) -> Option<&ProjectPorts> {
        self.projects.get(project)
    }

    /// The pipeline that a task is pinned to.
    pub(crate) async fn pipeline_of(&self, task: &Task) -> Result<Option<Pipeline>, StoreError> {
        match self.ports(&task.project) {
            Some(ports) if ports.pipeline.digest() == task.pipeline => Ok(Some(ports.pipeline.clone())),
            Some(_) | None => self.store.pipeline(&task.pipeline).await,
        }
    }

    /// Whose lane, for logs.
    pub(crate) fn label(task: Option<TaskId>) -> String {
        task.map_or_else(|| "-".to_owned(), |task| task.to_string())
    }
}
