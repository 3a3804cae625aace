//! What the listeners are given. Built once at the start; holds no state of its own.

use std::sync::Arc;
use std::time::Duration;

use pipeline_core::port::board::Board;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::source::EventSource;
use pipeline_core::port::store::Store;
use pipeline_core::port::workspace::Workspace;
use pipeline_core::project::Project;

/// Everything that both listeners use.
#[derive(Clone)]
pub struct WebState {
    /// Our state.
    pub store: Arc<dyn Store>,
    /// The running registry.
    pub projects: Vec<ProjectView>,
    /// Who may send webhooks; each is reached at `/webhook/{name}`.
    pub sources: Vec<Arc<dyn EventSource>>,
    /// What keeps us from being ready.
    pub health: Arc<dyn Health>,
    /// Called after every durable write from here (a delivery, a move or a comment on the board), so that the loops look at once.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// What runs wrote.
    pub run_log: Arc<dyn RunLog>,
    /// The queue's limits, as shown by `/queue`.
    pub limits: QueueLimits,
    /// This installation is a staging one.
    pub staging: bool,
    /// Names by which the admin listener may be called besides the loopback ones: `board.example.org` (any port) or `board.example.org:8443`.
    pub allowed_hosts: Vec<String>,
}

/// Limits of the queue, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Agent and command jobs that run at once.
    pub max_concurrency: usize,
    /// How often the dispatcher looks by itself.
    pub poll_interval: Duration,
}

/// A project of the registry with what its pages need.
#[derive(Clone)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// The tracker's kind, such as `local`.
    pub tracker: &'static str,
    /// The forge's kind, such as `local`.
    pub forge: &'static str,
    /// The embedded board; none when the tracker has pages of its own.
    pub board: Option<Arc<dyn Board>>,
    /// Where documents are read.
    pub workspace: Arc<dyn Workspace>,
    /// How a person gets at what was merged, such as a `git clone` command.
    pub result_hint: Option<String>,
}

/// Whether the daemon does its work.
pub trait Health: Send + Sync {
    /// What keeps it from that, a sentence each: a loop that has not ticked, a read-only store, a running recovery. Empty: ready. Must not
    /// wait for anything.
    fn problems(&self) -> Vec<String>;

    /// Why queued work does not begin, a sentence each: an operator's hold, a floor, people who have enough to decide. It is no problem of the
    /// daemon. Must not wait for anything.
    fn held_back(&self) -> Vec<String> {
        Vec::new()
    }
}

impl WebState {
    /// The project of this id.
    pub(crate) fn project(&self, id: &str) -> Option<&ProjectView> {
        self.projects.iter().find(|view| view.project.id.as_str() == id)
    }

    /// The source of this name.
    pub(crate) fn source(&self, name: &str) -> Option<&Arc<dyn EventSource>> {
        self.sources.iter().find(|source| source.name() == name)
    }
}
