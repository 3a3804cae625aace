//! Making a project's folder from the user's repository, and opening it again.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git::{Git, GitError, Repository};
use pipeline_core::id::{BranchName, ProjectId};
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use tempfile::{Builder, TempDir};

use crate::feed::{Feed, Heads};
use crate::files::{FileError, make_folder, sync_parent};
use crate::project::{Project, heads_of};
use crate::pulls::Pulls;
use crate::statuses::Statuses;

/// For the side of git that answers a push here, which our command line's settings do not reach: what a push was told is done is on
/// disk, no hook runs, and nothing is collected while somebody works.
const CONFIGURATION: &str = "[core]
\tfsync = committed,reference
\thooksPath = /dev/null
[gc]
\tauto = 0
[receive]
\tautogc = false
";

/// Where a copy of the user's repository is made.
const DRAFT: &str = "repo.git.new";

/// What all projects of a forge share.
#[derive(Clone)]
pub struct ForgeHome {
    /// The folder that holds a folder per project.
    pub root: PathBuf,
    /// The git program.
    pub git: Git,
    /// The forge's clock.
    pub clock: Arc<dyn Clock>,
}

/// Why a project of the forge cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The project's id is no folder name.
    #[error("'{0}' cannot name a folder of the local forge; use letters, digits, '-' and '_'")]
    ProjectName(ProjectId),
    /// The path that shall be taken over is no repository with commits, or cannot be read.
    #[error("cannot take over the repository {path}: {reason}")]
    Source {
        /// The user's path.
        path: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },
    /// There is no such branch.
    #[error("the local forge's repository {path} has no branch '{branch}'; set default_branch to one of: {}", known.join(", "))]
    DefaultBranch {
        /// The bare repository, or the user's.
        path: PathBuf,
        /// What was asked for, or what HEAD names.
        branch: String,
        /// The branches that there are.
        known: Vec<String>,
    },
    /// The project was never made.
    #[error(
        "the local forge has no project '{project}' in {root}; it is made at the first start with the project's path"
    )]
    NoProject {
        /// Which.
        project: ProjectId,
        /// Where it was looked for.
        root: PathBuf,
    },
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A file of the forge cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<OpenError> for PortError {
    fn from(error: OpenError) -> Self {
        Self::Permanent(error.to_string())
    }
}

/// Copies the user's repository the first time; opens the copy from then on. The user's repository is only read.
pub(crate) fn create(
    home: &ForgeHome,
    project: &ProjectId,
    source: &Path,
    default_branch: Option<&BranchName>,
) -> Result<Project, OpenError> {
    let folder = folder_of(home, project)?;
    let bare = bare_in(&folder);
    if !bare.exists() {
        make_folder(&folder)?;
        take_over(home, &folder, source, default_branch)?;
    }
    open_folder(home, project, default_branch)
}

/// Opens a project that was made before.
pub(crate) fn open(home: &ForgeHome, project: &ProjectId) -> Result<Project, OpenError> {
    if !bare_in(&folder_of(home, project)?).exists() {
        return Err(OpenError::NoProject {
            project: project.clone(),
            root: home.root.clone(),
        });
    }
    open_folder(home, project, None)
}

/// The copy is made beside its place, under a name that nobody had before, and moved there when it is whole: a crash leaves no half of it, and a
/// git that outlived the crash writes where nobody looks.
fn take_over(
    home: &ForgeHome,
    folder: &Path,
    source: &Path,
    default_branch: Option<&BranchName>,
) -> Result<(), OpenError> {
    let place = begin(folder).map_err(FileError::io("make a directory in", folder))?;
    let draft = place.path().join("repo.git");
    let refused = |reason: String| OpenError::Source {
        path: source.to_owned(),
        reason,
    };
    let copy =
        Repository::clone_bare(&home.git, source, &draft).map_err(|error| refused(error.to_string()))?;
    if draft.join("shallow").exists() {
        return Err(refused(
            "it is a shallow clone; run `git fetch --unshallow` in it".to_owned(),
        ));
    }
    if default_branch.is_none() && has_detached_head(source) {
        return Err(refused(
            "its HEAD is detached, so that it has no default branch; set default_branch".to_owned(),
        ));
    }
    settle_default_branch((&copy, &heads_of(&copy)?), source, default_branch)?;
    configure(&draft.join("config"))?;
    let bare = bare_in(folder);
    fs::rename(&draft, &bare).map_err(FileError::io("move into place", &bare))?;
    Ok(sync_parent(&bare)?)
}

/// A directory for a copy. Those of earlier tries go, unless somebody still writes to them.
fn begin(folder: &Path) -> io::Result<TempDir> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(DRAFT) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Builder::new().prefix(DRAFT).tempdir_in(folder)
}

fn configure(file: &Path) -> Result<(), FileError> {
    OpenOptions::new()
        .append(true)
        .open(file)
        .and_then(|mut config| {
            config.write_all(CONFIGURATION.as_bytes())?;
            config.sync_all()
        })
        .map_err(FileError::io("write", file))
}

fn open_folder(
    home: &ForgeHome,
    project: &ProjectId,
    default_branch: Option<&BranchName>,
) -> Result<Project, OpenError> {
    let folder = folder_of(home, project)?;
    let bare = bare_in(&folder);
    let repository = Repository::open(&home.git, &bare);
    let heads = heads_of(&repository)?;
    let default_branch = settle_default_branch((&repository, &heads), &bare, default_branch)?;
    Ok(Project {
        id: project.clone(),
        default_branch,
        pulls: Pulls::open(&folder.join("pulls"))?,
        statuses: Statuses::open(&folder.join("statuses"))?,
        feed: Feed::open(&folder.join("feed"), &heads)?,
        noticed: None,
        repository,
        clock: Arc::clone(&home.clock),
    })
}

/// The branch that is asked for, else the one that HEAD names; HEAD names it from then on. `named` is for the error.
fn settle_default_branch(
    (repository, heads): (&Repository, &Heads),
    named: &Path,
    wanted: Option<&BranchName>,
) -> Result<BranchName, OpenError> {
    let branch = match wanted {
        Some(branch) => branch.clone(),
        None => BranchName::new(repository.default_branch().unwrap_or_else(|_| "HEAD".to_owned())),
    };
    if !heads.contains_key(&branch) {
        return Err(OpenError::DefaultBranch {
            path: named.to_owned(),
            branch: branch.to_string(),
            known: heads.keys().map(ToString::to_string).collect(),
        });
    }
    if wanted.is_some() {
        repository.set_default_branch(branch.as_str())?;
    }
    Ok(branch)
}

/// A clone of such a repository guesses a branch that is at the same commit, which may be any.
fn has_detached_head(source: &Path) -> bool {
    [source.join(".git/HEAD"), source.join("HEAD")]
        .into_iter()
        .find_map(|file| fs::read_to_string(file).ok())
        .is_some_and(|head| !head.starts_with("ref: "))
}

fn folder_of(home: &ForgeHome, project: &ProjectId) -> Result<PathBuf, OpenError> {
    let name = project.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(OpenError::ProjectName(project.clone()));
    }
    Ok(home.root.join(name))
}

fn bare_in(folder: &Path) -> PathBuf {
    folder.join("repo.git")
}
