//! A runner whose agents are closures: they write in the work tree of their run and say how they end.

mod port;
mod script;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use pipeline_core::id::{AccountId, RunId};
use pipeline_core::port::runner::{RunEnd, RunSpec, RunStatus, RunWork};
use pipeline_core::resilience::PreflightReport;
use pipeline_core::role::Role;
use tokio::sync::Notify;

use crate::fake::faults::Faults;
use crate::fake::run_log::FakeRunLog;
use crate::fake::workspace::{FakeWorkspace, WorkTree};

pub use script::ScriptedEnd;

type Script = Box<dyn FnMut(&RunSpec, &mut WorkTree) -> ScriptedEnd + Send>;

/// A runner with scripted agents.
pub struct FakeRunner {
    /// Which calls fail.
    pub faults: Faults,
    workspaces: Vec<Arc<FakeWorkspace>>,
    log: Option<Arc<FakeRunLog>>,
    /// None: it knows every account.
    accounts: Option<Vec<AccountId>>,
    scripts: Mutex<Scripts>,
    runs: Mutex<Runs>,
    changed: Notify,
}

#[derive(Default)]
struct Scripts {
    agents: HashMap<Role, Script>,
    commands: Option<Script>,
}

#[derive(Default)]
struct Runs {
    held: bool,
    started: Vec<RunSpec>,
    statuses: BTreeMap<RunId, RunStatus>,
    reports: BTreeMap<AccountId, PreflightReport>,
    preflights: Vec<AccountId>,
}

impl FakeRunner {
    /// A runner whose agents work in the checkouts of these workspaces.
    #[must_use]
    pub fn new(workspaces: Vec<Arc<FakeWorkspace>>) -> Self {
        Self {
            faults: Faults::default(),
            workspaces,
            log: None,
            accounts: None,
            scripts: Mutex::default(),
            runs: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Writes the output of runs here, too.
    #[must_use]
    pub fn with_log(mut self, log: Arc<FakeRunLog>) -> Self {
        self.log = Some(log);
        self
    }

    /// Knows these accounts alone.
    #[must_use]
    pub fn with_accounts(mut self, accounts: Vec<AccountId>) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// What agents of this role do from now on. A role without a script is a permanent failure.
    pub fn on_agent(
        &self,
        role: &str,
        script: impl FnMut(&RunSpec, &mut WorkTree) -> ScriptedEnd + Send + 'static,
    ) {
        let mut scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
        scripts.agents.insert(Role::new(role), Box::new(script));
    }

    /// What commands do from now on. Without a script they exit with 0 and write nothing.
    pub fn on_command(&self, script: impl FnMut(&RunSpec, &mut WorkTree) -> ScriptedEnd + Send + 'static) {
        let mut scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
        scripts.commands = Some(Box::new(script));
    }

    /// What preflights of the account find from now on. Without a word they find nothing.
    pub fn on_preflight(&self, account: AccountId, report: PreflightReport) {
        self.with(|runs| runs.reports.insert(account, report));
    }

    /// Every preflight that was made, in order.
    #[must_use]
    pub fn preflights(&self) -> Vec<AccountId> {
        self.with(|runs| runs.preflights.clone())
    }

    /// While on, runs that are started stay Running until [`FakeRunner::finish`] or [`FakeRunner::lose`].
    pub fn hold(&self, on: bool) {
        self.with(|runs| runs.held = on);
    }

    /// A run that is held does its work and ends.
    pub fn finish(&self, run: &RunId) {
        let spec = self.with(|runs| {
            let running = runs.statuses.get(run) == Some(&RunStatus::Running);
            let spec = runs.started.iter().find(|spec| spec.run == *run);
            spec.filter(|_| running).cloned()
        });
        if let Some(spec) = spec {
            self.play(&spec);
        }
    }

    /// The daemon was killed before its wish to start the run was heard.
    pub fn unhear(&self, run: &RunId) {
        self.set(*run, RunStatus::NeverBegan);
    }

    /// The run vanishes without a trace.
    pub fn lose(&self, run: &RunId) {
        self.set(*run, RunStatus::Lost);
    }

    /// Every run that was started, in order.
    #[must_use]
    pub fn started(&self) -> Vec<RunSpec> {
        self.with(|runs| runs.started.clone())
    }

    /// The briefs of the agents of this role, oldest first.
    #[must_use]
    pub fn briefs(&self, role: &str) -> Vec<String> {
        let started = self.started().into_iter();
        let briefs = started.filter_map(|spec| match spec.work {
            RunWork::Agent { role: who, brief, .. } if who.as_str() == role => Some(brief),
            RunWork::Agent { .. } | RunWork::Command { .. } => None,
        });
        briefs.collect()
    }

    /// Runs that are not over.
    #[must_use]
    pub fn running(&self) -> Vec<RunId> {
        self.with(|runs| {
            let running = runs
                .statuses
                .iter()
                .filter(|(_, status)| **status == RunStatus::Running);
            running.map(|(run, _)| *run).collect()
        })
    }

    fn play(&self, spec: &RunSpec) {
        let mut ended = None;
        for workspace in &self.workspaces {
            let played = workspace.in_directory(&spec.directory, |tree| self.script(spec, tree));
            ended = ended.or(played);
        }
        let status = ended
            .unwrap_or_else(|| self.script(spec, &mut WorkTree::detached()))
            .into_status();
        if let (RunStatus::Ended(end), Some(log)) = (&status, &self.log) {
            log.write(spec.run, &end.log_tail);
        }
        self.set(spec.run, status);
    }

    fn script(&self, spec: &RunSpec, tree: &mut WorkTree) -> ScriptedEnd {
        let mut scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
        match &spec.work {
            RunWork::Agent { role, .. } => match scripts.agents.get_mut(role) {
                Some(script) => script(spec, tree),
                None => ScriptedEnd::permanent(&format!("no script for the {role}")),
            },
            RunWork::Command { .. } => match &mut scripts.commands {
                Some(script) => script(spec, tree),
                None => ScriptedEnd::exited(0, ""),
            },
        }
    }

    fn set(&self, run: RunId, status: RunStatus) {
        self.with(|runs| runs.statuses.insert(run, status));
        self.changed.notify_waiters();
    }

    fn with<T>(&self, work: impl FnOnce(&mut Runs) -> T) -> T {
        work(&mut self.runs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The end of a run that was called off.
fn called_off() -> RunStatus {
    RunStatus::Ended(Box::new(RunEnd {
        cancelled: true,
        ..script::well("")
    }))
}
