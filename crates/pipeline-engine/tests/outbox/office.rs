//! An office: one project with many tasks whose comments and alerts wait in the outbox, and daemons that send them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pipeline_core::effect::{EffectKind, NewEffect};
use pipeline_core::id::{AccountId, InstanceId, IssueId, TaskId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::chat::Chat;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::outbox::{OutboxFilter, OutboxRow, OutboxStore};
use pipeline_core::port::store::tasks::{Commit, Committed, TaskStore};
use pipeline_core::port::tracker::Tracker;
use pipeline_core::resilience::ProviderChoice;
use pipeline_core::role::Role;
use pipeline_engine::{Context, Engine, EngineSettings, Health, ProjectPorts, Wakes};
use testkit::fake::board::FakeBoard;
use testkit::fake::chat::FakeChat;
use testkit::fake::clock::FakeClock;
use testkit::fake::forge::FakeForge;
use testkit::fake::host::FakeHost;
use testkit::fake::repo::FakeRepo;
use testkit::fake::run_log::FakeRunLog;
use testkit::fake::runner::FakeRunner;
use testkit::fake::storage::{FakeRunStorage, FakeStorage};
use testkit::fake::store::FakeStore;
use testkit::fake::workspace::FakeWorkspace;
use testkit::sample;

use crate::settings;

pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// One project and its outbox.
pub(crate) struct Office {
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) board: Arc<FakeBoard>,
    pub(crate) chat: Arc<FakeChat>,
    pub(crate) issues: Vec<IssueId>,
    /// Tries before an effect is dead.
    pub(crate) attempts: u32,
}

impl Office {
    /// So many tasks, each with an issue.
    pub(crate) async fn with_tasks(count: i64) -> Self {
        let clock = Arc::new(FakeClock::new());
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let mut office = Self {
            board: Arc::new(FakeBoard::new(sample::project().id, Arc::clone(&shared))),
            chat: Arc::new(FakeChat::new(shared)),
            store: Arc::new(FakeStore::new()),
            clock,
            issues: Vec::new(),
            attempts: 12,
        };
        for id in 1..=count {
            let mut task = sample::task(id);
            task.issue = office
                .board
                .create_issue("Add a greeting", "The program shall greet.");
            office.issues.push(task.issue.clone());
            office.commit(sample::insert(task)).await;
        }
        office
    }

    /// A daemon that talks to these systems. It has done nothing yet.
    pub(crate) fn daemon(&self, name: &str, tracker: Arc<dyn Tracker>, chat: Arc<dyn Chat>) -> Engine {
        let project = sample::project();
        let repo = Arc::new(FakeRepo::default());
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let workspace = Arc::new(FakeWorkspace::new(Arc::clone(&repo)));
        let runner = FakeRunner::new(vec![Arc::clone(&workspace)]);
        let ports = ProjectPorts {
            pipeline: Pipeline::built_in(),
            tracker,
            forge: Arc::new(FakeForge::new(project.id.clone(), repo, Arc::clone(&clock))),
            chat,
            storage: Arc::new(FakeStorage::new(Arc::clone(&workspace))),
            workspace,
            project,
            providers: ProviderChoice::new(AccountId::shared("claude"), []),
        };
        Engine::new(Arc::new(Context {
            store: Arc::clone(&self.store) as Arc<_>,
            projects: BTreeMap::from([(ports.project.id.clone(), ports)]),
            sources: Vec::new(),
            runner: Arc::new(runner),
            run_log: Arc::new(FakeRunLog::new()),
            clock,
            prompts: BTreeMap::new(),
            host: Arc::new(FakeHost::default()),
            run_storage: Arc::new(FakeRunStorage::default()),
            settings: EngineSettings {
                instance: InstanceId::new(name),
                max_concurrency: 1,
                lease: LEASE,
                effect_attempts: self.attempts,
                ..settings::usual()
            },
            wakes: Arc::new(Wakes::default()),
            health: Arc::new(Health::default()),
            preflights: Arc::default(),
        }))
    }

    /// Each task gets this many comments, all written before the next task's.
    pub(crate) async fn comments(&self, each: u32) {
        for (task, issue) in (1..).zip(&self.issues) {
            let rows = (1..=each).map(|number| comment(task, number, issue));
            self.write(rows.collect()).await;
        }
    }

    /// Each task gets an alert.
    pub(crate) async fn alerts(&self) {
        for (task, _) in (1..).zip(&self.issues) {
            self.write(vec![sample::alert(task, &format!("{task}-alert"))])
                .await;
        }
    }

    async fn write(&self, effects: Vec<NewEffect>) {
        let at = self.clock.now();
        self.commit(Commit {
            at,
            effects,
            ..Commit::default()
        })
        .await;
    }

    async fn commit(&self, commit: Commit) {
        assert_eq!(self.store.commit(commit).await.unwrap(), Committed::Yes);
    }

    /// Rows that are not done.
    pub(crate) async fn open(&self) -> Vec<OutboxRow> {
        self.store.effects(OutboxFilter::Open).await.unwrap()
    }

    /// The rows of a task, oldest first.
    pub(crate) async fn rows(&self, task: i64) -> Vec<OutboxRow> {
        let filter = OutboxFilter::OfTask(TaskId(task));
        self.store.effects(filter).await.unwrap()
    }

    /// The daemons' loops tick, then everything goes as far as it can.
    pub(crate) async fn round(&self, daemons: &[Engine]) {
        for daemon in daemons {
            daemon.round().await.unwrap();
        }
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
    }

    /// The same until everything has arrived.
    pub(crate) async fn until_sent(&self, daemons: &[Engine], limit: u32) -> u32 {
        let seconds = self.until_settled(daemons, limit).await;
        assert!(self.open().await.is_empty(), "something died");
        seconds
    }

    /// Rounds with a second between them until nothing is to be sent; answers how many seconds passed.
    pub(crate) async fn until_settled(&self, daemons: &[Engine], limit: u32) -> u32 {
        for second in 0..limit {
            self.round(daemons).await;
            if self.open().await.iter().all(|row| !row.status.is_open()) {
                return second;
            }
            self.clock.advance(Duration::from_secs(1));
        }
        panic!(
            "after {limit} s not everything is sent: {:?}",
            self.open().await.first()
        );
    }
}

pub(crate) fn comment(task: i64, number: u32, issue: &IssueId) -> NewEffect {
    let kind = EffectKind::Comment {
        issue: issue.clone(),
        author: Role::stream(),
        html: format!("comment {number}"),
    };
    sample::effect(task, &format!("{task}-e{number}"), kind)
}
