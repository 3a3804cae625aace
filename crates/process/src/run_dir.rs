//! The directory of a run: its files, and what stands in them. The only contract between a caller and a runner.
//!
//! `spec.json` what to run (0600: the environment may hold secrets) · `stdin` · `lock` held by the living runner ·
//! `control` orders to it · `stdout.log`, `stderr.log` · `runner.log` the runner's own troubles · `exit.json` the
//! completion marker, written last.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Every process of a run has this variable, set to the run directory: by it [`kill_orphans`](crate::kill_orphans)
/// knows them when their runner is dead.
pub const RUN_DIR_VARIABLE: &str = "ORCHD_RUN_DIR";

pub(crate) const SPEC: &str = "spec.json";
pub(crate) const STDIN: &str = "stdin";
pub(crate) const LOCK: &str = "lock";
pub(crate) const CONTROL: &str = "control";
pub(crate) const EXIT: &str = "exit.json";
pub(crate) const RUNNER_LOG: &str = "runner.log";

/// The only order that a control file can hold.
pub(crate) const CANCEL: &str = "cancel";

/// What a runner runs. Its environment is `env` and [`RUN_DIR_VARIABLE`], nothing of ours.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpec {
    /// Program and arguments; a name without a slash is looked for in the PATH of `env`.
    pub argv: Vec<String>,
    /// Absolute working directory.
    pub cwd: PathBuf,
    /// The whole environment; may hold secrets, so it is never printed.
    pub env: BTreeMap<String, String>,
    /// Wall-clock limit in milliseconds.
    pub timeout_ms: u64,
    /// Milliseconds between TERM and KILL.
    pub grace_ms: u64,
    /// Bytes kept of each of `stdout.log` and `stderr.log`: the first half, and the newest of the rest. At least
    /// 4 KiB are kept.
    pub output_cap: u64,
}

impl fmt::Debug for RunSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunSpec")
            .field("argv", &self.argv)
            .field("cwd", &self.cwd)
            .field("env", &self.env.keys())
            .field("timeout_ms", &self.timeout_ms)
            .field("grace_ms", &self.grace_ms)
            .field("output_cap", &self.output_cap)
            .finish()
    }
}

/// The completion marker: how a run ended. When it can be read, no process of the run is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// Exit code of the program, if it exited.
    pub exit_code: Option<i32>,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    /// Why it ended.
    pub reason: EndReason,
    /// Said of `spawn_failed`: what went wrong.
    pub error: Option<String>,
    /// Start of the program, Unix milliseconds.
    pub started_at_ms: i64,
    /// When its last process was gone, Unix milliseconds.
    pub finished_at_ms: i64,
    /// Bytes that it wrote to stdout, kept or not.
    pub stdout_bytes: u64,
    /// Bytes that it wrote to stderr, kept or not.
    pub stderr_bytes: u64,
    /// Bytes of both that were not kept.
    pub dropped_bytes: u64,
    /// Processes that had to be killed.
    pub processes_killed: u64,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// By itself (or by a signal that was not ours).
    Exited,
    /// The wall-clock limit passed.
    Timeout,
    /// [`cancel`](crate::cancel) was called.
    Cancelled,
    /// The program never ran.
    SpawnFailed,
}

/// The file with the program's stdout; it may be shorter than what was written ([`RunSpec::output_cap`]).
pub fn stdout_log(run_dir: &Path) -> PathBuf {
    run_dir.join("stdout.log")
}

/// The file with the program's stderr, see [`stdout_log`].
pub fn stderr_log(run_dir: &Path) -> PathBuf {
    run_dir.join("stderr.log")
}

/// Replaces a file (0600) so that a reader, also one after a power cut, sees the old content, the new one or none,
/// never a part.
pub(crate) fn write_whole(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!(".{name}.new"));
    let mut file = create(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(name))?;
    File::open(folder)?.sync_all()
}

/// A new or emptied file, readable for us alone.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .read(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

/// `None` when the file does not exist.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let parsed = serde_json::from_slice(&bytes);
    // serde_json's own text may quote a value of the file, and the environment is secret: only the place is told.
    parsed.map(Some).map_err(|error| {
        let text = format!(
            "{} is not valid (line {}, column {})",
            path.display(),
            error.line(),
            error.column()
        );
        io::Error::new(io::ErrorKind::InvalidData, text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_never_sees_a_part_of_what_is_being_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers");
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for round in 1..200_usize {
                    let numbers = vec![round; round * 100];
                    write_whole(folder.path(), "numbers", &serde_json::to_vec(&numbers).unwrap()).unwrap();
                }
            });
            while !writer.is_finished() {
                if let Some(numbers) = read_json::<Vec<usize>>(&path).unwrap() {
                    assert_eq!(numbers.len(), numbers[0] * 100);
                }
            }
        });
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "the temporary file is gone"
        );
    }

    #[test]
    fn an_error_about_a_file_does_not_quote_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SPEC);
        fs::write(&path, "{\"argv\": \"secret\"}").unwrap();
        let error = read_json::<RunSpec>(&path).unwrap_err().to_string();
        assert!(error.contains("line 1") && !error.contains("secret"), "{error}");
    }
}
