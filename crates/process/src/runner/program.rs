//! Starting the program of a run.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};

use crate::run_dir::STDIN;
use crate::spawn;
use crate::spec::RunSpec;

/// The program leads a process group of its own, so that a signal to its group does not hit us. It has three
/// descriptors: everything of ours closes on exec.
pub(super) fn start(run_dir: &Path, spec: &RunSpec) -> io::Result<Child> {
    let Some((program, args)) = spec.argv.split_first() else {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "the command line is empty",
        ));
    };
    let path = spec.env.get("PATH").map(AsRef::as_ref);
    let Some(file) = spawn::resolve(program.as_ref(), path, Some(&spec.cwd)) else {
        let text = format!("{program:?} was not found; install it or correct its path");
        return Err(io::Error::new(ErrorKind::NotFound, text));
    };
    #[allow(
        clippy::disallowed_methods,
        reason = "a run's program is spawned here and nowhere else"
    )]
    let mut command = std::process::Command::new(file);
    command
        .arg0(program)
        .args(args)
        .env_clear()
        .envs(&spec.env)
        .current_dir(&spec.cwd)
        .process_group(0);
    command
        .stdin(File::open(run_dir.join(STDIN))?)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    spawn::spawn_with_retry(&mut command).map_err(|error| {
        let error = spawn::explain(error, Some(&spec.cwd));
        io::Error::new(error.kind(), format!("could not run {program:?}: {error}"))
    })
}
