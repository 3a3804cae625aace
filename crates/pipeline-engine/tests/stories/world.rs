//! The world of a story: one project, all its ports as fakes, an engine over them, and a clock that the story moves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pipeline_core::effect::StatusState;
use pipeline_core::id::{AccountId, InstanceId, IssueId, JobId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::source::EventSource;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::project::{Ci, Project};
use pipeline_core::resilience::ProviderChoice;
use pipeline_core::time::Timestamp;
use pipeline_engine::{Context, Engine, EngineSettings, Health, ProjectPorts, Wakes};
use testkit::fake::board::FakeBoard;
use testkit::fake::chat::FakeChat;
use testkit::fake::clock::FakeClock;
use testkit::fake::forge::FakeForge;
use testkit::fake::host::FakeHost;
use testkit::fake::repo::FakeRepo;
use testkit::fake::run_log::FakeRunLog;
use testkit::fake::runner::{FakeRunner, ScriptedEnd};
use testkit::fake::storage::{FakeRunStorage, FakeStorage};
use testkit::fake::store::FakeStore;
use testkit::fake::workspace::FakeWorkspace;
use testkit::sample;

use crate::desk::{Deeds, Desk};
use crate::settings::{SWEEP, usual};

/// One project, its ports, and the engine that works on them.
pub(crate) struct World {
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) board: Arc<FakeBoard>,
    pub(crate) chat: Arc<FakeChat>,
    pub(crate) repo: Arc<FakeRepo>,
    pub(crate) forge: Arc<FakeForge>,
    pub(crate) workspace: Arc<FakeWorkspace>,
    pub(crate) runner: Arc<FakeRunner>,
    pub(crate) run_log: Arc<FakeRunLog>,
    pub(crate) host: Arc<FakeHost>,
    pub(crate) storage: Arc<FakeStorage>,
    pub(crate) run_storage: Arc<FakeRunStorage>,
    /// Read by the next daemon that starts.
    pub(crate) settings: EngineSettings,
    pub(crate) project: Project,
    /// Read by the next daemon that starts.
    pub(crate) providers: ProviderChoice,
    pipeline: Pipeline,
    deeds: Deeds,
    /// Of all its daemons.
    pub(crate) health: Arc<Health>,
    engine: Option<Engine>,
    daemons: u32,
    feeds: bool,
    swept_at: Timestamp,
    /// The store was told to fail; elsewhere no loop may complain.
    pub(crate) store_fails: bool,
    /// Set by the last look at the world; a story that forgets it fails.
    pub(crate) ended: bool,
}

