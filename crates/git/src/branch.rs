//! Branch names as directory names: one to one, and never a way out of the parent directory.

use pipeline_core::id::BranchName;

use crate::error::GitError;
use crate::repository::check_ref_name;

/// The longest directory name that file systems take, less room for our suffixes.
const LONGEST: usize = 200;

/// Letters, digits, `-`, `_` and inner dots stay; every other byte becomes `=XX`. Not `%XX`: there are agent programs that take the percent
/// sign in the name of their directory for an escape. Never begins with a dot, so that names that do are free for our own use.
pub(crate) fn folder_name(branch: &BranchName) -> Result<String, GitError> {
    check_ref_name(&format!("refs/heads/{branch}"))?;
    let mut name = String::new();
    for byte in branch.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("={byte:02X}"));
        }
    }
    if name.len() <= LONGEST {
        Ok(name)
    } else {
        Err(GitError::BadName {
            text: branch.as_str().chars().take(100).collect(),
            expected: "a branch name that is short enough for a directory name",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(branch: &str, expected: Option<&str>) {
        assert_eq!(
            folder_name(&BranchName::new(branch)).ok().as_deref(),
            expected,
            "{branch:?}"
        );
    }

    #[test]
    fn branches_become_one_safe_name_each() {
        check("feature/ET-012-more", Some("feature=2FET-012-more"));
        check("a=2Fb", Some("a=3D2Fb"));
        check("тест", Some("=D1=82=D0=B5=D1=81=D1=82"));
        for hostile in [
            "..", "a/../b", "../x", "/etc", "-x", ".hidden", "a/", "", "a\0b", "a\nb",
        ] {
            check(hostile, None);
        }
        check(&"ж".repeat(60), None);
    }
}
