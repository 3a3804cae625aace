//! A git directory written file by file, for repositories that live as long as one run: `git init` and a call per setting
//! and reference would take longer than the rest of the work. The format is that of `gitrepository-layout(5)`, version 0.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pipeline_core::id::CommitSha;

use super::{check_object_id, check_ref_name};
use crate::error::GitError;

/// What the new git directory holds. It has no objects of its own.
pub(crate) struct Layout<'a> {
    /// The reference that HEAD names, in full.
    pub(crate) head: &'a str,
    /// The content of its configuration file.
    pub(crate) config: &'a str,
    /// Its references, by full names.
    pub(crate) references: &'a [(String, CommitSha)],
    /// The objects directory that it borrows from; an absolute path.
    pub(crate) borrowed: &'a Path,
}

/// Writes it; nothing may be there yet. Nothing is synced: it is made anew after a crash.
pub(crate) fn lay_out(at: &Path, layout: &Layout<'_>) -> Result<(), GitError> {
    for folder in ["objects/info", "objects/pack", "refs"] {
        let folder = at.join(folder);
        fs::create_dir_all(&folder).map_err(GitError::io("create", &folder))?;
    }
    let mut references = String::new();
    for (name, commit) in layout.references {
        let line = (check_object_id(commit.as_str())?, check_ref_name(name)?);
        // Writing to a string cannot fail.
        let _ = writeln!(references, "{} {}", line.0, line.1);
    }
    let head = format!("ref: {}\n", check_ref_name(layout.head)?);
    let borrowed = format!("{}\n", layout.borrowed.display());
    for (name, content) in [
        ("config", layout.config),
        ("objects/info/alternates", &borrowed),
        ("packed-refs", &references),
        ("HEAD", &head),
    ] {
        let file = at.join(name);
        fs::write(&file, content).map_err(GitError::io("write", &file))?;
    }
    Ok(())
}