impl World {
    /// A project with staging whose CI is a command of ours.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, with CI in the forge: it says what the story says.
    pub(crate) async fn with_external_ci() -> Self {
        Self::with(|project| project.ci = Ci::External).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Project)) -> Self {
        let mut project = sample::project();
        project.ci = Ci::Command("./ci.sh".to_owned());
        change(&mut project);
        let clock = Arc::new(FakeClock::new());
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let repo = Arc::new(FakeRepo::default());
        let workspace = Arc::new(FakeWorkspace::new(Arc::clone(&repo)));
        let run_log = Arc::new(FakeRunLog::new());
        let runner = FakeRunner::new(vec![Arc::clone(&workspace)]).with_log(Arc::clone(&run_log));
        let deeds = Deeds::default();
        deeds.teach(&runner);
        let chat = Arc::new(FakeChat::new(Arc::clone(&shared)));
        let storage = Arc::new(FakeStorage::new(Arc::clone(&workspace)));
        let mut world = Self {
            storage,
            store: Arc::new(FakeStore::new()),
            board: Arc::new(FakeBoard::new(project.id.clone(), Arc::clone(&shared))),
            chat,
            forge: Arc::new(FakeForge::new(project.id.clone(), Arc::clone(&repo), shared)),
            repo,
            workspace,
            runner: Arc::new(runner),
            run_log,
            host: Arc::default(),
            run_storage: Arc::default(),
            settings: usual(),
            project,
            providers: ProviderChoice::new(AccountId::shared("claude"), []),
            pipeline: Pipeline::built_in(),
            deeds,
            health: Arc::default(),
            engine: None,
            daemons: 0,
            feeds: true,
            swept_at: clock.now(),
            clock,
            store_fails: false,
            ended: false,
        };
        world.daemon_starts().await;
        world
    }

    /// The same world with another pipeline.
    pub(crate) async fn with_pipeline(mut self, change: impl FnOnce(&mut Pipeline)) -> Self {
        change(&mut self.pipeline);
        self.daemon_restarts().await;
        self
    }

    /// The same world with other settings of the project.
    pub(crate) async fn with_project(mut self, change: impl FnOnce(&mut Project)) -> Self {
        change(&mut self.project);
        self.daemon_restarts().await;
        self
    }

    async fn daemon_restarts(&mut self) {
        self.daemon_dies();
        self.daemon_starts().await;
    }

    /// From now on nothing is told to the engine; it has to look.
    pub(crate) async fn without_feeds(mut self) -> Self {
        self.feeds = false;
        self.daemon_restarts().await;
        self
    }

    /// The daemon is gone at once; runs go on.
    pub(crate) fn daemon_dies(&mut self) {
        self.engine = None;
    }

    /// A new daemon over the same store.
    pub(crate) async fn daemon_starts(&mut self) {
        self.daemons += 1;
        let engine = Engine::new(Arc::new(self.context()));
        while let Err(error) = engine.recover().await {
            self.excuse(&error);
        }
        self.engine = Some(engine);
    }

    /// The daemon that lives.
    pub(crate) fn engine(&self) -> Engine {
        self.engine.clone().expect("a daemon lives")
    }

    fn context(&self) -> Context {
        let ports = ProjectPorts {
            project: self.project.clone(),
            pipeline: self.pipeline.clone(),
            tracker: Arc::clone(&self.board) as Arc<_>,
            forge: Arc::clone(&self.forge) as Arc<_>,
            chat: Arc::clone(&self.chat) as Arc<_>,
            workspace: Arc::clone(&self.workspace) as Arc<_>,
            storage: Arc::clone(&self.storage) as Arc<_>,
            providers: self.providers.clone(),
        };
        let feeds: Vec<Arc<dyn EventSource>> = vec![
            Arc::clone(&self.board) as Arc<_>,
            Arc::clone(&self.forge) as Arc<_>,
        ];
        Context {
            store: Arc::clone(&self.store) as Arc<_>,
            projects: BTreeMap::from([(self.project.id.clone(), ports)]),
            sources: if self.feeds { feeds } else { Vec::new() },
            runner: Arc::clone(&self.runner) as Arc<_>,
            run_log: Arc::clone(&self.run_log) as Arc<_>,
            run_storage: Arc::clone(&self.run_storage) as Arc<_>,
            host: Arc::clone(&self.host) as Arc<_>,
            clock: Arc::clone(&self.clock) as Arc<_>,
            prompts: BTreeMap::new(),
            settings: EngineSettings {
                instance: InstanceId::new(format!("daemon-{}", self.daemons)),
                ..self.settings.clone()
            },
            wakes: Arc::new(Wakes::default()),
            health: Arc::clone(&self.health),
            preflights: Arc::default(),
        }
    }

    // Agents, CI and time.

    /// What the role's next run does instead of good work; several calls line up.
    pub(crate) fn next(&self, role: &str, deed: impl FnOnce(&mut Desk<'_>) -> ScriptedEnd + Send + 'static) {
        self.deeds.push(role, deed);
    }

    /// The role's next run does this and ends well.
    pub(crate) fn next_writes(&self, role: &str, deed: impl FnOnce(&mut Desk<'_>) + Send + 'static) {
        self.deeds.push(role, |desk| {
            deed(desk);
            ScriptedEnd::finished()
        });
    }

    /// CI reports on the head of the issue's branch.
    pub(crate) async fn ci(&mut self, issue: &IssueId, state: StatusState, tail: Option<&str>) {
        let head = self.head(issue).await;
        self.forge.set_ci(&head, "ci/build", state, tail);
        self.runs_until_idle().await;
    }

    pub(crate) async fn seconds(&mut self, seconds: u64) {
        self.advance(Duration::from_secs(seconds)).await;
    }

    /// Time passes in steps, as loops would see it.
    pub(crate) async fn advance(&mut self, by: Duration) {
        let step = (by / 100).max(Duration::from_secs(10));
        let mut left = by;
        while !left.is_zero() {
            let now = left.min(step);
            left -= now;
            self.leaps(now).await;
        }
    }

    /// Time passes at once; loops see only its end.
    pub(crate) async fn jumps(&mut self, seconds: u64) {
        self.leaps(Duration::from_secs(seconds)).await;
    }

    /// The wall clock is set by so many milliseconds; no time passes.
    pub(crate) async fn clock_jumps(&mut self, milliseconds: i64) {
        self.clock.jump(milliseconds);
        self.swept_at = Timestamp(self.swept_at.0 + milliseconds);
        self.runs_until_idle().await;
    }

    async fn leaps(&mut self, by: Duration) {
        self.clock.advance(by);
        if self.clock.now().since(self.swept_at) >= SWEEP {
            self.swept_at = self.clock.now();
            self.sweeps().await;
        }
        self.runs_until_idle().await;
    }

    async fn sweeps(&self) {
        if let Some(engine) = &self.engine
            && let Err(error) = engine.sweep().await
        {
            self.excuse(&error);
        }
        settle().await;
    }

    /// Rounds of all loops until nothing moves any more; no task may stand still in silence.
    pub(crate) async fn runs_until_idle(&mut self) {
        let mut before = self.movement().await;
        for _ in 0..300 {
            self.one_round().await;
            self.nobody_stalls().await;
            let after = self.movement().await;
            if after == before {
                return;
            }
            before = after;
        }
        panic!("the engine does not come to rest: {}", self.movement().await);
    }

    pub(crate) async fn one_round(&self) {
        if let Some(engine) = &self.engine
            && let Err(error) = engine.round().await
        {
            self.excuse(&error);
        }
        settle().await;
    }

    /// Somebody else takes the attempt's lease away.
    pub(crate) async fn fence_out(&self, job: JobId, fence: u32) {
        let given = self.store.give_back(job, fence, self.clock.now(), false);
        self.looking(given).await.unwrap();
    }

    fn excuse(&self, error: &StoreError) {
        assert!(self.store_fails, "a loop could not finish its work: {error}");
    }

    /// A call of the story itself: no fault hits it, and it is not counted.
    pub(crate) async fn looking<T>(&self, call: impl Future<Output = T>) -> T {
        self.store.faults.suspend(true);
        let answer = call.await;
        self.store.faults.suspend(false);
        answer
    }
}

/// Lets every task of the engine go as far as it can.
async fn settle() {
    for _ in 0..24 {
        tokio::task::yield_now().await;
    }
}
