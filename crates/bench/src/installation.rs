//! A daemon's directory: a small project, an agent of a few lines of shell, and the settings.

use std::fs;
use std::path::{Path, PathBuf};

use app::clock::SystemClock;
use app::places::Places;
use git::{Git, Identity, NewCommit, RefExpectation, Repository};
use pipeline_core::port::clock::Clock;
use serde_json::json;

/// Everything that a daemon is started on.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    root: PathBuf,
}

impl Installation {
    /// In an empty directory; `PLACE` in the agent's script is this directory.
    pub(crate) fn new(root: &Path, agent: &str, at_once: u64) -> anyhow::Result<Self> {
        let root = root.canonicalize()?;
        let repository = repository(&root)?;
        let script = root.join("agent.sh");
        fs::write(&script, agent.replace("PLACE", &root.to_string_lossy()))?;
        let settings = json!({
            "db_path": "home/orchestrator.db",
            "bind": "127.0.0.1:0",
            "admin_bind": "127.0.0.1:0",
            "max_concurrency": at_once,
            "projects": [{
                "work_item_prefix": "SHOP",
                "repo": "shop",
                "path": repository,
                "test_command": "true",
                // No limit: the tasks that wait for people would hold the 21st back.
                "wip_limit": 0,
                "agent_cmd": format!("exec sh '{}'", script.display()),
            }],
        });
        // JSON is YAML.
        fs::write(root.join("orch.yaml"), settings.to_string())?;
        Ok(Self { root })
    }

    /// A file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.path("orch.yaml")
    }

    pub(crate) fn places(&self) -> Places {
        Places::in_directory(&self.path("home"))
    }

    /// As if the daemon had never been started here.
    pub(crate) fn forget(&self) -> anyhow::Result<()> {
        Ok(fs::remove_dir_all(self.path("home"))?)
    }
}

/// A bare repository with one file.
fn repository(root: &Path) -> anyhow::Result<PathBuf> {
    let path = root.join("shop.git");
    let repository = Repository::init_bare(&Git::new("git"), &path, "main")?;
    let somebody = Identity {
        name: "Ann".to_owned(),
        email: "ann@example.org".to_owned(),
    };
    let files = [("hello.txt".to_owned(), "hello\n".to_owned())];
    let commit = NewCommit {
        tree: repository.tree_of_files(&files)?,
        parents: Vec::new(),
        author: somebody.clone(),
        committer: somebody,
        at: SystemClock.now(),
        message: "first\n".to_owned(),
    };
    let commit = repository.commit_tree(&commit)?;
    repository.update_ref("refs/heads/main", &commit, RefExpectation::Absent)?;
    Ok(path)
}
