//! A world outside that takes everything at once and says nothing: what is measured is our own part.

use std::sync::Arc;
use std::time::Duration;

use app::clock::SystemClock;
use async_trait::async_trait;
use pipeline_core::admission::{Floors, Place, Room};
use pipeline_core::effect::{CommitStatus, Push, StartBranch};
use pipeline_core::evidence::{Evidence, EvidenceRequest};
use pipeline_core::id::{
    AccountId, BranchName, CommitSha, EffectKey, InstanceId, IssueId, ProjectId, RunId, TaskId, TreeSha,
    WorkItemId,
};
use pipeline_core::observation::{HeadObservation, ItemObservation, PullRequest};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::PortError;
use pipeline_core::port::chat::Chat;
use pipeline_core::port::forge::{Forge, MergeRequest};
use pipeline_core::port::host::Host;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::run_storage::RunStorage;
use pipeline_core::port::runner::{RunSpec, RunStatus, Runner};
use pipeline_core::port::source::EventSource;
use pipeline_core::port::storage::{AtWork, Storage, Unpinned};
use pipeline_core::port::store::Store;
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::port::workspace::{BaseMerge, Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::progress::{Activity, RunProgress};
use pipeline_core::resilience::{PreflightReport, ProviderChoice};
use pipeline_core::retention::{Kept, RetentionRule, StoredRun};
use pipeline_core::run::Harvest;
use pipeline_core::stage::Column;
use pipeline_engine::{Context, EngineSettings, ProjectPorts, Prompts, Wakes};

use web::state::{QueueLimits, WebState};

use crate::specimen;

/// The daemon that is measured.
pub(crate) const INSTANCE: &str = "bench-now";

const PLENTY: u64 = 1 << 40;
const DAY: Duration = Duration::from_secs(86_400);

/// Every port of the outside.
pub(crate) struct IdleWorld;

/// What the engine works with, over this store and this runner.
pub(crate) fn context(store: Arc<dyn Store>, runner: Arc<dyn Runner>) -> Context {
    let project = specimen::project();
    let ports = ProjectPorts {
        pipeline: Pipeline::built_in(),
        tracker: Arc::new(IdleWorld),
        forge: Arc::new(IdleWorld),
        chat: Arc::new(IdleWorld),
        workspace: Arc::new(IdleWorld),
        storage: Arc::new(IdleWorld),
        providers: ProviderChoice::new(AccountId::new("idle"), []),
        project: project.clone(),
    };
    Context {
        store,
        projects: [(project.id, ports)].into(),
        sources: Vec::new(),
        runner,
        run_log: Arc::new(IdleWorld),
        run_storage: Arc::new(IdleWorld),
        host: Arc::new(IdleWorld),
        clock: Arc::new(SystemClock),
        prompts: Prompts::new(),
        settings: settings(),
        wakes: Arc::new(Wakes::default()),
        health: Arc::default(),
        preflights: Arc::default(),
    }
}

/// What the listeners work with, over this store and these sources of webhooks.
pub(crate) fn web_state(store: Arc<dyn Store>, sources: Vec<Arc<dyn EventSource>>) -> WebState {
    let wakes = Arc::new(Wakes::default());
    WebState {
        store,
        projects: Vec::new(),
        sources,
        health: Arc::new(IdleWorld),
        wake: Arc::new(move || wakes.all()),
        clock: Arc::new(SystemClock),
        run_log: Arc::new(IdleWorld),
        limits: QueueLimits {
            max_concurrency: 1_000,
            poll_interval: Duration::from_secs(2),
        },
        staging: false,
        allowed_hosts: Vec::new(),
    }
}

/// Those of a daemon without a settings file, but for the limit on runs.
pub(crate) fn settings() -> EngineSettings {
    EngineSettings {
        instance: InstanceId::new(INSTANCE),
        max_concurrency: 1_000,
        project_limits: [].into(),
        lease: Duration::from_secs(60),
        poll: Duration::from_secs(2),
        sweep: Duration::from_secs(120),
        delivery_attempts: 5,
        effect_attempts: 40,
        breaker_threshold: 5,
        run_timeout: Duration::from_secs(3_600),
        kill_grace: Duration::from_secs(20),
        floors: Floors {
            memory: 0,
            disk: 0,
            inodes: 0,
        },
        wip_limits: [].into(),
        retention: RetentionRule {
            runs_for: 30 * DAY,
            runs_at_most: 500,
            tasks_for: 7 * DAY,
            rows_for: 30 * DAY,
        },
        tidy: Duration::from_secs(3_600),
    }
}

fn not_asked_for<T>() -> Result<T, PortError> {
    Err(PortError::Permanent("no measurement asks for this".to_owned()))
}

#[async_trait]
impl Tracker for IdleWorld {
    async fn observe(&self, _: &IssueId) -> Result<ItemObservation, PortError> {
        not_asked_for()
    }

    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError> {
        Ok(Vec::new())
    }

    async fn comment(&self, _: &NewComment) -> Result<(), PortError> {
        Ok(())
    }

    async fn move_to(&self, _: &IssueId, _: Column) -> Result<Moved, PortError> {
        Ok(Moved::Moved)
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl Forge for IdleWorld {
    async fn observe(&self, _: &BranchName, _: Option<CommitSha>) -> Result<HeadObservation, PortError> {
        not_asked_for()
    }

    async fn open_pull_request(&self, _: &BranchName, _: &str, _: &str) -> Result<PullRequest, PortError> {
        not_asked_for()
    }

    async fn merge(&self, _: &MergeRequest) -> Result<CommitSha, PortError> {
        not_asked_for()
    }

    async fn set_status(&self, _: &CommitSha, _: &CommitStatus) -> Result<(), PortError> {
        Ok(())
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl Chat for IdleWorld {
    async fn show(&self, _: TaskId, _: &str) -> Result<(), PortError> {
        Ok(())
    }

    async fn alert(&self, _: &EffectKey, _: &str) -> Result<(), PortError> {
        Ok(())
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl Workspace for IdleWorld {
    async fn start_branch(&self, _: &StartBranch) -> Result<CommitSha, PortError> {
        not_asked_for()
    }

    async fn checkout(&self, _: &CheckoutSpec) -> Result<Checkout, PortError> {
        not_asked_for()
    }

    async fn harvest(&self, _: &HarvestSpec) -> Result<Harvest, PortError> {
        not_asked_for()
    }

    async fn push(&self, _: &Push) -> Result<(), PortError> {
        Ok(())
    }

    async fn merge_base(&self, _: &CommitSha, _: &WorkItemId) -> Result<BaseMerge, PortError> {
        Ok(BaseMerge::UpToDate)
    }

    async fn own_merge(
        &self,
        _: &CommitSha,
        _: &CommitSha,
        _: &WorkItemId,
    ) -> Result<Option<TreeSha>, PortError> {
        Ok(None)
    }

    async fn read(&self, _: &EvidenceRequest, _: &WorkItemId) -> Result<Evidence, PortError> {
        Ok(Evidence::default())
    }

    async fn release(&self, _: &BranchName) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl Storage for IdleWorld {
    async fn checkouts(&self, _: Vec<BranchName>) -> Result<Vec<BranchName>, PortError> {
        Ok(Vec::new())
    }

    async fn unpin(&self, _: std::collections::BTreeSet<TaskId>) -> Result<Unpinned, PortError> {
        Ok(Unpinned::default())
    }

    async fn unpin_rest(&self, _: AtWork) -> Result<Unpinned, PortError> {
        Ok(Unpinned::default())
    }

    async fn pack(&self, _: pipeline_core::time::Timestamp) -> Result<bool, PortError> {
        Ok(false)
    }

    async fn set_aside(&self) -> Result<Vec<Kept>, PortError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl RunLog for IdleWorld {
    async fn tail(&self, _: &RunId, _: usize) -> Result<String, PortError> {
        Ok(String::new())
    }

    async fn progress(&self, _: &RunId) -> Result<Option<RunProgress>, PortError> {
        Ok(None)
    }

    async fn activity(&self, _: &RunId) -> Result<Option<Activity>, PortError> {
        Ok(None)
    }

    fn place(&self, run: &RunId) -> String {
        run.to_string()
    }
}

#[async_trait]
impl RunStorage for IdleWorld {
    async fn stored(&self) -> Result<Vec<StoredRun>, PortError> {
        Ok(Vec::new())
    }

    async fn remove(&self, _: &RunId) -> Result<(), PortError> {
        Ok(())
    }
}

#[async_trait]
impl Host for IdleWorld {
    async fn room(&self) -> Result<Room, PortError> {
        let place = Place {
            name: "data".to_owned(),
            bytes: PLENTY,
            inodes: Some(PLENTY),
        };
        Ok(Room {
            memory: PLENTY,
            places: vec![place],
        })
    }
}

#[async_trait]
impl Runner for IdleWorld {
    async fn start(&self, _: &RunSpec) -> Result<(), PortError> {
        not_asked_for()
    }

    async fn status(&self, _: &RunId) -> Result<RunStatus, PortError> {
        Ok(RunStatus::Lost)
    }

    async fn wait(&self, _: &RunId) -> Result<RunStatus, PortError> {
        Ok(RunStatus::Lost)
    }

    async fn cancel(&self, _: &RunId) -> Result<(), PortError> {
        Ok(())
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn preflight(&self, _: &ProjectId, _: &AccountId) -> Result<PreflightReport, PortError> {
        not_asked_for()
    }
}

impl web::state::Health for IdleWorld {
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}
