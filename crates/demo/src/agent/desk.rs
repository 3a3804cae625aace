//! What every role has at hand: its assignment, the checkout, its documents, a voice.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use process::{Command, inherit};

use super::assignment::Assignment;
use super::brief::Brief;
use super::checkout::Checkout;
use super::error::AgentError;
use super::request::Request;

/// A project's tests may build something first.
const COMMAND_LIMIT: Duration = Duration::from_secs(600);

pub(super) struct Desk<'a> {
    pub(super) assignment: &'a Assignment,
    pub(super) brief: Brief<'a>,
    pub(super) checkout: Checkout,
    out: RefCell<&'a mut dyn Write>,
}

/// How a command of the project ended.
pub(super) struct CommandResult {
    pub(super) passed: bool,
    /// Both streams, stdout first.
    pub(super) output: String,
}

impl<'a> Desk<'a> {
    pub(super) fn new(assignment: &'a Assignment, directory: &Path, out: &'a mut dyn Write) -> Self {
        Self {
            assignment,
            brief: Brief(&assignment.brief),
            checkout: Checkout::new(directory),
            out: RefCell::new(out),
        }
    }

    /// A line of progress. Nobody listening is no reason to stop working.
    pub(super) fn say(&self, line: &str) {
        let _ = writeln!(self.out.borrow_mut(), "[{}] {line}", self.assignment.role);
    }

    /// The path of a document of this work item.
    pub(super) fn document(&self, name: &str) -> String {
        format!("docs/work-items/{}/{name}", self.assignment.work_item)
    }

    pub(super) fn read_document(&self, name: &str) -> Result<Option<String>, AgentError> {
        self.checkout.read(&self.document(name))
    }

    pub(super) fn write_document(&self, name: &str, text: &str) -> Result<(), AgentError> {
        self.say(&format!("writes {name}"));
        self.checkout.write(&self.document(name), text)
    }

    /// What was asked for.
    pub(super) fn request(&self) -> Result<Request, AgentError> {
        const NAME: &str = "00-business-request.md";
        let text = self
            .read_document(NAME)?
            .ok_or_else(|| AgentError::NoRequest(self.document(NAME)))?;
        Ok(Request::read(&text, self.assignment.work_item.as_str()))
    }

    /// Runs a shell command of the project in the checkout.
    pub(super) fn run(&self, command: &str) -> Result<CommandResult, AgentError> {
        self.say(&format!("runs: {command}"));
        let output = Command::new("sh")
            .args(["-c", command])
            .envs(inherit(["PATH", "TMPDIR", "LANG", "LC_ALL"]))
            .cwd(self.checkout.root())
            .timeout(COMMAND_LIMIT)
            .run()?;
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(CommandResult {
            passed: output.status.success(),
            output: text.concat(),
        })
    }

    /// Writes the last line.
    pub(super) fn finish(&self, record: &str) -> Result<(), AgentError> {
        let mut out = self.out.borrow_mut();
        writeln!(out, "{record}")
            .and_then(|()| out.flush())
            .map_err(AgentError::io("write to", "stdout"))
    }
}
