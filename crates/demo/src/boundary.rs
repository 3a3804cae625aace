//! Death at a named boundary, for kill tests: the ports are wrapped, and the process kills itself before or after one call takes effect.
//! Nothing of the program knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::effect::{CommitStatus, Push, StartBranch};
use pipeline_core::evidence::{Evidence, EvidenceRequest};
use pipeline_core::id::{AccountId, BranchName, CommitSha, IssueId, ProjectId, RunId, TreeSha, WorkItemId};
use pipeline_core::observation::{HeadObservation, ItemObservation, PullRequest};
use pipeline_core::port::PortError;
use pipeline_core::port::forge::{Forge, MergeRequest};
use pipeline_core::port::runner::{RunSpec, RunStatus, Runner};
use pipeline_core::port::tracker::{Moved, NewComment, Tracker};
use pipeline_core::port::workspace::{BaseMerge, Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::resilience::PreflightReport;
use pipeline_core::run::Harvest;
use pipeline_core::stage::Column;
use pipeline_engine::Context;

use crate::options::DemoError;

/// The calls at which the process can die, in the order in which a task meets them first.
pub(crate) const CALLS: [&str; 11] = [
    "workspace.start_branch",
    "tracker.comment",
    "tracker.move_to",
    "workspace.checkout",
    "runner.start",
    "workspace.harvest",
    "workspace.push",
    "forge.open_pull_request",
    "forge.set_status",
    "forge.merge",
    "workspace.release",
];

/// Burns down to a kill -9 of this process.
struct Fuse {
    call: String,
    after: bool,
    left: AtomicU32,
}

impl Fuse {
    /// `before:forge.merge`, `after:tracker.comment:3` (the third such call).
    fn parse(text: &str) -> Result<Self, DemoError> {
        let wrong = || {
            DemoError::Usage(format!(
                "'{text}' is no boundary; write before:CALL[:N], after:CALL[:N] or time:MILLISECONDS with a call of: {}",
                CALLS.join(", ")
            ))
        };
        let mut parts = text.split(':');
        let (side, call) = (parts.next().ok_or_else(wrong)?, parts.next().ok_or_else(wrong)?);
        let nth = parts.next().map_or(Ok(1), str::parse).map_err(|_| wrong())?;
        if !CALLS.contains(&call) || !["before", "after"].contains(&side) || nth == 0 {
            return Err(wrong());
        }
        Ok(Self {
            call: call.to_owned(),
            after: side == "after",
            left: AtomicU32::new(nth),
        })
    }

    async fn around<T>(&self, call: &str, work: impl Future<Output = T>) -> T {
        if !self.after {
            self.burn(call);
        }
        let done = work.await;
        if self.after {
            self.burn(call);
        }
        done
    }

    fn burn(&self, call: &str) {
        if self.call == call && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            die();
        }
    }
}

fn die() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
}

/// Wraps the ports of every project; `time:1500` kills after so many milliseconds instead.
pub(crate) fn wrap(context: &mut Context, boundary: &str) -> Result<(), DemoError> {
    if let Some(milliseconds) = boundary.strip_prefix("time:").and_then(|text| text.parse().ok()) {
        let (clock, at) = (
            Arc::clone(&context.clock),
            context.clock.now().plus(Duration::from_millis(milliseconds)),
        );
        tokio::spawn(async move {
            clock.sleep_until(at).await;
            die();
        });
        return Ok(());
    }
    let fuse = Arc::new(Fuse::parse(boundary)?);
    context.runner = Arc::new(Deadly {
        inner: Arc::clone(&context.runner),
        fuse: Arc::clone(&fuse),
    });
    for ports in context.projects.values_mut() {
        ports.tracker = Arc::new(Deadly {
            inner: Arc::clone(&ports.tracker),
            fuse: Arc::clone(&fuse),
        });
        ports.forge = Arc::new(Deadly {
            inner: Arc::clone(&ports.forge),
            fuse: Arc::clone(&fuse),
        });
        ports.workspace = Arc::new(Deadly {
            inner: Arc::clone(&ports.workspace),
            fuse: Arc::clone(&fuse),
        });
    }
    Ok(())
}

struct Deadly<T: ?Sized> {
    inner: Arc<T>,
    fuse: Arc<Fuse>,
}

#[async_trait]
impl Tracker for Deadly<dyn Tracker> {
    async fn observe(&self, issue: &IssueId) -> Result<ItemObservation, PortError> {
        self.inner.observe(issue).await
    }

