//! The runner, the run log and the clock in memory keep their ports' promises.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::id::{AccountId, BranchName, ProjectId, RunId, WorkItemId};
use pipeline_core::job::StartPoint;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::runner::{RunOccasion, RunSpec, RunStatus, RunWork, Runner};
use pipeline_core::port::workspace::{CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::role::Role;
use pipeline_core::run::RunRecord;
use pipeline_core::stage::StageName;
use testkit::conformance;
use testkit::conformance::run_log::RunLogHarness;
use testkit::conformance::runner::{Errand, RunnerHarness};
use testkit::fake::clock::FakeClock;
use testkit::fake::repo::FakeRepo;
use testkit::fake::run_log::FakeRunLog;
use testkit::fake::runner::{FakeRunner, ScriptedEnd};
use testkit::fake::workspace::FakeWorkspace;
use testkit::sample::{START, run_id};

struct OnFake(Arc<FakeRunner>);

#[async_trait]
impl RunnerHarness for OnFake {
    fn runner(&self) -> Arc<dyn Runner> {
        Arc::clone(&self.0) as Arc<dyn Runner>
    }

    async fn ready(&self, run: RunId, errand: Errand) -> RunSpec {
        let mut spec = agent(run);
        match errand {
            Errand::AgentWorks => self.0.on_agent(Role::DEVELOPER, |_, _| {
                ScriptedEnd::finished_with(RunRecord {
                    exit_code: Some(0),
                    session: Some("session-1".to_owned()),
                    summary: "did it".to_owned(),
                    ..RunRecord::default()
                })
            }),
            Errand::AgentFails => {
                self.0
                    .on_agent(Role::DEVELOPER, |_, _| ScriptedEnd::agent_error("it gave up"));
            }
            Errand::Command(line, code) => {
                spec.work = command(&line);
                self.0.on_command(move |_, _| ScriptedEnd::exited(code, &line));
            }
            Errand::Endless => {
                spec.work = command("endless");
                self.0.on_command(|_, _| ScriptedEnd::hangs());
            }
        }
        spec
    }

    async fn starts(&self, run: RunId) -> Option<usize> {
        let started = self.0.started().into_iter();
        Some(started.filter(|spec| spec.run == run).count())
    }
}

struct Logs(Arc<FakeRunLog>);

#[async_trait]
impl RunLogHarness for Logs {
    fn log(&self) -> Arc<dyn RunLog> {
        Arc::clone(&self.0) as Arc<dyn RunLog>
    }

    async fn write(&self, run: RunId, text: &[u8]) {
        self.0.write(run, &String::from_utf8_lossy(text));
    }
}

fn agent(run: RunId) -> RunSpec {
    RunSpec {
        run,
        project: ProjectId::new("et"),
        directory: PathBuf::from("/nowhere"),
        timeout: Duration::from_secs(60),
        occasion: RunOccasion::default(),
        work: RunWork::Agent {
            role: Role::new(Role::DEVELOPER),
            stage: StageName::new("development"),
            provider: AccountId::shared("fake"),
            work_item: WorkItemId::new("ET-001"),
            prompt: "You are a developer.".to_owned(),
            brief: "Add a greeting.".to_owned(),
            scope: None,
            resume: None,
            version: None,
        },
    }
}

fn command(line: &str) -> RunWork {
    RunWork::Command {
        command: line.to_owned(),
    }
}

#[tokio::test]
async fn the_fake_runner_conforms() {
    conformance::runner::all(|| async {
        let runner = FakeRunner::new(Vec::new()).with_accounts(vec![AccountId::shared("fake")]);
        Arc::new(OnFake(Arc::new(runner))) as Arc<dyn RunnerHarness>
    })
    .await;
}

#[tokio::test]
async fn the_fake_run_log_conforms() {
    conformance::run_log::all(|| async {
        Arc::new(Logs(Arc::new(FakeRunLog::new()))) as Arc<dyn RunLogHarness>
    })
    .await;
}

#[tokio::test]
async fn a_scripted_agent_works_in_its_checkout() {
    let workspace = Arc::new(FakeWorkspace::new(Arc::new(FakeRepo::new("main"))));
    let runner = FakeRunner::new(vec![Arc::clone(&workspace)]);
    runner.on_agent(Role::DEVELOPER, |spec, tree| {
        tree.write("greeting.txt", &format!("hello from {}\n", spec.run));
        ScriptedEnd::finished()
    });
    let (run, branch) = (run_id(1, 1, 1), BranchName::new("feature/x"));
    let spec = CheckoutSpec {
        run,
        branch: branch.clone(),
        start: StartPoint::DefaultBranch { with: None },
        remove: Vec::new(),
        from_default: Vec::new(),
        clean: false,
    };
    let directory = workspace.checkout(&spec).await.unwrap().directory;
    runner
        .start(&RunSpec {
            directory,
            ..agent(run)
        })
        .await
        .unwrap();
    let harvest = HarvestSpec {
        run,
        branch,
        role: Role::new(Role::DEVELOPER),
        work_item: WorkItemId::new("ET-001"),
        message: "auto-commit".to_owned(),
    };
    let harvest = workspace.harvest(&harvest).await.unwrap();
    assert_eq!(harvest.changed[0].path, "greeting.txt");
    assert_eq!(runner.briefs(Role::DEVELOPER), ["Add a greeting."]);
}

#[tokio::test]
async fn a_held_run_ends_when_told() {
    let runner = Arc::new(FakeRunner::new(Vec::new()));
    runner.on_agent(Role::DEVELOPER, |_, _| ScriptedEnd::finished());
    runner.hold(true);
    let (first, second) = (run_id(1, 1, 1), run_id(1, 2, 1));
    for run in [first, second] {
        runner.start(&agent(run)).await.unwrap();
    }
    assert_eq!(runner.running(), [first, second]);
    let waiting = {
        let runner = Arc::clone(&runner);
        tokio::spawn(async move { runner.wait(&first).await })
    };
    tokio::task::yield_now().await;
    runner.finish(&first);
    runner.lose(&second);
    let ended = waiting.await.unwrap().unwrap();
    assert!(matches!(ended, RunStatus::Ended(_)), "{ended:?}");
    assert_eq!(runner.status(&second).await.unwrap(), RunStatus::Lost);
}

#[tokio::test]
async fn the_fake_clock_wakes_sleepers_when_their_time_has_come() {
    let clock = Arc::new(FakeClock::new());
    let until = START.plus(Duration::from_secs(10));
    let sleeping = {
        let clock = Arc::clone(&clock);
        tokio::spawn(async move {
            clock.sleep_until(until).await;
            clock.now()
        })
    };
    tokio::task::yield_now().await;
    assert_eq!(clock.next_wake(), Some(until));
    clock.advance(Duration::from_secs(9));
    tokio::task::yield_now().await;
    assert!(!sleeping.is_finished());
    clock.advance(Duration::from_secs(1));
    assert_eq!(sleeping.await.unwrap(), until);
    assert_eq!(clock.next_wake(), None);
}
