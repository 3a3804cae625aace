//! One hardened child process, started, fed, watched and collected. Must not know what the program is.

mod capture;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use crate::moment::Deadline;
use crate::spawn;
use crate::tree::{self, Killer};
use capture::{Capture, Ended};

/// Wall-clock limit of a command that sets none.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// Bytes kept of each output stream of a command that sets no cap.
pub const DEFAULT_OUTPUT_CAP: usize = 16 << 20;

/// A program to run once. The environment starts empty, stdin is empty, output is captured.
///
/// The child leads its own process group. On timeout the group and all descendants that can be found are killed;
/// after an ordinary exit whatever it left in its group is killed too. Output that a surviving grandchild
/// could still write is not waited for.
pub struct Command {
    program: OsString,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    cwd: Option<PathBuf>,
    stdin: Vec<u8>,
    timeout: Duration,
    output_cap: usize,
}

/// What a command left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub status: ExitOutcome,
    /// The first bytes of its stdout, up to the cap.
    pub stdout: Vec<u8>,
    /// The first bytes of its stderr, up to the cap.
    pub stderr: Vec<u8>,
    /// True when either stream was longer than the cap; the rest was read and dropped.
    pub truncated: bool,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitOutcome {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

impl ExitOutcome {
    /// Exit code 0.
    pub fn success(self) -> bool {
        self == ExitOutcome::Code(0)
    }
}

/// Why a command has no ordinary [`Output`]. Arguments and environment are never part of the text.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The program does not exist (in the PATH that was passed, or the default one).
    #[error("{program:?} was not found; install it or correct its path")]
    NotFound {
        /// As it was asked for.
        program: OsString,
    },
    /// The limit passed; the whole process group has been killed.
    #[error("{program:?} was killed after its limit of {} ms", limit.as_millis())]
    Timeout {
        /// As it was asked for.
        program: OsString,
        /// The limit that was set.
        limit: Duration,
        /// What it had written until then.
        output: Box<Output>,
    },
    /// The kernel refused something.
    #[error("could not run {program:?}: {source}")]
    Io {
        /// As it was asked for.
        program: OsString,
        /// The refusal.
        source: io::Error,
    },
}

impl Command {
    /// A command without arguments. A name without a slash is looked for in the PATH that is passed by
    /// [`env`](Self::env), else in `/usr/local/bin:/usr/bin:/bin`.
    pub fn new(program: impl AsRef<OsStr>) -> Command {
        Command {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            cwd: None,
            stdin: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
            output_cap: DEFAULT_OUTPUT_CAP,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Command {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets one variable of the child's environment, which starts empty.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Command {
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Sets variables, for example those of [`inherit`](crate::inherit).
    #[must_use]
    pub fn envs(mut self, vars: impl IntoIterator<Item = (impl AsRef<OsStr>, impl AsRef<OsStr>)>) -> Command {
        self.env.extend(
            vars.into_iter()
                .map(|(k, v)| (k.as_ref().to_owned(), v.as_ref().to_owned())),
        );
        self
    }

    /// Sets the working directory; else it is the caller's.
    #[must_use]
    pub fn cwd(mut self, folder: impl AsRef<Path>) -> Command {
        self.cwd = Some(folder.as_ref().to_owned());
        self
    }

    /// Sets what the child reads from stdin. A child that does not read it all is no error.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Command {
        self.stdin = bytes.into();
        self
    }

    /// Sets the wall-clock limit; [`DEFAULT_TIMEOUT`] if not called.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Command {
        self.timeout = limit;
        self
    }

    /// Sets how many bytes of each output stream are kept; [`DEFAULT_OUTPUT_CAP`] if not called.
    #[must_use]
    pub fn output_cap(mut self, bytes: usize) -> Command {
        self.output_cap = bytes;
        self
    }

    /// Runs it to its end. A non-zero exit code is an [`Output`], not an error.
    pub fn run(self) -> Result<Output, SpawnError> {
        let limit = Deadline::after(self.timeout);
        let mut group = Group(self.spawn()?);
        let (ended, status, output) = self
            .collect(&mut group, limit)
            .map_err(|error| self.io_error(error))?;
        let output = Output {
            status: outcome(status),
            truncated: output.truncated(),
            stdout: output.stdout.kept,
            stderr: output.stderr.kept,
        };
        match ended {
            Ended::Exited => Ok(output),
            Ended::TimedOut => {
                let output = Box::new(output);
                Err(SpawnError::Timeout {
                    program: self.program,
                    limit: self.timeout,
                    output,
                })
            }
        }
    }

    fn spawn(&self) -> Result<Child, SpawnError> {
        let path = self
            .env
            .iter()
            .rev()
            .find(|(name, _)| name == "PATH")
            .map(|(_, path)| path.as_os_str());
        let Some(file) = spawn::resolve(&self.program, path, self.cwd.as_deref()) else {
            return Err(SpawnError::NotFound {
                program: self.program.clone(),
            });
        };
        #[allow(
            clippy::disallowed_methods,
            reason = "one-shot commands are spawned here and nowhere else"
        )]
        let mut command = std::process::Command::new(file);
        command
            .arg0(&self.program)
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().map(|(k, v)| (k, v)));
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command.stdin(if self.stdin.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        });
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        spawn::spawn_with_retry(&mut command)
            .map_err(|error| self.io_error(spawn::explain(error, self.cwd.as_deref())))
    }

    fn collect(&self, group: &mut Group, limit: Deadline) -> io::Result<(Ended, ExitStatus, Capture)> {
        let pidfd = pidfd_open(group.leader(), PidfdFlags::empty())?;
        let mut capture = Capture::of(&mut group.0, &self.stdin, self.output_cap)?;
        let ended = capture.until_exit(&pidfd, limit)?;
        if matches!(ended, Ended::TimedOut) {
            group.kill_descendants();
        }
        group.kill();
        capture.rest()?;
        Ok((ended, group.0.wait()?, capture))
    }

    fn io_error(&self, source: io::Error) -> SpawnError {
        SpawnError::Io {
            program: self.program.clone(),
            source,
        }
    }
}

/// The child and its process group; killed and reaped on every way out.
struct Group(Child);

impl Group {
    fn leader(&self) -> Pid {
        Pid::from_child(&self.0)
    }

    /// Only before the leader is reaped: until then its pid, and so the group's number, cannot be reused.
    fn kill(&self) {
        // The one expected error is that nobody is left.
        let _ = kill_process_group(self.leader(), Signal::KILL);
    }

    /// Those that left the group (`setsid`) but still hang below the leader.
    fn kill_descendants(&self) {
        let _ = kill_process_group(self.leader(), Signal::STOP);
        let leader = self.leader().as_raw_pid();
        Killer::default().pass(|| tree::descendants(leader));
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // `None`: not reaped yet (or gone wrong on the way), so the pid is still the child's.
        if matches!(self.0.try_wait(), Ok(None)) {
            self.kill();
            let _ = self.0.wait();
        }
    }
}

fn outcome(status: ExitStatus) -> ExitOutcome {
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitOutcome::Code(code),
        (None, signal) => ExitOutcome::Signal(signal.unwrap_or_default()),
    }
}