    async fn open_issues(&self) -> Result<Vec<IssueId>, PortError> {
        self.inner.open_issues().await
    }

    async fn comment(&self, comment: &NewComment) -> Result<(), PortError> {
        self.fuse
            .around("tracker.comment", self.inner.comment(comment))
            .await
    }

    async fn move_to(&self, issue: &IssueId, column: Column) -> Result<Moved, PortError> {
        self.fuse
            .around("tracker.move_to", self.inner.move_to(issue, column))
            .await
    }

    async fn check(&self) -> Result<(), PortError> {
        self.inner.check().await
    }
}

#[async_trait]
impl Forge for Deadly<dyn Forge> {
    async fn observe(
        &self,
        branch: &BranchName,
        ours: Option<CommitSha>,
    ) -> Result<HeadObservation, PortError> {
        self.inner.observe(branch, ours).await
    }

    async fn open_pull_request(
        &self,
        branch: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<PullRequest, PortError> {
        self.fuse
            .around(
                "forge.open_pull_request",
                self.inner.open_pull_request(branch, title, body),
            )
            .await
    }

    async fn merge(&self, request: &MergeRequest) -> Result<CommitSha, PortError> {
        self.fuse.around("forge.merge", self.inner.merge(request)).await
    }

    async fn set_status(&self, commit: &CommitSha, status: &CommitStatus) -> Result<(), PortError> {
        self.fuse
            .around("forge.set_status", self.inner.set_status(commit, status))
            .await
    }

    async fn check(&self) -> Result<(), PortError> {
        self.inner.check().await
    }
}

#[async_trait]
impl Workspace for Deadly<dyn Workspace> {
    async fn start_branch(&self, branch: &StartBranch) -> Result<CommitSha, PortError> {
        self.fuse
            .around("workspace.start_branch", self.inner.start_branch(branch))
            .await
    }

    async fn checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        self.fuse
            .around("workspace.checkout", self.inner.checkout(spec))
            .await
    }

    async fn harvest(&self, spec: &HarvestSpec) -> Result<Harvest, PortError> {
        self.fuse
            .around("workspace.harvest", self.inner.harvest(spec))
            .await
    }

    async fn push(&self, push: &Push) -> Result<(), PortError> {
        self.fuse.around("workspace.push", self.inner.push(push)).await
    }

    async fn merge_base(&self, head: &CommitSha, work_item: &WorkItemId) -> Result<BaseMerge, PortError> {
        self.inner.merge_base(head, work_item).await
    }

    async fn own_merge(
        &self,
        head: &CommitSha,
        theirs: &CommitSha,
        work_item: &WorkItemId,
    ) -> Result<Option<TreeSha>, PortError> {
        self.inner.own_merge(head, theirs, work_item).await
    }

    async fn read(&self, request: &EvidenceRequest, work_item: &WorkItemId) -> Result<Evidence, PortError> {
        self.inner.read(request, work_item).await
    }

    async fn release(&self, branch: &BranchName) -> Result<(), PortError> {
        self.fuse
            .around("workspace.release", self.inner.release(branch))
            .await
    }
}

#[async_trait]
impl Runner for Deadly<dyn Runner> {
    async fn start(&self, spec: &RunSpec) -> Result<(), PortError> {
        self.fuse.around("runner.start", self.inner.start(spec)).await
    }

    async fn status(&self, run: &RunId) -> Result<RunStatus, PortError> {
        self.inner.status(run).await
    }

    async fn wait(&self, run: &RunId) -> Result<RunStatus, PortError> {
        self.inner.wait(run).await
    }

    async fn cancel(&self, run: &RunId) -> Result<(), PortError> {
        self.inner.cancel(run).await
    }

    async fn check(&self) -> Result<(), PortError> {
        self.inner.check().await
    }

    async fn preflight(
        &self,
        project: &ProjectId,
        account: &AccountId,
    ) -> Result<PreflightReport, PortError> {
        self.inner.preflight(project, account).await
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn boundaries_are_named_and_counted() {
        assert!(Fuse::parse("before:forge.merge").is_ok());
        assert!(Fuse::parse("after:tracker.comment:3").is_ok());
        for wrong in [
            "forge.merge",
            "during:forge.merge",
            "after:nothing",
            "after:forge.merge:0",
            "after:forge.merge:x",
        ] {
            assert!(Fuse::parse(wrong).is_err(), "{wrong}");
        }
    }
}
