//! Which files are meant, and their bytes: bounded in number, depth and size. Must not know what a report says.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Of a file so many bytes are read, and one more, so that a longer one is told from one that ends there.
const MAX_FILE: u64 = pipeline_core::verdict::findings::MAX_REPORT_BYTES as u64;
/// The most reports of one directory.
const MAX_REPORTS: usize = 10_000;
/// How deep a directory is walked.
const MAX_DEPTH: usize = 8;

/// A report to judge.
#[derive(Debug)]
pub(super) struct Report {
    /// As it is shown.
    pub(super) path: PathBuf,
    /// Why it is listed without being read.
    trouble: Option<String>,
}

/// What reading gave.
pub(super) enum Read {
    Bytes(Vec<u8>),
    Failed(String),
}

/// The files themselves, and the `*.md` files of the directories, sorted within each.
pub(super) fn reports(paths: &[PathBuf]) -> Vec<Report> {
    paths.iter().flat_map(|path| below(path)).collect()
}

impl Report {
    /// Reads the head of the file.
    pub(super) fn read(&self) -> Read {
        if let Some(trouble) = &self.trouble {
            return Read::Failed(trouble.clone());
        }
        match head(&self.path) {
            Ok(bytes) => Read::Bytes(bytes),
            Err(error) => Read::Failed(format!("the file cannot be read: {error}")),
        }
    }

    fn good(path: PathBuf) -> Self {
        Self { path, trouble: None }
    }

    fn bad(path: &Path, trouble: String) -> Self {
        Self {
            path: path.to_owned(),
            trouble: Some(trouble),
        }
    }
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn below(path: &Path) -> Vec<Report> {
    if !path.is_dir() {
        return vec![Report::good(path.to_owned())];
    }
    let mut found = Vec::new();
    if let Err(error) = walk(path, 0, &mut found) {
        found.push(Report::bad(
            path,
            format!("the directory cannot be read: {error}"),
        ));
    }
    if found.len() > MAX_REPORTS {
        found.truncate(MAX_REPORTS);
        let trouble = format!("the directory holds more than {MAX_REPORTS} reports; the rest was not judged");
        found.push(Report::bad(path, trouble));
    }
    if found.is_empty() {
        found.push(Report::bad(path, "no *.md file in this directory".to_owned()));
    }
    found
}

/// Collects reports in the order of their paths, one more than the limit at most. Hidden entries and symbolic links are passed over.
fn walk(directory: &Path, depth: usize, found: &mut Vec<Report>) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        entries.push((entry.path(), entry.file_type()?));
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (path, kind) in entries {
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_hidden || found.len() > MAX_REPORTS {
            continue;
        }
        if kind.is_dir() && depth < MAX_DEPTH {
            if let Err(error) = walk(&path, depth + 1, found) {
                found.push(Report::bad(
                    &path,
                    format!("the directory cannot be read: {error}"),
                ));
            }
        } else if kind.is_dir() {
            let trouble = format!("deeper than {MAX_DEPTH} levels; what is below was not judged");
            found.push(Report::bad(&path, trouble));
        } else if kind.is_file()
            && path
                .extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("md"))
        {
            found.push(Report::good(path));
        }
    }
    Ok(())
}
