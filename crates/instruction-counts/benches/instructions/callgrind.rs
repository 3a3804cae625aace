//! Runs this program under callgrind and reads what it counted. Must not know what is counted.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use instruction_counts::profile;
use instruction_counts::table::Counts;

/// A part of the name of the function between whose ends is counted.
const COUNTED: &str = "*counted_by_callgrind*";

/// A part of the name of the function before which is written down what was counted; it is called after each call.
const DUMPED: &str = "*dumped_by_callgrind*";

const MISSING: &str = "valgrind is not there; install it (Debian, Ubuntu: apt-get install valgrind)";

/// Runs the program with one argument under callgrind; one count per line that it prints.
pub(crate) fn count(argument: &str) -> Result<Counts, String> {
    if std::env::consts::ARCH != "x86_64" {
        let found = std::env::consts::ARCH;
        return Err(format!(
            "the expected counts are those of x86_64, this is {found}"
        ));
    }
    let folder = tempfile::tempdir().map_err(|error| format!("a temporary folder: {error}"))?;
    let profiles = folder.path().join("profile");
    let program = std::env::current_exe().map_err(|error| format!("the path of this program: {error}"))?;
    let names = run(&program, argument, &profiles)?;
    let mut counts = Counts::new();
    for (at, name) in names.lines().enumerate() {
        // Dumps are numbered from 1; each case is called twice, and the second call is the one that counts.
        let path = profiles.with_extension((2 * at + 2).to_string());
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let count = profile::count(&text, &program.to_string_lossy())
            .map_err(|error| format!("the profile of case '{name}': {error:?}"))?;
        if counts.insert(name.to_owned(), count).is_some() {
            return Err(format!("two cases have the name '{name}'"));
        }
    }
    Ok(counts)
}

/// What it printed. The environment is always the same: it lies on the program's stack.
fn run(program: &Path, argument: &str, profiles: &Path) -> Result<String, String> {
    #[allow(
        clippy::disallowed_methods,
        reason = "a benchmark that runs itself; the crates that it measures spawn nothing here"
    )]
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--dump-before={DUMPED}"))
        .arg(format!("--callgrind-out-file={}", profiles.display()))
        .arg(program)
        .arg(argument)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin");
    let Output {
        status,
        stdout,
        stderr,
    } = valgrind.output().map_err(|error| {
        if error.kind() == ErrorKind::NotFound {
            MISSING.to_owned()
        } else {
            format!("valgrind: {error}")
        }
    })?;
    if !status.success() {
        return Err(format!(
            "valgrind ended with {status}: {}",
            String::from_utf8_lossy(&stderr).trim()
        ));
    }
    String::from_utf8(stdout).map_err(|error| format!("the names of the cases: {error}"))
}
