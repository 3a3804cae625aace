//! The directory of a run: its files, and what stands in them. The only contract between a caller and a runner.
//!
//! `spec.json` what to run (0600: the environment may hold secrets) · `stdin` · `lock` held by the living runner ·
//! `control` orders to it · `stdout.log`, `stderr.log` · `progress.json` how it stands · `processes.json` who belongs
//! to it · `runner.log` the runner's own troubles · `exit.json` the completion marker, written last. `docs/RUNS.md`
//! tells people.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// Every process of a run has this variable, set to the run directory: by it [`kill_orphans`](crate::kill_orphans)
/// knows them when their runner is dead.
pub const RUN_DIR_VARIABLE: &str = "ORCHD_RUN_DIR";

pub(crate) const SPEC: &str = "spec.json";
pub(crate) const STDIN: &str = "stdin";
pub(crate) const LOCK: &str = "lock";
pub(crate) const CONTROL: &str = "control";
pub(crate) const EXIT: &str = "exit.json";
pub(crate) const PROCESSES: &str = "processes.json";
pub(crate) const PROGRESS: &str = "progress.json";
pub(crate) const RUNNER_LOG: &str = "runner.log";

/// The only order that a control file can hold.
pub(crate) const CANCEL: &str = "cancel";

/// The file with the program's stdout; it may be shorter than what was written
/// ([`RunSpec::output_cap`](crate::RunSpec::output_cap)).
pub fn stdout_log(run_dir: &Path) -> PathBuf {
    run_dir.join("stdout.log")
}

/// The file with the program's stderr, see [`stdout_log`].
pub fn stderr_log(run_dir: &Path) -> PathBuf {
    run_dir.join("stderr.log")
}

/// Replaces a file (0600) so that a reader, also one after a power cut, sees the old content, the new one or none,
/// never a part.
pub fn write_whole(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!(".{name}.new"));
    let mut file = create(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(name))?;
    File::open(folder)?.sync_all()
}

/// The same for what is written often and means nothing after a power cut: nothing is forced to the disk.
pub(crate) fn replace(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!(".{name}.new"));
    create(&temporary)?.write_all(content)?;
    fs::rename(&temporary, folder.join(name))
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
    use crate::RunSpec;

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
