//! Documents and listings at a commit, read from objects.

use pipeline_core::evidence::{Document, Evidence, EvidenceRequest};
use pipeline_core::id::{BlobSha, CommitSha, WorkItemId};
use pipeline_core::port::PortError;
use pipeline_core::verdict::findings::MAX_REPORT_BYTES;

use crate::error::GitError;
use crate::mirror::{Mirror, remote_name};
use crate::repository::{Found, TreeEntry, check_path};

/// What the request names at its commit, or at the default branch's head after a fetch.
pub(crate) fn read(
    mirror: &Mirror,
    request: &EvidenceRequest,
    work_item: &WorkItemId,
) -> Result<Evidence, PortError> {
    let commit = match &request.commit {
        Some(commit) => {
            mirror.require(commit)?;
            commit.clone()
        }
        None => {
            mirror.fetch()?;
            mirror.default_head()?
        }
    };
    let entries = entries(mirror, &commit, &request.paths)?;
    let trees = mirror.trees(&commit, work_item)?;
    let mut evidence = Evidence {
        code_tree: Some(trees.code),
        docs_tree: trees.documents,
        commit: Some(commit),
        ..Evidence::default()
    };
    for entry in entries.into_iter().filter(TreeEntry::is_file) {
        if request.paths.contains(&entry.path) {
            evidence.documents.push(document(mirror, &entry)?);
        }
        if request
            .paths
            .iter()
            .any(|path| path.ends_with('/') && entry.path.starts_with(path))
        {
            evidence.listed.push(entry.path);
        }
    }
    Ok(evidence)
}

/// Files at the default branch's head as of the last fetch.
pub(crate) fn at_default(mirror: &Mirror, paths: &[String]) -> Result<Vec<Document>, PortError> {
    let head = remote_name(&mirror.default_branch)?;
    let mut questions = vec![format!("{head}^{{commit}}")];
    let paths = paths.iter().filter(|path| check_path(path).is_ok());
    let paths: Vec<String> = paths.cloned().collect();
    questions.extend(paths.iter().map(|path| format!("{head}:{path}")));
    let mut found = mirror.repository.look_up(&questions)?.into_iter();
    let head = found.next().flatten().map(Found::commit);
    let head = head.ok_or_else(|| mirror.no_default_head())?;
    if found.all(|file| file.is_none()) {
        return Ok(Vec::new());
    }
    let entries = entries(mirror, &head, &paths)?.into_iter();
    let files = entries.filter(|entry| entry.is_file() && paths.contains(&entry.path));
    files.map(|entry| Ok(document(mirror, &entry)?)).collect()
}

fn entries(mirror: &Mirror, commit: &CommitSha, paths: &[String]) -> Result<Vec<TreeEntry>, GitError> {
    let paths: Vec<&str> = paths
        .iter()
        .map(String::as_str)
        // What cannot be a path in a repository does not exist in one.
        .filter(|path| check_path(path.strip_suffix('/').unwrap_or(path)).is_ok())
        .collect();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    mirror.repository.entries(commit.as_str(), &paths)
}

fn document(mirror: &Mirror, entry: &TreeEntry) -> Result<Document, GitError> {
    let blob = BlobSha::new(&entry.object);
    let (bytes, cut) = mirror.repository.read_blob(&blob, MAX_REPORT_BYTES)?;
    let bytes = if cut {
        without_torn_character(&bytes)
    } else {
        &bytes
    };
    let text = String::from_utf8_lossy(bytes);
    Ok(Document {
        path: entry.path.clone(),
        lossy: matches!(text, std::borrow::Cow::Owned(_)),
        text: text.into_owned(),
        blob,
        cut,
    })
}

/// A cut in the middle of a character does not make a text lossy.
fn without_torn_character(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        Ok(_) | Err(_) => bytes,
    }
}
