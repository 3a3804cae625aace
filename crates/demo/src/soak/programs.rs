//! Runs orchd and orchctl as a user does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use process::{Command, ExitOutcome, inherit};

const LIMIT: Duration = Duration::from_secs(300);

/// A daemon lives as long as its tasks need.
const DAEMON_LIMIT: Duration = Duration::from_secs(7_200);

/// Where the two programs are.
#[derive(Debug)]
pub struct Programs {
    orchd: PathBuf,
    orchctl: PathBuf,
}

/// How a program ended.
pub struct Ended {
    /// None: by a signal.
    pub code: Option<i32>,
    /// What it wrote.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Programs {
    /// orchd, and orchctl in the same directory, for whoever asks it.
    #[must_use]
    pub fn beside(orchd: &Path) -> Self {
        let orchd = orchd.canonicalize().expect("orchd is there");
        let orchctl = orchd.with_file_name("orchctl");
        Self { orchd, orchctl }
    }

    /// Runs the demo of a home until it ends or is killed. Its agent works long enough to be met alive.
    pub fn demo(&self, home: &Path, scenario: &str) -> Ended {
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
        run(Command::new(&self.orchd).args(arguments).arg(home).timeout(LIMIT))
    }

    /// Runs a daemon with these settings until it ends or is killed.
    #[must_use]
    pub fn serve(&self, settings: &Path) -> Ended {
        run(Command::new(&self.orchd)
            .args(["serve", "--config"])
            .arg(settings)
            .timeout(DAEMON_LIMIT))
    }

    /// Asks orchctl about a home.
    pub fn orchctl(&self, home: &Path, arguments: &[&str]) -> Ended {
        run(Command::new(&self.orchctl)
            .arg("--home")
            .arg(home)
            .args(arguments)
            .timeout(LIMIT))
    }
}

fn run(command: Command) -> Ended {
    let output = command
        .envs(inherit(["PATH", "HOME", "LANG", "TMPDIR"]))
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
