//! What agents do at their desks: good documents by default, and the pieces of which stories make bad ones.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use pipeline_core::port::runner::{RunSpec, RunWork};
use testkit::fake::runner::{FakeRunner, ScriptedEnd};
use testkit::fake::workspace::WorkTree;

/// One run's place of work.
pub(crate) struct Desk<'a> {
    pub(crate) spec: &'a RunSpec,
    pub(crate) tree: &'a mut WorkTree,
}

type Deed = Box<dyn FnOnce(&mut Desk<'_>) -> ScriptedEnd + Send>;

/// What the next runs do instead of good work, by role.
#[derive(Clone, Default)]
pub(crate) struct Deeds(Arc<Mutex<BTreeMap<String, VecDeque<Deed>>>>);

pub(crate) const ROLES: [&str; 6] = [
    "analyst",
    "architect",
    "developer",
    "reviewer",
    "tester",
    "deployer",
];

impl Deeds {
    /// Teaches the runner all roles.
    pub(crate) fn teach(&self, runner: &FakeRunner) {
        for role in ROLES {
            let deeds = self.clone();
            runner.on_agent(role, move |spec, tree| {
                let mut desk = Desk { spec, tree };
                match deeds.next(role) {
                    Some(deed) => deed(&mut desk),
                    None => desk.good_work(role),
                }
            });
        }
    }

    pub(crate) fn push(&self, role: &str, deed: impl FnOnce(&mut Desk<'_>) -> ScriptedEnd + Send + 'static) {
        let mut all = self.0.lock().unwrap();
        all.entry(role.to_owned()).or_default().push_back(Box::new(deed));
    }

    fn next(&self, role: &str) -> Option<Deed> {
        self.0.lock().unwrap().get_mut(role)?.pop_front()
    }
}

impl Desk<'_> {
    /// What the role does on a good day.
    pub(crate) fn good_work(&mut self, role: &str) -> ScriptedEnd {
        match role {
            "analyst" => self.analysis("specification"),
            "architect" => self.write("06-adr/ADR-001.md", "# Greet plainly\n"),
            "developer" => self.code(),
            "reviewer" => self.review("APPROVED", ""),
            "tester" => self.tests("PASS", ""),
            "deployer" if self.stage() == "deploy-staging" => self.staging("SUCCESS"),
            "deployer" => self.deploy("SUCCESS"),
            _ => {}
        }
        ScriptedEnd::finished()
    }

    pub(crate) fn analysis(&mut self, what: &str) {
        for name in [
            "01-brd.md",
            "02-trz.md",
            "03-acceptance-criteria.md",
            "04-test-plan.yaml",
        ] {
            self.write(name, &format!("# {name}: {what}\n"));
        }
    }

    /// Every run writes other code.
    pub(crate) fn code(&mut self) {
        let text = format!("fn greet() {{}} // run {}\n", self.spec.run);
        self.tree.write("src/greet.rs", &text);
    }

    pub(crate) fn review(&mut self, verdict: &str, body: &str) {
        self.report("12-review.md", &format!("verdict: {verdict}"), body);
    }

    pub(crate) fn tests(&mut self, result: &str, body: &str) {
        self.report("13-test-report.md", &format!("result: {result}"), body);
    }

    pub(crate) fn staging(&mut self, status: &str) {
        self.report("15-staging-log.md", &format!("staging_status: {status}"), "");
    }

    pub(crate) fn deploy(&mut self, status: &str) {
        self.report("14-deploy-log.md", &format!("deploy_status: {status}"), "");
    }

    /// A report of this task; its body names the run, so that no two are the same.
    pub(crate) fn report(&mut self, name: &str, field: &str, body: &str) {
        let text = format!(
            "---\nwork_item: {}\n{field}\n---\n\n{body}\n\nwritten by run {}\n",
            self.work_item(),
            self.spec.run
        );
        self.write(name, &text);
    }

    /// A file in the task's own directory.
    pub(crate) fn write(&mut self, name: &str, text: &str) {
        let path = self.path(name);
        self.tree.write(&path, text);
    }

    pub(crate) fn path(&self, name: &str) -> String {
        format!("docs/work-items/{}/{name}", self.work_item())
    }

    fn work_item(&self) -> String {
        match &self.spec.work {
            RunWork::Agent { work_item, .. } => work_item.to_string(),
            RunWork::Command { .. } => String::new(),
        }
    }

    fn stage(&self) -> String {
        match &self.spec.work {
            RunWork::Agent { stage, .. } => stage.to_string(),
            RunWork::Command { .. } => String::new(),
        }
    }
}
