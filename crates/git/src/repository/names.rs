//! Names that are safe to give to git: full object ids and reference names.

use pipeline_core::id::CommitSha;

use crate::error::GitError;

/// Accepts 40 or 64 lower-case hex digits only, so that no text is taken for an option, a range or a reference.
pub(crate) fn check_object_id(text: &str) -> Result<&str, GitError> {
    let hex = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if hex && (text.len() == 40 || text.len() == 64) {
        Ok(text)
    } else {
        Err(GitError::BadName {
            text: text.chars().take(100).collect(),
            expected: "a full object id in lower-case hex",
        })
    }
}

/// The rules of `git check-ref-format`, for a full name that begins with `refs/`.
pub(crate) fn check_ref_name(name: &str) -> Result<&str, GitError> {
    let well_formed = name.strip_prefix("refs/").is_some_and(|rest| {
        rest.split('/').all(valid_component)
            && !rest.contains("..")
            && !rest.contains("@{")
            && !rest.ends_with('.')
            && !rest.contains(|c: char| c.is_control() || " ~^:?*[\\".contains(c))
    });
    if well_formed && name.len() <= 500 {
        Ok(name)
    } else {
        Err(GitError::BadName {
            text: name.chars().take(100).collect(),
            expected: "a reference name that git accepts",
        })
    }
}

fn valid_component(part: &str) -> bool {
    !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(".lock")
}

/// A path of a file in a repository: relative, without `.`, `..`, `.git` and control characters.
pub(crate) fn check_path(path: &str) -> Result<&str, GitError> {
    let well_formed = !path.contains(char::is_control)
        && path.split('/').all(|part| {
            !part.is_empty() && part != "." && part != ".." && !part.eq_ignore_ascii_case(".git")
        });
    if well_formed {
        Ok(path)
    } else {
        Err(GitError::BadName {
            text: path.chars().take(200).collect(),
            expected: "a path of a file in a repository",
        })
    }
}

/// Reads an answer that shall be one commit id.
pub(crate) fn commit_sha(verb: &str, answer: &str) -> Result<CommitSha, GitError> {
    check_object_id(answer)
        .map(CommitSha::new)
        .map_err(|_| GitError::unexpected(verb, answer.as_bytes(), "an object id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: bool) {
        assert_eq!(check_ref_name(name).is_ok(), expected, "{name:?}");
    }

    #[test]
    fn reference_names_are_those_that_git_accepts() {
        check("refs/heads/main", true);
        check("refs/heads/feature/ET-012-привет", true);
        for bad in [
            "", "a..b", "../x", "-x", "a/-x", ".x", "a/.x", "x.lock", "x ", "a\nb", "a:b", "a//b", "x/", "x.",
        ] {
            check(&format!("refs/heads/{bad}"), false);
        }
        check("HEAD", false);
        check("refs/heads/a@{1}", false);
    }

    #[test]
    fn only_full_object_ids_pass() {
        assert!(check_object_id(&"a".repeat(40)).is_ok());
        for bad in ["HEAD", "abc123", "--all", &"A".repeat(40), &"g".repeat(40)] {
            assert!(check_object_id(bad).is_err(), "{bad}");
        }
    }
}
