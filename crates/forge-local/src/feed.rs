//! The feed of one project: a file of lines, one per branch at which something changed. A cursor is an offset in all that was ever written; what
//! was read long ago is cut off, and the first line says how much that was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use pipeline_core::id::{BranchName, CommitSha};
use pipeline_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::files::{FileError, make_folder, read_json, sync_parent, write_json};

/// Branches and what they point to.
pub(crate) type Heads = BTreeMap<BranchName, CommitSha>;

#[derive(Serialize, Deserialize)]
struct Line {
    branch: BranchName,
    /// When; lines of the first version have none.
    #[serde(default = "long_ago")]
    at: Timestamp,
}

/// The first line of a file that was cut.
#[derive(Serialize, Deserialize)]
struct Cut {
    /// Bytes that are gone.
    cut: u64,
}

/// Where the lines of the file begin: so many bytes of it are the first line, so many came before them.
#[derive(Debug, Clone, Copy)]
struct Beginning {
    skip: u64,
    cut: u64,
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
    pub(crate) fn notice(&mut self, heads: &Heads, at: Timestamp) -> Result<(), FileError> {
        if self.seen == *heads {
            return Ok(());
        }
        let known = self.seen.keys().chain(heads.keys()).collect::<BTreeSet<_>>();
        let changed: Vec<_> = known
            .into_iter()
            .filter(|branch| self.seen.get(*branch) != heads.get(*branch))
            .cloned()
            .collect();
        self.append(&changed, at)?;
        write_json(&self.seen_file, heads)?;
        self.seen.clone_from(heads);
        Ok(())
    }

    /// Writes a line per branch; they are on disk when this returns.
    pub(crate) fn append(&self, branches: &[BranchName], at: Timestamp) -> Result<(), FileError> {
        if branches.is_empty() {
            return Ok(());
        }
        // A crash may have left a line without its end; an empty or unreadable line is passed over by the reader.
        let mut bytes = b"\n".to_vec();
        for branch in branches {
            let line = Line {
                branch: branch.clone(),
                at,
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

    /// At most `limit` entries from `offset` on, and where the next page begins. An offset of what was cut off, or behind the end (the file was
    /// replaced by an older one), reads from the beginning.
    pub(crate) fn read(&self, offset: u64, limit: usize) -> Result<(Vec<Entry>, u64), FileError> {
        let mut entries = Vec::new();
        if limit == 0 {
            return Ok((entries, offset));
        }
        let next = self.each(offset, |start, _, line| {
            if let Some(Line { branch, .. }) = line {
                entries.push(Entry {
                    offset: start,
                    branch,
                });
            }
            entries.len() < limit
        })?;
        Ok((entries, next))
    }

    /// Cuts off what was read, before `read`, as far as it is older than `before`. Answers how many entries that were.
    pub(crate) fn forget(&self, read: u64, before: Timestamp) -> Result<usize, FileError> {
        let (mut old, mut seen, mut end) = (0, 0, None);
        self.each(0, |_, next, line| {
            if next > read {
                return false;
            }
            seen += usize::from(line.is_some());
            if line.is_some_and(|line| line.at < before) {
                (old, end) = (seen, Some(next));
            }
            true
        })?;
        if let Some(end) = end {
            self.cut(end)?;
        }
        Ok(old)
    }

    /// Shows each whole line from `offset` on, with where it begins and ends, until `show` has enough. Answers where it stopped.
    fn each(
        &self,
        offset: u64,
        mut show: impl FnMut(u64, u64, Option<Line>) -> bool,
    ) -> Result<u64, FileError> {
        let failed = |error| FileError::io("read", &self.lines)(error);
        let mut file = File::open(&self.lines).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let Beginning { skip, cut } = beginning(&file).map_err(failed)?;
        let mut next = if offset < cut || offset - cut > length - skip {
            cut
        } else {
            offset
        };
        file.seek(SeekFrom::Start(skip + next - cut)).map_err(failed)?;
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let count = reader.read_until(b'\n', &mut line).map_err(failed)?;
            if !line.ends_with(b"\n") {
                return Ok(next);
            }
            let start = next;
            next += count as u64;
            if !show(start, next, serde_json::from_slice(&line).ok()) {
                return Ok(next);
            }
        }
    }

    /// In one step: after a crash the file is as before or as after.
    fn cut(&self, end: u64) -> Result<(), FileError> {
        let failed = |error| FileError::io("shorten", &self.lines)(error);
        let mut file = File::open(&self.lines).map_err(failed)?;
        let Beginning { skip, cut } = beginning(&file).map_err(failed)?;
        file.seek(SeekFrom::Start(skip + end - cut)).map_err(failed)?;
        let draft = self.lines.with_extension("jsonl.new");
        let mut shorter = File::create(&draft).map_err(FileError::io("create", &draft))?;
        serde_json::to_writer(&mut shorter, &Cut { cut: end })
            .map_err(io::Error::from)
            .and_then(|()| shorter.write_all(b"\n"))
            .and_then(|()| io::copy(&mut file, &mut shorter))
            .and_then(|_| shorter.sync_all())
            .map_err(FileError::io("write", &draft))?;
        fs::rename(&draft, &self.lines).map_err(failed)?;
        sync_parent(&self.lines)
    }
}

fn beginning(file: &File) -> io::Result<Beginning> {
    let mut first = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut first)?;
    let cut: Option<Cut> = first
        .ends_with(b"\n")
        .then(|| serde_json::from_slice(&first).ok())
        .flatten();
    Ok(
        cut.map_or(Beginning { skip: 0, cut: 0 }, |Cut { cut }| Beginning {
            skip: first.len() as u64,
            cut,
        }),
    )
}

fn long_ago() -> Timestamp {
    Timestamp(0)
}
