//! The repository as the pipeline sees it: workspace and forge.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::effect::{CommitStatus, Push, StartBranch};
use pipeline_core::evidence::{Evidence, EvidenceRequest};
use pipeline_core::id::{BranchName, CommitSha, TreeSha, WorkItemId};
use pipeline_core::job::StartPoint;
use pipeline_core::observation::{HeadObservation, PullRequest, PullRequestState};
use pipeline_core::port::PortError;
use pipeline_core::port::forge::{Forge, MergeRequest};
use pipeline_core::port::workspace::{BaseMerge, Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::run::{Change, ChangedPath, Harvest};
use pipeline_core::time::Timestamp;

use super::{Desk, Files, Repository, document};

#[async_trait]
impl Workspace for Repository {
    async fn start_branch(&self, branch: &StartBranch) -> Result<CommitSha, PortError> {
        let mut state = self.lock();
        if let Some(head) = state.heads.get(&branch.branch) {
            return Ok(head.clone());
        }
        let files = branch.files.iter();
        let files = files.map(|(path, text)| (path.clone(), text.as_str().into()));
        let base = state.default_head.clone();
        let head = state.commit(&base, files.collect(), false);
        state.heads.insert(branch.branch.clone(), head.clone());
        drop(state);
        self.tell(&branch.branch);
        Ok(head)
    }

    async fn checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        let mut state = self.lock();
        let start = match &spec.start {
            StartPoint::Branch { head } | StartPoint::DefaultBranch { with: Some(head) } => head.clone(),
            StartPoint::DefaultBranch { with: None } => state.default_head.clone(),
        };
        let desk = Desk {
            branch: spec.branch.clone(),
            start: start.clone(),
            written: Files::new(),
            code: false,
        };
        state.desks.insert(spec.run, desk);
        Ok(Checkout {
            directory: PathBuf::from(format!("/{}", spec.run)),
            start,
            from_default: Vec::new(),
        })
    }

    async fn harvest(&self, spec: &HarvestSpec) -> Result<Harvest, PortError> {
        let mut state = self.lock();
        let desk = state.desks.remove(&spec.run);
        let desk = desk.ok_or_else(|| PortError::NotFound(format!("a checkout of {}", spec.run)))?;
        let mut paths: Vec<String> = desk.written.keys().cloned().collect();
        if desk.code {
            paths.push("src/greet.rs".to_owned());
        }
        let head = if paths.is_empty() {
            desk.start.clone()
        } else {
            state.commit(&desk.start, desk.written, desk.code)
        };
        let tree = state.tree(&head);
        let changed = |path| ChangedPath {
            path,
            change: Change::Modified,
            special: false,
        };
        Ok(Harvest {
            start: desk.start,
            head,
            code_tree: tree.code,
            docs_tree: tree.docs,
            changed: paths.into_iter().map(changed).collect(),
        })
    }

    async fn push(&self, push: &Push) -> Result<(), PortError> {
        self.lock().heads.insert(push.branch.clone(), push.commit.clone());
        self.tell(&push.branch);
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

    async fn read(&self, request: &EvidenceRequest, _: &WorkItemId) -> Result<Evidence, PortError> {
        let state = self.lock();
        let commit = request.commit.clone();
        let tree = state.tree(commit.as_ref().unwrap_or(&state.default_head));
        let mut evidence = Evidence {
            commit: Some(commit.clone().unwrap_or_else(|| state.default_head.clone())),
            code_tree: Some(tree.code),
            docs_tree: tree.docs,
            ..Evidence::default()
        };
        for path in &request.paths {
            if path.ends_with('/') {
                let inside = tree.files.keys().filter(|file| file.starts_with(path));
                evidence.listed.extend(inside.cloned());
                continue;
            }
            let merged = || state.merged.get(path).filter(|_| commit.is_none());
            if let Some(text) = tree.files.get(path).or_else(merged) {
                evidence.documents.push(document(path, text));
            }
        }
        Ok(evidence)
    }

    async fn release(&self, branch: &BranchName) -> Result<(), PortError> {
        self.lock().desks.retain(|_, desk| desk.branch != *branch);
        Ok(())
    }
}

#[async_trait]
impl Forge for Repository {
    async fn observe(&self, branch: &BranchName, _: Option<CommitSha>) -> Result<HeadObservation, PortError> {
        let state = self.lock();
        let head = state.heads.get(branch).cloned();
        let statuses = head.as_ref().and_then(|head| state.statuses.get(head));
        let mut statuses: Vec<CommitStatus> = statuses.cloned().unwrap_or_default();
        statuses.retain(|status| !status.context.starts_with("orchd/"));
        Ok(HeadObservation {
            branch: branch.clone(),
            head,
            descends: true,
            statuses,
            pull_request: state.pulls.get(branch).cloned(),
            default_branch: self.default_branch.clone(),
            default_head: state.default_head.clone(),
            red_on_default: Vec::new(),
        })
    }

    async fn open_pull_request(
        &self,
        branch: &BranchName,
        _: &str,
        _: &str,
    ) -> Result<PullRequest, PortError> {
        let mut state = self.lock();
        let found = state.pulls.get(branch);
        if let Some(open) = found.filter(|pull| pull.state == PullRequestState::Open) {
            return Ok(open.clone());
        }
        state.numbered += 1;
        let pull = PullRequest {
            number: state.numbered,
            url: None,
            state: PullRequestState::Open,
            reviews: Vec::new(),
            approvals_missing: 0,
        };
        state.pulls.insert(branch.clone(), pull.clone());
        drop(state);
        self.tell(branch);
        Ok(pull)
    }

    async fn merge(&self, request: &MergeRequest) -> Result<CommitSha, PortError> {
        let mut state = self.lock();
        let commit = state.commit(&request.head, Files::new(), false);
        let files = state.tree(&commit).files;
        let files = files.iter().map(|(path, text)| (path.clone(), Arc::clone(text)));
        state.merged.extend(files);
        state.default_head = commit.clone();
        let number = request.pull_request;
        let merged = state.pulls.iter_mut().find(|(_, pull)| pull.number == number);
        let branch = merged.map(|(branch, pull)| {
            pull.state = PullRequestState::Merged {
                head: request.head.clone(),
                commit: commit.clone(),
                at: Timestamp::default(),
            };
            branch.clone()
        });
        drop(state);
        if let Some(branch) = branch {
            self.tell(&branch);
        }
        Ok(commit)
    }

    async fn set_status(&self, commit: &CommitSha, status: &CommitStatus) -> Result<(), PortError> {
        let mut state = self.lock();
        let known = state.statuses.entry(commit.clone()).or_default();
        known.retain(|other| other.context != status.context);
        known.push(status.clone());
        let holds = state.heads.iter().find(|(_, head)| *head == commit);
        let branch = holds.map(|(branch, _)| branch.clone());
        drop(state);
        if let Some(branch) = branch {
            self.tell(&branch);
        }
        Ok(())
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}
