//! A project: its repository in the forge with one commit, the workspace under test, and an agent's hands.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use git::{Git, GitWorkspace, Identity, NewCommit, RefExpectation, Remote, Repository, WorkspaceSettings};
use pipeline_core::effect::Push;
use pipeline_core::id::{BranchName, CommitSha, WorkItemId};
use pipeline_core::job::StartPoint;
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::workspace::{Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::role::Role;
use pipeline_core::run::Harvest;
use pipeline_core::time::Timestamp;
use tempfile::TempDir;

pub(crate) const BRANCH: &str = "feature/ET-001-work";
pub(crate) const DOCS: &str = "docs/work-items/ET-001";
pub(crate) const LARGEST_FILE: u64 = 10_000;

/// Time stands still.
struct StoppedClock;

#[async_trait]
impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000_000)
    }

    async fn sleep_until(&self, _until: Timestamp) {}
}

pub(crate) struct Project {
    pub(crate) folder: TempDir,
    pub(crate) forge: Repository,
    pub(crate) workspace: GitWorkspace,
}

impl Project {
    pub(crate) fn new() -> Self {
        Self::with_files(&[
            ("README.md", "hello\n"),
            ("src/a.txt", "a\n"),
            (".gitignore", "ignored/\n"),
        ])
    }

    pub(crate) fn with_files(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let git = Git::new("git");
        let forge = Repository::init_bare(&git, &folder.path().join("forge.git"), "main").unwrap();
        let workspace = open_workspace(folder.path());
        let project = Self {
            folder,
            forge,
            workspace,
        };
        project.commit_in_forge("main", files);
        project
    }

    /// The workspace as a new start of the daemon opens it.
    pub(crate) fn restarted(&self) -> GitWorkspace {
        open_workspace(self.folder.path())
    }

    /// Somebody's commit in the forge: these files on top of the branch (or of `main`, or of nothing).
    pub(crate) fn commit_in_forge(&self, branch: &str, files: &[(&str, &str)]) -> CommitSha {
        let name = format!("refs/heads/{branch}");
        let head = |name: &str| self.forge.rev_parse(name).unwrap();
        let parent = head(&name).or_else(|| head("refs/heads/main"));
        let files: Vec<(String, String)> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        let tree = match &parent {
            Some(parent) => self.forge.tree_with_files(parent, &files),
            None => self.forge.tree_of_files(&files),
        };
        let someone = Identity {
            name: "Someone".to_owned(),
            email: "someone@example.org".to_owned(),
        };
        let commit = NewCommit {
            tree: tree.unwrap(),
            parents: parent.into_iter().collect(),
            author: someone.clone(),
            committer: someone,
            at: Timestamp(1_600_000_000_000),
            message: "somebody's commit".to_owned(),
        };
        let commit = self.forge.commit_tree(&commit).unwrap();
        self.forge
            .update_ref(&name, &commit, RefExpectation::Any)
            .unwrap();
        commit
    }

    pub(crate) fn mirror(&self) -> Repository {
        Repository::open(self.forge.git(), self.folder.path().join("mirror.git"))
    }

    /// A checkout of the branch from the default branch's head.
    pub(crate) async fn checkout(&self, run: &str) -> Checkout {
        self.workspace.checkout(&spec(run)).await.unwrap()
    }

    pub(crate) async fn harvest(&self, run: &str) -> Result<Harvest, PortError> {
        self.workspace.harvest(&harvest_spec(run)).await
    }

    pub(crate) async fn push(
        &self,
        commit: &CommitSha,
        expected: Option<&CommitSha>,
    ) -> Result<(), PortError> {
        let push = Push {
            branch: BranchName::new(BRANCH),
            commit: commit.clone(),
            expected: expected.cloned(),
        };
        self.workspace.push(&push).await
    }

    /// A file's text at a commit in the mirror.
    pub(crate) fn text_at(&self, commit: &CommitSha, path: &str) -> Option<String> {
        let shown = agent_git_output(self.mirror().path(), &["show", &format!("{commit}:{path}")]);
        shown
            .status
            .success()
            .then(|| String::from_utf8_lossy(&shown.stdout).into_owned())
    }
}

fn open_workspace(folder: &Path) -> GitWorkspace {
    let settings = WorkspaceSettings {
        git: Git::new("git"),
        mirror_dir: folder.join("mirror.git"),
        checkouts_dir: folder.join("checkouts"),
        remote: Remote::new(folder.join("forge.git").to_str().unwrap()),
        default_branch: BranchName::new("main"),
        largest_file: LARGEST_FILE,
    };
    GitWorkspace::new(settings, Arc::new(StoppedClock)).unwrap()
}

pub(crate) fn spec(run: &str) -> CheckoutSpec {
    CheckoutSpec {
        run: run.parse().unwrap(),
        branch: BranchName::new(BRANCH),
        start: StartPoint::DefaultBranch { with: None },
        remove: Vec::new(),
        from_default: Vec::new(),
        clean: false,
    }
}

pub(crate) fn harvest_spec(run: &str) -> HarvestSpec {
    HarvestSpec {
        run: run.parse().unwrap(),
        branch: BranchName::new(BRANCH),
        role: Role::new(Role::DEVELOPER),
        work_item: work_item(),
        message: "developer(ET): auto-commit".to_owned(),
    }
}

pub(crate) fn work_item() -> WorkItemId {
    WorkItemId::new("ET-001")
}

/// Writes a file as an agent would, its directories too.
pub(crate) fn write(folder: &Path, path: &str, text: &str) -> PathBuf {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    file
}

/// Plain git in a checkout, as an agent runs it; it has to succeed.
pub(crate) fn agent_git(folder: &Path, args: &[&str]) -> String {
    let output = agent_git_output(folder, args);
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The same; it may fail.
pub(crate) fn agent_git_output(folder: &Path, args: &[&str]) -> process::Output {
    process::Command::new("git")
        .args(args)
        .cwd(folder)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .run()
        .unwrap()
}

/// The paths that a harvest says were changed.
pub(crate) fn changed(harvest: &Harvest) -> Vec<&str> {
    harvest
        .changed
        .iter()
        .map(|change| change.path.as_str())
        .collect()
}
