//! A repository in memory: enough of git for the gates, and nothing that takes time.

mod ports;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pipeline_core::effect::CommitStatus;
use pipeline_core::evidence::Document;
use pipeline_core::id::{BlobSha, BranchName, CommitSha, ProjectId, RunId, TreeSha};
use pipeline_core::observation::PullRequest;
use pipeline_core::project::Project;

use crate::stages::board::Board;

/// Paths and texts.
type Files = BTreeMap<String, Arc<str>>;

/// A repository with its forge.
pub(super) struct Repository {
    project: ProjectId,
    default_branch: BranchName,
    board: Arc<Board>,
    state: Mutex<State>,
}

struct State {
    commits: HashMap<CommitSha, Tree>,
    heads: HashMap<BranchName, CommitSha>,
    /// What was merged, whatever came after.
    merged: HashMap<String, Arc<str>>,
    default_head: CommitSha,
    pulls: HashMap<BranchName, PullRequest>,
    statuses: HashMap<CommitSha, Vec<CommitStatus>>,
    desks: HashMap<RunId, Desk>,
    numbered: u64,
}

/// A commit's content: code as an id alone, documents with their texts.
#[derive(Clone)]
struct Tree {
    code: TreeSha,
    docs: Option<TreeSha>,
    files: Arc<Files>,
}

/// A checkout.
struct Desk {
    branch: BranchName,
    start: CommitSha,
    written: Files,
    code: bool,
}

impl Repository {
    /// A repository whose default branch has one commit.
    pub(super) fn new(project: &Project, board: &Arc<Board>) -> Arc<Self> {
        let first = CommitSha::new(id(0));
        let tree = Tree {
            code: TreeSha::new(id(0)),
            docs: None,
            files: Arc::default(),
        };
        let state = State {
            commits: HashMap::from([(first.clone(), tree)]),
            heads: HashMap::new(),
            merged: HashMap::new(),
            default_head: first,
            pulls: HashMap::new(),
            statuses: HashMap::new(),
            desks: HashMap::new(),
            numbered: 0,
        };
        Arc::new(Self {
            project: project.id.clone(),
            default_branch: project.default_branch.clone(),
            board: Arc::clone(board),
            state: Mutex::new(state),
        })
    }

    /// A run's agent writes a document.
    pub(super) fn write(&self, run: &RunId, path: String, text: &str) {
        if let Some(desk) = self.lock().desks.get_mut(run) {
            desk.written.insert(path, text.into());
        }
    }

    /// A run's agent writes code.
    pub(super) fn code(&self, run: &RunId) {
        if let Some(desk) = self.lock().desks.get_mut(run) {
            desk.code = true;
        }
    }

    /// The feed tells of the branch.
    fn tell(&self, branch: &BranchName) {
        self.board.branch_changed(&self.project, branch);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn number(&mut self) -> String {
        self.numbered += 1;
        id(self.numbered)
    }

    /// A commit on top of another.
    fn commit(&mut self, parent: &CommitSha, written: Files, code: bool) -> CommitSha {
        let mut tree = self.tree(parent);
        if code {
            tree.code = TreeSha::new(self.number());
        }
        if !written.is_empty() {
            tree.docs = Some(TreeSha::new(self.number()));
            Arc::make_mut(&mut tree.files).extend(written);
        }
        let commit = CommitSha::new(self.number());
        self.commits.insert(commit.clone(), tree);
        commit
    }

    fn tree(&self, commit: &CommitSha) -> Tree {
        self.commits.get(commit).cloned().unwrap_or_else(|| Tree {
            code: TreeSha::new(id(0)),
            docs: None,
            files: Arc::default(),
        })
    }
}

/// Forty digits, as an object has.
fn id(number: u64) -> String {
    format!("{number:040x}")
}

fn document(path: &str, text: &str) -> Document {
    Document {
        path: path.to_owned(),
        blob: BlobSha::new(id(text.len() as u64)),
        text: text.to_owned(),
        lossy: false,
        cut: false,
    }
}
