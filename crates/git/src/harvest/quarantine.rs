//! An agent's objects on their way into the mirror: copied as plain files into a repository of ours, looked at there, and
//! fetched with all of git's checks. Indexes, alternates, grafts, replacements and configuration stay behind.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use pipeline_core::id::CommitSha;
use pipeline_core::port::PortError;

use super::{Source, refused};
use crate::beneath::Beneath;
use crate::error::GitError;
use crate::mirror::Mirror;
use crate::remote::Remote;
use crate::repository::{Layout, Repository, lay_out};
use crate::scratch::Scratch;

/// Bytes of objects that one run may leave.
const MOST_BYTES: u64 = 2 << 30;

/// Brings the history of `head` into the mirror. Whether it descends from the start has to be asked there: only in the
/// mirror every object is known to be what its name says.
pub(super) fn import(
    mirror: &Mirror,
    git_dir: &Beneath,
    source: &Source<'_>,
    head: &CommitSha,
) -> Result<(), PortError> {
    let scratch = Scratch::new(&mirror.repository)?;
    let entry = format!("refs/heads/run-{}", source.run);
    let quarantine = prepare(mirror, &scratch.path().join("quarantine.git"), &entry, head)?;
    copy_objects(git_dir, &quarantine)?;
    let damaged = |error: GitError| refused(&format!("the checkout's history cannot be read: {error}"));
    index_packs(&quarantine).map_err(damaged)?;
    if !quarantine.has_commit(head)? {
        return Err(refused(&format!(
            "the checkout's HEAD names {head}, which is no commit there"
        )));
    }
    refuse_large_objects(&quarantine, source, head).map_err(|error| match error {
        TooLarge::File(message) => refused(&message),
        TooLarge::Unknown(error) => damaged(error),
    })?;
    // The mirror never collects garbage, so that the objects stay until they are pinned.
    Remote::new(quarantine.path().to_string_lossy())
        .fetch_objects(&mirror.repository, &entry)
        .map_err(damaged)
}

/// A repository whose one reference names the agent's commit, which nobody has seen there yet.
fn prepare(mirror: &Mirror, at: &Path, entry: &str, head: &CommitSha) -> Result<Repository, GitError> {
    let layout = Layout {
        head: entry,
        config: "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
        references: &[(entry.to_owned(), head.clone())],
        borrowed: &mirror.repository.path().join("objects"),
    };
    lay_out(at, &layout)?;
    Ok(Repository::open(mirror.repository.git(), at))
}

fn copy_objects(git_dir: &Beneath, quarantine: &Repository) -> Result<(), PortError> {
    let failed = |error: io::Error| refused(&format!("the checkout's objects cannot be copied: {error}"));
    let Some(objects) = git_dir.folder("objects").map_err(failed)? else {
        return Ok(());
    };
    let target = quarantine.path().join("objects");
    let mut room = MOST_BYTES;
    for group in names(&objects)
        .map_err(failed)?
        .iter()
        .filter(|name| is_hex(name, &[2]))
    {
        if let Some(folder) = objects.folder(group).map_err(failed)? {
            let loose = |name: &str| is_hex(name, &[38, 62]).then(|| name.to_owned());
            copy_files(&folder, &target.join(group), loose, &mut room).map_err(failed)?;
        }
    }
    if let Some(packs) = objects.folder("pack").map_err(failed)? {
        let pack = |name: &str| {
            let id = name.strip_prefix("pack-")?.strip_suffix(".pack")?;
            is_hex(id, &[40, 64]).then(|| name.to_owned())
        };
        copy_files(&packs, &target.join("pack"), pack, &mut room).map_err(failed)?;
    }
    Ok(())
}

/// Copies the files whose name passes, until there is no room.
fn copy_files(
    from: &Beneath,
    to: &Path,
    wanted: impl Fn(&str) -> Option<String>,
    room: &mut u64,
) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for name in names(from)?.iter().filter_map(|name| wanted(name)) {
        let Some(file) = from.file(&name)? else {
            continue;
        };
        let copied = io::copy(&mut file.take(*room + 1), &mut File::create(to.join(&name))?)?;
        *room = room
            .checked_sub(copied)
            .ok_or_else(|| io::Error::other(format!("they are larger than {MOST_BYTES} bytes")))?;
    }
    Ok(())
}

fn index_packs(quarantine: &Repository) -> Result<(), GitError> {
    let folder = quarantine.path().join("objects/pack");
    let packs = std::fs::read_dir(&folder).map_err(GitError::io("list", &folder))?;
    for pack in packs {
        let pack = pack.map_err(GitError::io("list", &folder))?.path();
        quarantine.run("index-pack").arg(&pack).bytes()?;
    }
    Ok(())
}

enum TooLarge {
    File(String),
    Unknown(GitError),
}

/// Looks at every object that is new, not only at those of the last commit: all of them would be pushed.
fn refuse_large_objects(
    quarantine: &Repository,
    source: &Source<'_>,
    head: &CommitSha,
) -> Result<(), TooLarge> {
    let new = quarantine
        .run("rev-list")
        .args(["--objects", head.as_str(), &format!("^{}", source.start), "--"])
        .bytes()
        .map_err(TooLarge::Unknown)?;
    let sizes = quarantine
        .run("cat-file")
        .arg("--batch-check=%(objectsize) %(rest)")
        .stdin(new)
        .bytes()
        .map_err(TooLarge::Unknown)?;
    for line in String::from_utf8_lossy(&sizes).lines() {
        let (size, path) = line.split_once(' ').unwrap_or((line, ""));
        if size.parse::<u64>().is_ok_and(|size| size > source.largest_file) {
            return Err(TooLarge::File(super::snapshot::too_large(
                path,
                source.largest_file,
            )));
        }
    }
    Ok(())
}

fn names(folder: &Beneath) -> io::Result<Vec<String>> {
    Ok(folder
        .names()?
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .collect())
}

fn is_hex(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
