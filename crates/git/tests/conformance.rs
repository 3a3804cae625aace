//! The conformance suite of the workspace port, over a bare repository as the forge.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failure here is the failure of a test"
)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use git::{Git, GitWorkspace, Identity, NewCommit, RefExpectation, Remote, Repository, WorkspaceSettings};
use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::port::workspace::Workspace;
use pipeline_core::time::Timestamp;
use tempfile::TempDir;
use testkit::conformance::workspace::{self, WorkspaceHarness};
use testkit::fake::clock::FakeClock;

const DEFAULT: &str = "main";

/// A forge, a mirror and checkouts in a folder of their own, kept as long as the harness.
struct Harness {
    forge: Repository,
    workspace: Arc<GitWorkspace>,
    _folder: TempDir,
}

impl Harness {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let git = Git::new("git");
        let forge = Repository::init_bare(&git, &folder.path().join("forge.git"), DEFAULT).unwrap();
        let settings = WorkspaceSettings {
            git,
            mirror_dir: folder.path().join("mirror.git"),
            checkouts_dir: folder.path().join("checkouts"),
            remote: Remote::new(forge.path().to_str().unwrap()),
            default_branch: BranchName::new(DEFAULT),
            largest_file: WorkspaceSettings::LARGEST_FILE,
        };
        let workspace = GitWorkspace::new(settings, Arc::new(FakeClock::new())).unwrap();
        let harness = Self {
            forge,
            workspace: Arc::new(workspace),
            _folder: folder,
        };
        harness.commit_to(DEFAULT, &[("README.md", "# Example\n")]);
        harness
    }

    fn head_of(&self, branch: &str) -> Option<CommitSha> {
        self.forge.rev_parse(&format!("refs/heads/{branch}")).unwrap()
    }

    fn commit_to(&self, branch: &str, files: &[(&str, &str)]) -> CommitSha {
        let parent = self.head_of(branch).or_else(|| self.head_of(DEFAULT));
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        let files: Vec<_> = files.iter().map(owned).collect();
        let tree = match &parent {
            Some(parent) => self.forge.tree_with_files(parent, &files),
            None => self.forge.tree_of_files(&files),
        };
        let somebody = Identity {
            name: "Somebody".to_owned(),
            email: "somebody@example.org".to_owned(),
        };
        let commit = NewCommit {
            tree: tree.unwrap(),
            parents: parent.into_iter().collect(),
            author: somebody.clone(),
            committer: somebody,
            at: Timestamp(1_600_000_000_000),
            message: "somebody's work".to_owned(),
        };
        let commit = self.forge.commit_tree(&commit).unwrap();
        let name = format!("refs/heads/{branch}");
        self.forge
            .update_ref(&name, &commit, RefExpectation::Any)
            .unwrap();
        commit
    }
}

#[async_trait]
impl WorkspaceHarness for Harness {
    fn workspace(&self) -> Arc<dyn Workspace> {
        Arc::clone(&self.workspace) as Arc<dyn Workspace>
    }

    async fn head(&self, branch: &BranchName) -> Option<CommitSha> {
        self.head_of(branch.as_str())
    }

    async fn push_to_default(&self, files: &[(&str, &str)]) -> CommitSha {
        self.commit_to(DEFAULT, files)
    }

    async fn push(&self, branch: &BranchName, files: &[(&str, &str)]) -> CommitSha {
        self.commit_to(branch.as_str(), files)
    }

    async fn write(&self, directory: &Path, path: &str, text: Option<&str>) {
        let file = directory.join(path);
        match text {
            Some(text) => {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            None => fs::remove_file(file).unwrap(),
        }
    }

    async fn file(&self, directory: &Path, path: &str) -> Option<String> {
        fs::read_to_string(directory.join(path)).ok()
    }

    async fn commit(&self, directory: &Path, message: &str) {
        in_checkout(directory, &["add", "--all"]);
        in_checkout(directory, &["commit", "--quiet", "-m", message]);
    }

    async fn rewrite_history(&self, directory: &Path) {
        in_checkout(directory, &["checkout", "--quiet", "--orphan", "fresh"]);
        self.commit(directory, "a history of its own").await;
    }
}

/// Plain git, as an agent runs it.
fn in_checkout(directory: &Path, args: &[&str]) {
    let done = process::Command::new("git")
        .args(args)
        .cwd(directory)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .run()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "git {args:?}: {said}");
}

#[tokio::test]
async fn the_git_workspace_conforms() {
    workspace::all(|| async { Arc::new(Harness::new()) as Arc<dyn WorkspaceHarness> }).await;
}
