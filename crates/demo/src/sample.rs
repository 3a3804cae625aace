//! The sample project and the demo's issue, carried in the program. Must not know git: it is only files.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The command that runs the sample project's tests.
pub const TEST_COMMAND: &str = "sh tests/run.sh";

/// A line by which a checkout is known to be the sample project.
pub(crate) const MARK: &str = "# Sample project of orchd:";

/// The file that holds [`MARK`].
pub(crate) const MARKED_FILE: &str = "bin/todo";

const ISSUE: &str = include_str!("../../../fixtures/sample-project.issue.md");

/// A file of the sample project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleFile {
    /// Path in the repository.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// It can be executed (mode 755, else 644).
    pub executable: bool,
}

/// Every file of the sample project, ordered by path.
pub const FILES: [SampleFile; 10] = [
    plain(
        "CHANGELOG.md",
        include_str!("../../../fixtures/sample-project/CHANGELOG.md"),
    ),
    plain(
        "README.md",
        include_str!("../../../fixtures/sample-project/README.md"),
    ),
    executable(
        "bin/todo",
        include_str!("../../../fixtures/sample-project/bin/todo"),
    ),
    plain(
        "lib/change.sh",
        include_str!("../../../fixtures/sample-project/lib/change.sh"),
    ),
    plain(
        "lib/list.sh",
        include_str!("../../../fixtures/sample-project/lib/list.sh"),
    ),
    plain(
        "lib/store.sh",
        include_str!("../../../fixtures/sample-project/lib/store.sh"),
    ),
    plain(
        "tests/one.sh",
        include_str!("../../../fixtures/sample-project/tests/one.sh"),
    ),
    executable(
        "tests/run.sh",
        include_str!("../../../fixtures/sample-project/tests/run.sh"),
    ),
    plain(
        "tests/test_change.sh",
        include_str!("../../../fixtures/sample-project/tests/test_change.sh"),
    ),
    plain(
        "tests/test_list.sh",
        include_str!("../../../fixtures/sample-project/tests/test_list.sh"),
    ),
];

/// The demo's issue, as somebody would write it on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleIssue {
    /// 5 to 80 characters.
    pub title: &'static str,
    /// Markdown, at least 20 characters.
    pub description: &'static str,
}

/// The issue that the scripted developer really implements in the sample project.
#[must_use]
pub fn issue() -> SampleIssue {
    let (heading, description) = ISSUE.split_once('\n').unwrap_or((ISSUE, ""));
    SampleIssue {
        title: heading.trim_start_matches('#').trim(),
        description: description.trim(),
    }
}

/// Writes the sample project into `directory`, which is created when missing; files of the same path are overwritten.
pub fn write_to(directory: &Path) -> io::Result<()> {
    for file in FILES {
        let path = directory.join(file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, file.text)?;
        let mode = if file.executable { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

const fn plain(path: &'static str, text: &'static str) -> SampleFile {
    SampleFile {
        path,
        text,
        executable: false,
    }
}

const fn executable(path: &'static str, text: &'static str) -> SampleFile {
    SampleFile {
        path,
        text,
        executable: true,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files_below(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn the_program_carries_every_file_of_the_fixture() {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sample-project");
        let mut found = Vec::new();
        files_below(&fixture, &mut found);
        let mut found: Vec<_> = found
            .iter()
            .map(|path| path.strip_prefix(&fixture).unwrap().to_str().unwrap())
            .collect();
        found.sort_unstable();
        assert_eq!(found, FILES.map(|file| file.path));
    }

    #[test]
    fn it_is_written_with_its_modes_and_known_by_its_mark() {
        let folder = tempfile::tempdir().unwrap();
        write_to(folder.path()).unwrap();
        for file in FILES {
            let path = folder.path().join(file.path);
            assert_eq!(fs::read_to_string(&path).unwrap(), file.text);
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, if file.executable { 0o755 } else { 0o644 }, "{}", file.path);
        }
        assert!(
            fs::read_to_string(folder.path().join(MARKED_FILE))
                .unwrap()
                .contains(MARK)
        );
    }

    #[test]
    fn the_issue_passes_the_first_gate() {
        let issue = issue();
        assert!((5..=80).contains(&issue.title.chars().count()), "{}", issue.title);
        assert!(issue.description.chars().count() >= 20);
        assert!(!issue.description.starts_with('#'));
    }
}
