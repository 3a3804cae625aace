//! Which commit an agent's HEAD names, read from the files of its git directory.

use std::io;

use pipeline_core::id::CommitSha;
use pipeline_core::port::PortError;

use super::refused;
use crate::beneath::Beneath;
use crate::repository::{check_object_id, check_ref_name};

const LONGEST_REF: u64 = 4 << 10;
const LONGEST_PACKED_REFS: u64 = 16 << 20;

/// The commit; nothing says yet that it exists.
pub(super) fn read(git_dir: &Beneath) -> Result<CommitSha, PortError> {
    let head =
        text(git_dir, "HEAD", LONGEST_REF)?.ok_or_else(|| refused("the checkout's HEAD is missing"))?;
    let Some(name) = head.strip_prefix("ref:").map(str::trim) else {
        return commit(&head);
    };
    check_ref_name(name).map_err(|_| refused("the checkout's HEAD names no valid branch"))?;
    if let Some(value) = text(git_dir, name, LONGEST_REF)? {
        return commit(&value);
    }
    let packed = text(git_dir, "packed-refs", LONGEST_PACKED_REFS)?.unwrap_or_default();
    packed
        .lines()
        .find_map(|line| line.strip_suffix(name)?.strip_suffix(' '))
        .map_or_else(
            || {
                Err(refused(&format!(
                    "history was rewritten: the checkout's branch '{name}' has no commit"
                )))
            },
            commit,
        )
}

fn commit(text: &str) -> Result<CommitSha, PortError> {
    check_object_id(text)
        .map(CommitSha::new)
        .map_err(|_| refused("the checkout's HEAD names no commit"))
}

fn text(git_dir: &Beneath, path: &str, limit: u64) -> Result<Option<String>, PortError> {
    let bytes = git_dir.read(path, limit).map_err(|error: io::Error| {
        refused(&format!("the checkout's .git/{path} cannot be read: {error}"))
    })?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::*;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    fn check(prepare: impl FnOnce(&Path), expected: Option<&str>) {
        let folder = tempfile::TempDir::new().unwrap();
        prepare(folder.path());
        let head = read(&Beneath::open(folder.path()).unwrap());
        assert_eq!(head.ok().as_ref().map(CommitSha::as_str), expected);
    }

    #[test]
    fn a_branch_may_be_loose_or_packed_and_head_may_be_detached() {
        check(
            |at| fs::write(at.join("HEAD"), format!("{SHA}\n")).unwrap(),
            Some(SHA),
        );
        let loose = |at: &Path| {
            fs::create_dir_all(at.join("refs/heads/a")).unwrap();
            fs::write(at.join("refs/heads/a/b"), SHA).unwrap();
            fs::write(at.join("HEAD"), "ref: refs/heads/a/b\n").unwrap();
        };
        check(loose, Some(SHA));
        let packed = |at: &Path| {
            fs::write(
                at.join("packed-refs"),
                format!("# pack-refs\n{SHA} refs/heads/x\n^{SHA}\n"),
            )
            .unwrap();
            fs::write(at.join("HEAD"), "ref: refs/heads/x\n").unwrap();
        };
        check(packed, Some(SHA));
    }

    #[test]
    fn a_head_that_leads_elsewhere_is_refused() {
        check(|_| (), None);
        check(
            |at| fs::write(at.join("HEAD"), "ref: refs/../../secret").unwrap(),
            None,
        );
        check(
            |at| fs::write(at.join("HEAD"), "ref: refs/heads/none").unwrap(),
            None,
        );
        check(|at| fs::write(at.join("HEAD"), "--all").unwrap(), None);
        let link = |at: &Path| {
            fs::write(at.join("real"), SHA).unwrap();
            symlink("real", at.join("HEAD")).unwrap();
        };
        check(link, None);
    }
}
