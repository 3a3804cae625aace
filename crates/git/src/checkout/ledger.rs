//! Who works in which checkout, written in the mirror's directory, where no agent writes.

use std::fs;
use std::io;
use std::path::PathBuf;

use pipeline_core::id::{RunId, TreeSha};

use crate::error::GitError;
use crate::mirror::Mirror;
use crate::repository::check_object_id;

/// One small file per checkout.
pub(super) struct Ledger(PathBuf);

/// The run that was given a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tenant {
    pub(super) run: RunId,
    /// The work tree as it was handed over.
    pub(super) untouched: TreeSha,
}

impl Ledger {
    pub(super) fn of(mirror: &Mirror) -> Self {
        Self(mirror.repository.path().join("orchd-checkouts"))
    }

    /// Who has the checkout; an entry that does not read counts as none.
    pub(super) fn tenant(&self, name: &str) -> Result<Option<Tenant>, GitError> {
        let path = self.0.join(name);
        match fs::read_to_string(&path) {
            Ok(entry) => Ok(read_entry(&entry)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(GitError::io("read", &path)(error)),
        }
    }

    pub(super) fn record(&self, name: &str, tenant: &Tenant) -> Result<(), GitError> {
        fs::create_dir_all(&self.0).map_err(GitError::io("create", &self.0))?;
        let path = self.0.join(name);
        let draft = self.0.join(format!(".new-{name}"));
        let entry = format!("{} {}\n", tenant.run, tenant.untouched);
        fs::write(&draft, entry).map_err(GitError::io("write", &draft))?;
        fs::rename(&draft, &path).map_err(GitError::io("write", &path))
    }

    pub(super) fn forget(&self, name: &str) -> Result<(), GitError> {
        let path = self.0.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(GitError::io("remove", &path)(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

fn read_entry(entry: &str) -> Option<Tenant> {
    let (run, tree) = entry.trim_end().split_once(' ')?;
    Some(Tenant {
        run: run.parse().ok()?,
        untouched: TreeSha::new(check_object_id(tree).ok()?),
    })
}
