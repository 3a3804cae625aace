//! The feed of one project: a file of lines, one per branch at which something changed. A cursor is an offset in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use pipeline_core::id::{BranchName, CommitSha};
use serde::{Deserialize, Serialize};

use crate::files::{FileError, make_folder, read_json, sync_parent, write_json};

/// Branches and what they point to.
pub(crate) type Heads = BTreeMap<BranchName, CommitSha>;

#[derive(Serialize, Deserialize)]
struct Line {
    branch: BranchName,
}

/// A line as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where the line begins; its name for good.
    pub(crate) offset: u64,
    pub(crate) branch: BranchName,
}

/// The file and the branches as last seen.
pub(crate) struct Feed {
    lines: PathBuf,
    seen_file: PathBuf,
    seen: Heads,
}

impl Feed {
    /// Opens the feed in `folder`; a new one takes `heads` as seen.
    pub(crate) fn open(folder: &Path, heads: &Heads) -> Result<Self, FileError> {
        make_folder(folder)?;
        let lines = folder.join("feed.jsonl");
        let seen_file = folder.join("refs.json");
        if !lines.exists() {
            File::create(&lines).map_err(FileError::io("create", &lines))?;
            sync_parent(&lines)?;
        }
        let seen = match read_json(&seen_file)? {
            Some(seen) => seen,
            None => {
                write_json(&seen_file, heads)?;
                heads.clone()
            }
        };
        Ok(Self {
            lines,
            seen_file,
            seen,
        })
    }

    /// Writes a line for every branch that is new, gone or moved since the last look. The lines come first: after a crash between
    /// the two files they are written again, never left out.
    pub(crate) fn notice(&mut self, heads: &Heads) -> Result<(), FileError> {
        if self.seen == *heads {
            return Ok(());
        }
        let known = self.seen.keys().chain(heads.keys()).collect::<BTreeSet<_>>();
        let changed: Vec<_> = known
            .into_iter()
            .filter(|branch| self.seen.get(*branch) != heads.get(*branch))
            .cloned()
            .collect();
        self.append(&changed)?;
        write_json(&self.seen_file, heads)?;
        self.seen.clone_from(heads);
        Ok(())
    }

    /// Writes a line per branch; they are on disk when this returns.
    pub(crate) fn append(&self, branches: &[BranchName]) -> Result<(), FileError> {
        if branches.is_empty() {
            return Ok(());
        }
        // A crash may have left a line without its end; an empty or unreadable line is passed over by the reader.
        let mut bytes = b"\n".to_vec();
        for branch in branches {
            let line = Line {
                branch: branch.clone(),
            };
            serde_json::to_writer(&mut bytes, &line).map_err(|source| FileError::Content {
                path: self.lines.clone(),
                source,
            })?;
            bytes.push(b'\n');
        }
        let mut file = OpenOptions::new()
            .append(true)
            .open(&self.lines)
            .map_err(FileError::io("open", &self.lines))?;
        file.write_all(&bytes)
            .and_then(|()| file.sync_data())
            .map_err(FileError::io("write", &self.lines))
    }

    /// At most `limit` entries from `offset` on, and where the next page begins. An offset behind the end (the file was
    /// replaced by an older one) reads from the beginning.
    pub(crate) fn read(&self, offset: u64, limit: usize) -> Result<(Vec<Entry>, u64), FileError> {
        let failed = |error| FileError::io("read", &self.lines)(error);
        let mut file = File::open(&self.lines).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut next = if offset > length { 0 } else { offset };
        file.seek(SeekFrom::Start(next)).map_err(failed)?;
        let mut reader = BufReader::new(file);
        let mut entries = Vec::new();
        let mut line = Vec::new();
        while entries.len() < limit {
            line.clear();
            let count = reader.read_until(b'\n', &mut line).map_err(failed)?;
            if !line.ends_with(b"\n") {
                break;
            }
            if let Ok(Line { branch }) = serde_json::from_slice(&line) {
                entries.push(Entry { offset: next, branch });
            }
            next += count as u64;
        }
        Ok((entries, next))
    }
}
