//! A user's repository, the forge made from it, and a clone that pushes to the forge.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use forge_local::{ForgeHome, LocalForge};
use git::Git;
use pipeline_core::effect::{CommitStatus, MergeStyle, StatusState};
use pipeline_core::id::{BranchName, CommitSha, ProjectId};
use pipeline_core::observation::HeadObservation;
use pipeline_core::port::forge::{Forge, MergeRequest};
use tempfile::TempDir;
use testkit::fake::clock::FakeClock;

pub(crate) const BRANCH: &str = "feature/ET-001-export";

pub(crate) struct Rig {
    pub(crate) folder: TempDir,
    pub(crate) home: ForgeHome,
    pub(crate) project: ProjectId,
    pub(crate) forge: Arc<LocalForge>,
    pub(crate) work: PathBuf,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with_git(|_| Git::new("git"))
    }

    /// With a git program that is made in the rig's folder.
    pub(crate) fn with_git(program: impl FnOnce(&Path) -> Git) -> Self {
        let folder = TempDir::new().unwrap();
        let user = folder.path().join("user");
        user_repository(&user);
        let home = ForgeHome {
            root: folder.path().join("forge"),
            git: program(folder.path()),
            clock: Arc::new(FakeClock::new()),
        };
        let project = ProjectId::new("et");
        let forge = LocalForge::create(&home, &project, &user, None).unwrap();
        let work = folder.path().join("work");
        let remote = forge.remote().to_string_lossy().into_owned();
        git(
            folder.path(),
            &["clone", "--quiet", &remote, &work.to_string_lossy()],
        );
        Self {
            folder,
            home,
            project,
            forge,
            work,
        }
    }

    /// The same folder, as after a restart.
    pub(crate) fn reopen(self) -> Self {
        drop(self.forge);
        Self {
            forge: LocalForge::open(&self.home, &self.project).unwrap(),
            folder: self.folder,
            home: self.home,
            project: self.project,
            work: self.work,
        }
    }

    pub(crate) fn user(&self) -> PathBuf {
        self.folder.path().join("user")
    }

    /// Commits files on a branch, made from `main` where it is not there, and pushes it.
    pub(crate) fn push(&self, branch: &str, files: &[(&str, &str)]) -> CommitSha {
        let known = output(&self.work, &["branch", "--list", branch]);
        let switch = if known.is_empty() {
            vec!["switch", "--quiet", "-c", branch, "origin/main"]
        } else {
            vec!["switch", "--quiet", branch]
        };
        git(&self.work, &switch);
        commit(&self.work, files);
        git(&self.work, &["push", "--quiet", "origin", branch]);
        head(&self.work)
    }

    /// A branch with a commit, and its pull request 1.
    pub(crate) async fn pull_request(&self, files: &[(&str, &str)]) -> CommitSha {
        let head = self.push(BRANCH, files);
        let opened = self
            .forge
            .open_pull_request(&BRANCH.into(), "Export", "As asked.")
            .await;
        assert_eq!(opened.unwrap().number, 1);
        head
    }

    pub(crate) async fn seen(&self, branch: &str) -> HeadObservation {
        self.forge.observe(&branch.into(), None).await.unwrap()
    }

    /// In the forge's repository.
    pub(crate) fn ask(&self, args: &[&str]) -> String {
        output(self.forge.remote(), args)
    }

    pub(crate) fn main(&self) -> CommitSha {
        CommitSha::new(self.ask(&["rev-parse", "refs/heads/main"]))
    }
}

pub(crate) fn merge_of(head: &CommitSha, style: MergeStyle) -> MergeRequest {
    MergeRequest {
        pull_request: 1,
        head: head.clone(),
        style,
        message: "Export as CSV\n\nTask: ET-001".to_owned(),
    }
}

pub(crate) fn status(context: &str, state: StatusState) -> CommitStatus {
    CommitStatus {
        context: context.to_owned(),
        state,
        description: "said so".to_owned(),
        url: None,
        log_tail: None,
    }
}

/// `main` with two files, and a branch of the user's own.
pub(crate) fn user_repository(path: &Path) {
    fs::create_dir(path).unwrap();
    git(path, &["init", "--quiet", "--initial-branch=main"]);
    commit(path, &[("a.txt", "one\ntwo\nthree\n"), ("b.txt", "b\n")]);
    git(path, &["branch", "users-own"]);
    git(path, &["tag", "v1"]);
}

pub(crate) fn commit(path: &Path, files: &[(&str, &str)]) {
    for (name, content) in files {
        fs::write(path.join(name), content).unwrap();
        git(path, &["add", name]);
    }
    let names: Vec<_> = files.iter().map(|(name, _)| *name).collect();
    git(
        path,
        &["commit", "--quiet", "-m", &format!("write {}", names.join(" "))],
    );
}

pub(crate) fn head(path: &Path) -> CommitSha {
    CommitSha::new(output(path, &["rev-parse", "HEAD"]))
}

pub(crate) fn branch(name: &str) -> BranchName {
    BranchName::new(name)
}

pub(crate) fn git(path: &Path, args: &[&str]) {
    output(path, args);
}

pub(crate) fn output(path: &Path, args: &[&str]) -> String {
    let output = process::Command::new("git")
        .cwd(path)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ann")
        .env("GIT_AUTHOR_EMAIL", "ann@example.org")
        .env("GIT_COMMITTER_NAME", "Ann")
        .env("GIT_COMMITTER_EMAIL", "ann@example.org")
        .args(args)
        .run()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Every file below a folder with its content.
pub(crate) fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}
