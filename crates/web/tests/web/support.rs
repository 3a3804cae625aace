//! A whole `WebState` on doubles, and ways to ask it.

mod board;
mod doubles;
mod ask;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pipeline_core::port::board::Board;
use pipeline_core::port::store::deliveries::{Delivery, DeliveryStore};
use pipeline_core::port::store::tasks::{Committed, TaskStore};
use pipeline_core::project::Project;
use pipeline_core::task::Task;
use testkit::fake::store::FakeStore;
use testkit::sample;
use web::state::{ProjectView, QueueLimits, WebState};

pub(crate) use ask::{Answer, ask, form, get};
pub(crate) use board::MemoryBoard;
pub(crate) use doubles::{FixedHealth, MemoryLog, MemoryWorkspace, SignedSource, signature};

/// The address that the admin router believes it is bound to.
pub(crate) const BOUND: &str = "127.0.0.1:8081";

pub(crate) struct World {
    pub(crate) store: Arc<FakeStore>,
    pub(crate) board: Arc<MemoryBoard>,
    pub(crate) workspace: Arc<MemoryWorkspace>,
    pub(crate) log: Arc<MemoryLog>,
    pub(crate) health: Arc<FixedHealth>,
    pub(crate) state: WebState,
    woken: Arc<AtomicUsize>,
}

impl World {
    pub(crate) fn new() -> Self {
        let store = Arc::new(FakeStore::new());
        let board = Arc::new(MemoryBoard::default());
        let workspace = Arc::new(MemoryWorkspace::default());
        let log = Arc::new(MemoryLog::default());
        let health = Arc::new(FixedHealth::default());
        let woken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&woken);
        let state = WebState {
            store: Arc::<FakeStore>::clone(&store),
            projects: vec![view(
                sample::project(),
                Some(Arc::<MemoryBoard>::clone(&board)),
                &workspace,
            )],
            sources: vec![Arc::new(SignedSource("plane")), Arc::new(SignedSource("gitea"))],
            health: Arc::<FixedHealth>::clone(&health),
            wake: Arc::new(move || {
                counter.fetch_add(1, Ordering::SeqCst);
            }),
            clock: Arc::new(doubles::FixedClock),
            run_log: Arc::<MemoryLog>::clone(&log),
            limits: QueueLimits {
                max_concurrency: 2,
                poll_interval: Duration::from_secs(2),
            },
            staging: false,
            allowed_hosts: Vec::new(),
        };
        Self {
            store,
            board,
            workspace,
            log,
            health,
            state,
            woken,
        }
    }

    /// A project whose tracker has pages of its own.
    pub(crate) fn add_remote_project(&mut self, project: Project) {
        let view = view(project, None, &self.workspace);
        self.state.projects.push(view);
    }

    pub(crate) fn woken(&self) -> usize {
        self.woken.load(Ordering::SeqCst)
    }

    pub(crate) async fn public(&self, request: axum::extract::Request) -> Answer {
        ask(web::public::router(Arc::new(self.state.clone())), request).await
    }

    pub(crate) async fn admin(&self, request: axum::extract::Request) -> Answer {
        let router = web::admin::router(Arc::new(self.state.clone()), BOUND.parse().unwrap());
        ask(router, request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.admin(get(path)).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.admin(form(path, fields)).await
    }

    pub(crate) async fn add_task(&self, task: Task) {
        assert_eq!(self.store.commit(sample::insert(task)).await, Ok(Committed::Yes));
    }

    pub(crate) async fn deliveries(&self) -> Vec<Delivery> {
        self.store.waiting(sample::at(1_000_000), 100).await.unwrap()
    }
}

fn view(project: Project, board: Option<Arc<dyn Board>>, workspace: &Arc<MemoryWorkspace>) -> ProjectView {
    ProjectView {
        project,
        tracker: if board.is_some() { "local" } else { "plane" },
        forge: "local",
        board,
        workspace: Arc::<MemoryWorkspace>::clone(workspace),
        result_hint: Some("git clone /srv/example.git".to_owned()),
    }
}
