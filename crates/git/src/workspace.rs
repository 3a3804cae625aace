//! The workspace port: one project's mirror and checkouts. Calls that change something run one at a time.

mod project;
mod just_fetched;
mod start_branch;
mod beginning;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pipeline_core::effect::{Push, StartBranch};
use pipeline_core::evidence::{Evidence, EvidenceRequest};
use pipeline_core::id::{BranchName, CommitSha, TreeSha, WorkItemId};
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::workspace::{BaseMerge, Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::run::Harvest;

use crate::checkout::Checkouts;
use crate::command::Git;
use crate::documents;
use crate::error::GitError;
use crate::mirror::Mirror;
use crate::remote::Remote;
use just_fetched::JustFetched;
use project::Project;

/// Where one project's repository is and lives.
#[derive(Debug, Clone)]
pub struct WorkspaceSettings {
    /// The program and its limits.
    pub git: Git,
    /// The bare mirror, made if it is not there. Nobody else may write it.
    pub mirror_dir: PathBuf,
    /// The checkouts, a directory per branch. No other project's may be there.
    pub checkouts_dir: PathBuf,
    /// The repository in the forge.
    pub remote: Remote,
    /// The branch that all others start from.
    pub default_branch: BranchName,
    /// A run may not leave a larger file; in bytes.
    pub largest_file: u64,
}

impl WorkspaceSettings {
    /// For [`largest_file`](Self::largest_file): 64 MiB.
    pub const LARGEST_FILE: u64 = 64 << 20;
}

/// [`Workspace`] with real git. Cheap to clone.
#[derive(Clone)]
pub struct GitWorkspace {
    project: Arc<Project>,
}

impl GitWorkspace {
    /// Checks git's version and makes the mirror (still empty: the first call that needs the forge fetches) and the
    /// directories. Blocks. The clock dates our commits.
    pub fn new(settings: WorkspaceSettings, clock: Arc<dyn Clock>) -> Result<Self, GitError> {
        settings.git.version()?;
        let WorkspaceSettings {
            git,
            mirror_dir,
            checkouts_dir,
            remote,
            default_branch,
            largest_file,
        } = settings;
        std::fs::create_dir_all(&mirror_dir).map_err(GitError::io("create", &mirror_dir))?;
        let mirror_dir = mirror_dir
            .canonicalize()
            .map_err(GitError::io("open", &mirror_dir))?;
        let project = Project {
            mirror: Mirror::prepare(&git, &mirror_dir, remote, default_branch)?,
            checkouts: Checkouts::new(&checkouts_dir, largest_file)?,
            largest_file,
            clock,
            just_fetched: JustFetched::default(),
            changing: Mutex::new(()),
        };
        Ok(Self {
            project: Arc::new(project),
        })
    }

    /// Runs on the blocking pool, alone when it changes something.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        access: Access,
        work: impl FnOnce(&Project) -> Result<T, PortError> + Send + 'static,
    ) -> Result<T, PortError> {
        let project = Arc::clone(&self.project);
        let done = tokio::task::spawn_blocking(move || {
            let _alone = match access {
                // The lock guards no memory: what a panic left half done is on disk, and every call is repeatable.
                Access::Change => Some(project.changing.lock().unwrap_or_else(PoisonError::into_inner)),
                Access::Look => None,
            };
            work(&project)
        });
        done.await.unwrap_or_else(|error| {
            Err(PortError::retry(format!(
                "the work on the repository was cut off: {error}"
            )))
        })
    }
}

/// What a call does to the repository.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    /// It changes something, so it runs alone.
    Change,
    /// It only looks.
    Look,
}

#[async_trait]
impl Workspace for GitWorkspace {
    async fn start_branch(&self, branch: &StartBranch) -> Result<CommitSha, PortError> {
        let branch = branch.clone();
        self.run(Access::Change, move |project| project.start_branch(&branch))
            .await
    }

    async fn checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        let spec = spec.clone();
        self.run(Access::Change, move |project| project.checkout(&spec))
            .await
    }

    async fn harvest(&self, spec: &HarvestSpec) -> Result<Harvest, PortError> {
        let spec = spec.clone();
        self.run(Access::Change, move |project| project.harvest(&spec))
            .await
    }

    async fn push(&self, push: &Push) -> Result<(), PortError> {
        let push = push.clone();
        self.run(Access::Change, move |project| project.push(&push)).await
    }

    async fn merge_base(&self, head: &CommitSha, work_item: &WorkItemId) -> Result<BaseMerge, PortError> {
        let (head, work_item) = (head.clone(), work_item.clone());
        self.run(Access::Change, move |project| {
            project.merge_base(&head, &work_item)
        })
        .await
    }

    async fn own_merge(
        &self,
        head: &CommitSha,
        theirs: &CommitSha,
        work_item: &WorkItemId,
    ) -> Result<Option<TreeSha>, PortError> {
        let (head, theirs, work_item) = (head.clone(), theirs.clone(), work_item.clone());
        self.run(Access::Look, move |project| {
            project.own_merge(&head, &theirs, &work_item)
        })
        .await
    }

    async fn read(&self, request: &EvidenceRequest, work_item: &WorkItemId) -> Result<Evidence, PortError> {
        let access = if request.commit.is_some() {
            Access::Look
        } else {
            Access::Change
        };
        let (request, work_item) = (request.clone(), work_item.clone());
        self.run(access, move |project| {
            documents::read(&project.mirror, &request, &work_item)
        })
        .await
    }

    async fn release(&self, branch: &BranchName) -> Result<(), PortError> {
        let branch = branch.clone();
        self.run(Access::Change, move |project| {
            project.checkouts.release(&project.mirror, &branch)
        })
        .await
    }
}
