//! Starting a child: finding its program and trying again when the kernel says "not now".

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use crate::moment;

/// Where programs are looked for when the child's environment has no PATH.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// 5 ms doubled seven times: about 0.6 s in all.
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// The file that `program` means to a child with this `path` and `cwd`, or `None` when there is none.
///
/// Done here and not by exec: an absolute path lets std use `posix_spawn`, which does not copy the page tables of
/// a large caller, and a missing program can be told from a missing working directory.
pub fn resolve(program: &OsStr, path: Option<&OsStr>, cwd: Option<&Path>) -> Option<PathBuf> {
    if program.as_encoded_bytes().contains(&b'/') {
        let file = cwd.map_or_else(|| PathBuf::from(program), |cwd| cwd.join(program));
        return file.exists().then_some(file);
    }
    std::env::split_paths(path.unwrap_or(OsStr::new(DEFAULT_PATH)))
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Spawns; a busy executable (ETXTBSY) and a full process table (EAGAIN) pass by themselves and are tried again.
pub(crate) fn spawn_with_retry(command: &mut Command) -> io::Result<Child> {
    retry(|| command.spawn())
}

fn retry<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(error) if is_passing(&error) => moment::pause(pause),
            done => return done,
        }
        pause *= 2;
    }
    attempt()
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ExecutableFileBusy | ErrorKind::WouldBlock
    )
}

/// What to say about a spawn that failed although the program was found.
pub(crate) fn explain(error: io::Error, cwd: Option<&Path>) -> io::Error {
    if error.kind() != ErrorKind::NotFound {
        return error;
    }
    let text = match cwd {
        Some(cwd) if !cwd.is_dir() => format!("the working directory {} does not exist", cwd.display()),
        Some(_) | None => "the interpreter named in the program's first line does not exist".to_owned(),
    };
    io::Error::new(ErrorKind::NotFound, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The attempts made when the first `failures` of them fail with `kind`, and whether it worked in the end.
    fn check(kind: ErrorKind, failures: u32, expected: (u32, bool)) {
        let mut attempts = 0;
        let done = retry(|| {
            attempts += 1;
            if attempts > failures {
                Ok(())
            } else {
                Err(kind.into())
            }
        });
        assert_eq!((attempts, done.is_ok()), expected, "{kind:?} {failures} times");
    }

    #[test]
    fn only_what_passes_by_itself_is_tried_again_and_not_for_ever() {
        check(ErrorKind::Other, 0, (1, true));
        check(ErrorKind::ExecutableFileBusy, 2, (3, true));
        check(ErrorKind::WouldBlock, 1, (2, true));
        check(ErrorKind::ExecutableFileBusy, 100, (ATTEMPTS, false));
        check(ErrorKind::PermissionDenied, 1, (1, false));
        check(ErrorKind::NotFound, 1, (1, false));
    }

    #[test]
    fn a_program_that_is_still_being_written_is_started_when_it_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("program");
        std::fs::copy("/bin/true", &file).unwrap();
        let mut writer = std::fs::OpenOptions::new().append(true).open(&file).ok();
        let mut attempts = 0;
        #[allow(clippy::disallowed_methods, reason = "this is how programs are spawned here")]
        let mut command = Command::new(&file);
        let child = retry(|| {
            attempts += 1;
            if attempts == 3 {
                writer = None;
            }
            command.spawn()
        });
        assert!(child.unwrap().wait().unwrap().success());
        assert!(attempts >= 3 && writer.is_none(), "{attempts} attempts");
    }

    #[test]
    fn a_name_is_looked_for_in_the_path_of_the_child_and_nowhere_else() {
        let sh = OsStr::new("sh");
        assert!(resolve(sh, None, None).is_some());
        assert!(resolve(sh, Some(OsStr::new("/nowhere:/bin")), None).is_some());
        assert!(resolve(sh, Some(OsStr::new("/nowhere")), None).is_none());
        assert!(resolve(sh, Some(OsStr::new(".:")), Some(Path::new("/bin"))).is_none());
        assert_eq!(
            resolve(OsStr::new("./sh"), None, Some(Path::new("/bin"))),
            Some(PathBuf::from("/bin/./sh"))
        );
    }
}
