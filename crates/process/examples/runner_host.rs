//! A host program for the tests of runs: `runner <dir>` is runner mode; `launch <dir> <sh script>` launches that script
//! as a run, says so on stdout and then waits to be killed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use process::{LaunchSpec, RunSpec, RunnerCommand};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "runner", run_dir] => process::runner_main(Path::new(run_dir)),
        [exe, "launch", run_dir, script] => launch_and_wait(exe, run_dir, script),
        _ => ExitCode::from(64),
    }
}

fn launch_and_wait(exe: &str, run_dir: &str, script: &str) -> ExitCode {
    let run = RunSpec {
        argv: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        cwd: PathBuf::from("/"),
        env: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
        timeout_ms: 60_000,
        grace_ms: 1_000,
        output_cap: 1 << 20,
        line_cap: process::DEFAULT_LINE_CAP,
        stall_ms: 0,
        done: None,
    };
    let runner = RunnerCommand {
        exe: exe.into(),
        args: vec!["runner".to_owned()],
    };
    let spec = LaunchSpec {
        run_dir: run_dir.into(),
        runner,
        run,
        stdin: Vec::new(),
    };
    if process::launch(&spec).is_err() {
        return ExitCode::FAILURE;
    }
    let told = std::io::Write::write_all(&mut std::io::stdout(), b"launched\n");
    // Ends by SIGKILL, or with the test that holds the other end of stdin.
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    if told.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
