//! Runs orchd and orchctl as a user does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use process::{Command, ExitOutcome, inherit};

const LIMIT: Duration = Duration::from_secs(300);

/// Where the two programs are.
pub(crate) struct Programs {
    orchd: PathBuf,
    orchctl: PathBuf,
}

/// How a program ended.
pub(crate) struct Ended {
    /// None: by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Programs {
    /// orchd, and orchctl in the same directory.
    pub(crate) fn beside(orchd: &Path) -> Self {
        let orchd = orchd.canonicalize().expect("orchd is there");
        let orchctl = orchd.with_file_name("orchctl");
        assert!(orchctl.exists(), "{} is not built", orchctl.display());
        Self { orchd, orchctl }
    }

    /// Runs the demo of a home until it ends or is killed. Its agent works long enough to be met alive.
    pub(crate) fn demo(&self, home: &Path, scenario: &str) -> Ended {
        let agent = format!(
            "sleep 0.3; '{}' demo-agent --scenario {scenario} || exit $?; sleep 0.2",
            self.orchd.display()
        );
        let arguments = [
            "demo",
            "--json",
            "--provider",
            "command",
            "--agent-cmd",
            &agent,
            "--home",
        ];
        run(Command::new(&self.orchd).args(arguments).arg(home))
    }

    /// Asks orchctl about a home.
    pub(crate) fn orchctl(&self, home: &Path, arguments: &[&str]) -> Ended {
        run(Command::new(&self.orchctl)
            .arg("--home")
            .arg(home)
            .args(arguments))
    }
}

fn run(command: Command) -> Ended {
    let output = command
        .envs(inherit(["PATH", "HOME", "LANG", "TMPDIR"]))
        .timeout(LIMIT)
        .output_cap(16 << 20)
        .run()
        .expect("the program starts and ends in time");
    Ended {
        code: match output.status {
            ExitOutcome::Code(code) => Some(code),
            ExitOutcome::Signal(_) => None,
        },
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
