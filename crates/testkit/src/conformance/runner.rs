//! What every runner has to do.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{AccountId, RunId};
use pipeline_core::port::runner::{RunEnd, RunSpec, RunStatus, RunWork, Runner};

use crate::sample::run_id;

use self as runs;

/// What a run of the suite does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// An agent that ends well with the session `session-1` and the summary `did it`.
    AgentWorks,
    /// An agent that fails by itself.
    AgentFails,
    /// A command that writes this line and exits with this code.
    Command(String, i32),
    /// A command that never ends by itself.
    Endless,
}

/// A runner, and runs for it.
#[async_trait]
pub trait RunnerHarness: Send + Sync {
    /// The runner.
    fn runner(&self) -> Arc<dyn Runner>;

    /// Makes a run of this id ready that does this.
    async fn ready(&self, run: RunId, errand: Errand) -> RunSpec;

    /// How often the run has begun its work, when that can be seen.
    async fn starts(&self, run: RunId) -> Option<usize>;
}

suite! {
    Arc<dyn RunnerHarness>:
    runs {
        a_run_that_was_never_started_is_lost,
        an_agent_ends_with_its_record,
        a_failed_agent_says_why,
        a_command_ends_with_its_code_and_log,
        a_run_is_started_once,
        the_end_stays_known,
        a_run_is_called_off,
        calling_off_what_is_over_is_no_error,
        a_runner_in_order_passes_its_check,
        an_account_in_order_passes_its_preflight,
        an_account_that_nobody_knows_is_a_problem,
    }
}

const RUN: fn() -> RunId = || run_id(1, 1, 1);

/// Both when asked and when waited for.
pub async fn a_run_that_was_never_started_is_lost(harness: Arc<dyn RunnerHarness>) {
    let runner = harness.runner();
    assert_eq!(runner.status(&RUN()).await.unwrap(), RunStatus::NeverBegan);
    assert_eq!(runner.wait(&RUN()).await.unwrap(), RunStatus::NeverBegan);
}

/// Exit code, session, summary; no failure.
pub async fn an_agent_ends_with_its_record(harness: Arc<dyn RunnerHarness>) {
    let end = run(&harness, Errand::AgentWorks).await;
    assert_eq!((end.failure, end.cancelled, end.timed_out), (None, false, false));
    assert_eq!(end.record.exit_code, Some(0));
    assert_eq!(end.record.session.as_deref(), Some("session-1"));
    assert_eq!(end.record.summary, "did it");
}

/// In a sentence.
pub async fn a_failed_agent_says_why(harness: Arc<dyn RunnerHarness>) {
    let end = run(&harness, Errand::AgentFails).await;
    let failure = end.failure.expect("it failed");
    assert!(!failure.message.is_empty());
    assert!(!end.cancelled);
}

/// A code other than 0 is no failure of the run.
pub async fn a_command_ends_with_its_code_and_log(harness: Arc<dyn RunnerHarness>) {
    let end = run(&harness, Errand::Command("two tests failed".to_owned(), 3)).await;
    assert_eq!((end.record.exit_code, end.failure), (Some(3), None));
    assert!(end.log_tail.contains("two tests failed"), "{:?}", end.log_tail);
}

/// However often that is asked for, while it runs and after its end.
pub async fn a_run_is_started_once(harness: Arc<dyn RunnerHarness>) {
    let runner = harness.runner();
    let spec = harness.ready(RUN(), Errand::Command("once".to_owned(), 0)).await;
    runner.start(&spec).await.unwrap();
    runner.start(&spec).await.unwrap();
    runner.wait(&RUN()).await.unwrap();
    runner.start(&spec).await.unwrap();
    runner.wait(&RUN()).await.unwrap();
    assert!(matches!(harness.starts(RUN()).await, None | Some(1)));
}

/// Whoever asks, and whenever.
pub async fn the_end_stays_known(harness: Arc<dyn RunnerHarness>) {
    run(&harness, Errand::Command("words".to_owned(), 0)).await;
    let first = harness.runner().status(&RUN()).await.unwrap();
    let second = harness.runner().wait(&RUN()).await.unwrap();
    assert!(matches!(first, RunStatus::Ended(_)), "{first:?}");
    assert_eq!(first, second);
}

/// And says so at its end.
pub async fn a_run_is_called_off(harness: Arc<dyn RunnerHarness>) {
    let runner = harness.runner();
    let spec = harness.ready(RUN(), Errand::Endless).await;
    runner.start(&spec).await.unwrap();
    assert_eq!(runner.status(&RUN()).await.unwrap(), RunStatus::Running);
    runner.cancel(&RUN()).await.unwrap();
    assert!(ended(runner.wait(&RUN()).await.unwrap()).cancelled);
}

/// Its end stays as it was.
pub async fn calling_off_what_is_over_is_no_error(harness: Arc<dyn RunnerHarness>) {
    let end = run(&harness, Errand::Command("words".to_owned(), 0)).await;
    harness.runner().cancel(&RUN()).await.unwrap();
    let after = ended(harness.runner().status(&RUN()).await.unwrap());
    assert_eq!(after, end);
}

/// Without starting anything.
pub async fn a_runner_in_order_passes_its_check(harness: Arc<dyn RunnerHarness>) {
    harness.runner().check().await.unwrap();
}

/// The account of an agent that can run.
pub async fn an_account_in_order_passes_its_preflight(harness: Arc<dyn RunnerHarness>) {
    let spec = harness.ready(RUN(), Errand::AgentWorks).await;
    let RunWork::Agent { provider, .. } = &spec.work else {
        panic!("an agent's errand is no agent's work: {:?}", spec.work)
    };
    let report = harness.runner().preflight(&spec.project, provider).await.unwrap();
    assert!(report.is_ok(), "{report:?}");
    assert_eq!(
        harness.runner().status(&RUN()).await.unwrap(),
        RunStatus::NeverBegan
    );
}

/// In a sentence.
pub async fn an_account_that_nobody_knows_is_a_problem(harness: Arc<dyn RunnerHarness>) {
    let spec = harness.ready(RUN(), Errand::AgentWorks).await;
    let unknown = AccountId::shared("nobody");
    let report = harness.runner().preflight(&spec.project, &unknown).await.unwrap();
    assert!(
        !report.is_ok() && report.problems[0].contains("nobody"),
        "{report:?}"
    );
}

async fn run(harness: &Arc<dyn RunnerHarness>, errand: Errand) -> RunEnd {
    let spec = harness.ready(RUN(), errand).await;
    harness.runner().start(&spec).await.unwrap();
    ended(harness.runner().wait(&RUN()).await.unwrap())
}

fn ended(status: RunStatus) -> RunEnd {
    match status {
        RunStatus::Ended(end) => *end,
        other @ (RunStatus::Running | RunStatus::NeverBegan | RunStatus::Lost) => panic!("it is {other:?}"),
    }
}
