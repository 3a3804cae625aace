//! The forge of one project as the pipeline sees it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pipeline_core::effect::CommitStatus;
use pipeline_core::id::{BranchName, CommitSha, ProjectId};
use pipeline_core::observation::{HeadObservation, PullRequest, ReviewState};
use pipeline_core::port::PortError;
use pipeline_core::port::forge::{Forge, MergeRequest};
use tokio::sync::Notify;

use crate::opening::{self, ForgeHome, OpenError};
use crate::project::{Project, heads_of};

/// One project's repository, pull requests and statuses. One process at a time.
pub struct LocalForge {
    id: ProjectId,
    remote: PathBuf,
    default_branch: BranchName,
    project: Arc<Mutex<Project>>,
    pub(crate) changed: Notify,
}

/// A person's review of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReview {
    /// Who.
    pub author: String,
    /// What they say.
    pub state: ReviewState,
    /// Their words.
    pub text: String,
}

impl LocalForge {
    /// Makes the project from the repository at `source` the first time, with all its branches and tags; opens it from then on,
    /// whatever has become of `source`. That repository is read, never written to. `default_branch`: else what HEAD names. Blocks.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do: no repository, no commits, no such branch, unreadable files.
    pub fn create(
        home: &ForgeHome,
        project: &ProjectId,
        source: &Path,
        default_branch: Option<&BranchName>,
    ) -> Result<Arc<Self>, OpenError> {
        opening::create(home, project, source, default_branch).map(Self::of)
    }

    /// Opens a project that was made before. Blocks.
    ///
    /// # Errors
    /// [`OpenError`]; `NoProject` when it was not made.
    pub fn open(home: &ForgeHome, project: &ProjectId) -> Result<Arc<Self>, OpenError> {
        opening::open(home, project).map(Self::of)
    }

    fn of(project: Project) -> Arc<Self> {
        Arc::new(Self {
            id: project.id.clone(),
            remote: project.repository.path().to_owned(),
            default_branch: project.default_branch.clone(),
            project: Arc::new(Mutex::new(project)),
            changed: Notify::new(),
        })
    }

    /// Which project.
    #[must_use]
    pub fn project(&self) -> &ProjectId {
        &self.id
    }

    /// The bare repository: where to fetch from and push to.
    #[must_use]
    pub fn remote(&self) -> &Path {
        &self.remote
    }

    /// The branch that pull requests are merged into.
    #[must_use]
    pub fn default_branch(&self) -> &BranchName {
        &self.default_branch
    }

    /// What a user runs in their own repository to fetch the result; `FETCH_HEAD` names it then.
    #[must_use]
    pub fn fetch_command(&self) -> String {
        let path = quoted(&self.remote.to_string_lossy());
        format!("git fetch {path} {}", quoted(self.default_branch.as_str()))
    }

    /// Closes a pull request without merging it, as a person. One that is not open stays as it is.
    ///
    /// # Errors
    /// `NotFound` when there is none with this number.
    pub async fn close_pull_request(&self, number: u64) -> Result<(), PortError> {
        self.change(move |project| project.close(number)).await
    }

    /// Reviews a pull request at its branch's present head, as a person.
    ///
    /// # Errors
    /// `NotFound` when there is none with this number; `Conflict` when it is not open.
    pub async fn review_pull_request(&self, number: u64, review: NewReview) -> Result<(), PortError> {
        self.change(move |project| project.review(number, review)).await
    }

    /// Runs `work` under the project's lock on the blocking pool, then wakes those that wait for news.
    async fn change<T, W>(&self, work: W) -> Result<T, PortError>
    where
        T: Send + 'static,
        W: FnOnce(&mut Project) -> Result<T, PortError> + Send + 'static,
    {
        let value = self.locked(work).await?;
        self.changed.notify_one();
        Ok(value)
    }

    pub(crate) async fn locked<T, W>(&self, work: W) -> Result<T, PortError>
    where
        T: Send + 'static,
        W: FnOnce(&mut Project) -> Result<T, PortError> + Send + 'static,
    {
        let project = Arc::clone(&self.project);
        tokio::task::spawn_blocking(move || {
            // What is in memory is written to disk first and changed last, so a panic leaves it sound.
            let mut project = project.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut project)
        })
        .await
        .unwrap_or_else(|_| {
            Err(PortError::Ambiguous(
                "the local forge's worker stopped".to_owned(),
            ))
        })
    }
}

#[async_trait]
impl Forge for LocalForge {
    async fn observe(
        &self,
        branch: &BranchName,
        ours: Option<CommitSha>,
    ) -> Result<HeadObservation, PortError> {
        let branch = branch.clone();
        self.locked(move |project| project.observe(&branch, ours.as_ref()))
            .await
    }

    async fn open_pull_request(
        &self,
        branch: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<PullRequest, PortError> {
        let (branch, title, body) = (branch.clone(), title.to_owned(), body.to_owned());
        self.change(move |project| project.open_pull_request(&branch, &title, &body))
            .await
    }

    async fn merge(&self, request: &MergeRequest) -> Result<CommitSha, PortError> {
        let request = request.clone();
        self.change(move |project| project.merge(&request)).await
    }

    async fn set_status(&self, commit: &CommitSha, status: &CommitStatus) -> Result<(), PortError> {
        let (commit, status) = (commit.clone(), status.clone());
        self.change(move |project| project.set_status(&commit, &status))
            .await
    }

    async fn check(&self) -> Result<(), PortError> {
        self.locked(|project| {
            let heads = heads_of(&project.repository)?;
            project.default_head(&heads).map(drop)
        })
        .await
    }
}

/// As one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@,:".contains(c);
    if text.chars().all(plain) && !text.is_empty() {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them() {
        assert_eq!(quoted("/data/forge/et/repo.git"), "/data/forge/et/repo.git");
        assert_eq!(quoted("/my data/it's"), r"'/my data/it'\''s'");
    }
}
