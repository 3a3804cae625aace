//! A checkout with a business request, in which roles are played one after the other.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use demo::agent::{self, AgentError, Assignment};
use demo::sample;
use demo::scenario::Scenario;
use pipeline_core::id::WorkItemId;
use pipeline_core::role::Role;
use pipeline_core::stage::StageName;
use process::Command;
use serde_json::Value;

pub(crate) const WORK_ITEM: &str = "ET-001";

pub(crate) struct Stage {
    pub(crate) folder: tempfile::TempDir,
    scenario: Scenario,
    jobs: u32,
}

impl Stage {
    /// The sample project with the demo's issue.
    pub(crate) fn sample(scenario: Scenario) -> Stage {
        let stage = Stage::empty(scenario);
        sample::write_to(stage.folder.path()).unwrap();
        let issue = sample::issue();
        stage.request(issue.title, issue.description);
        stage
    }

    /// A project that the agent does not know.
    pub(crate) fn foreign(scenario: Scenario) -> Stage {
        let stage = Stage::empty(scenario);
        stage.write("src/main.c", "int main(void) { return 0; }\n");
        stage.request("Make it faster", "It is slow. Please make it 1.5 times as fast.");
        stage
    }

    fn empty(scenario: Scenario) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        Stage {
            folder,
            scenario,
            jobs: 0,
        }
    }

    fn request(&self, title: &str, description: &str) {
        let text = format!("---\nwork_item: {WORK_ITEM}\nissue: \"42\"\n---\n\n# {title}\n\n{description}\n");
        self.write(&document("00-business-request.md"), &text);
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn read_document(&self, name: &str) -> String {
        self.read(&document(name))
    }

    pub(crate) fn has_document(&self, name: &str) -> bool {
        self.path().join(document(name)).exists()
    }

    pub(crate) fn remove_document(&self, name: &str) {
        fs::remove_file(self.path().join(document(name))).unwrap();
    }

    /// The next job of the task, at its first attempt; what it writes to stdout.
    pub(crate) fn play(&mut self, role: &str, stage: &str, brief: &str) -> String {
        self.jobs += 1;
        self.attempt(role, stage, brief, 1).unwrap()
    }

    /// An attempt at the present job.
    pub(crate) fn attempt(
        &self,
        role: &str,
        stage: &str,
        brief: &str,
        fence: u32,
    ) -> Result<String, AgentError> {
        let run = format!("7-{}-{fence}", self.jobs.max(1)).parse().unwrap();
        let assignment = Assignment {
            scenario: self.scenario,
            role: Role::new(role),
            stage: StageName::new(stage),
            work_item: WorkItemId::new(WORK_ITEM),
            run,
            brief: brief.to_owned(),
        };
        let mut out = Vec::new();
        agent::work(&assignment, self.path(), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    pub(crate) fn develop(&mut self) {
        self.play("developer", "development", "");
    }

    /// The review, as the reviewer of a fresh run writes it.
    pub(crate) fn review(&mut self) -> String {
        let _ = fs::remove_file(self.path().join(document("12-review.md")));
        self.play("reviewer", "review", "");
        self.read_document("12-review.md")
    }

    pub(crate) fn test(&mut self) -> String {
        self.play("tester", "testing", "");
        self.read_document("13-test-report.md")
    }

    /// Exit code 0 and the last line of the sample project's tests.
    pub(crate) fn run_tests(&self) -> (bool, String) {
        let output = Command::new("sh")
            .arg("tests/run.sh")
            .cwd(self.path())
            .run()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (
            output.status.success(),
            text.lines().last().unwrap_or_default().to_owned(),
        )
    }

    /// Every file with its text.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path
                        .strip_prefix(self.path())
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned();
                    found.insert(name, fs::read_to_string(path).unwrap());
                }
            }
        }
        found
    }
}

/// Paths whose text differs.
pub(crate) fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let paths = before
        .keys()
        .chain(after.keys().filter(|path| !before.contains_key(*path)));
    let mut paths: Vec<_> = paths
        .filter(|path| before.get(*path) != after.get(*path))
        .cloned()
        .collect();
    paths.sort_unstable();
    paths
}

pub(crate) fn document(name: &str) -> String {
    format!("docs/work-items/{WORK_ITEM}/{name}")
}

/// The last line of stdout.
pub(crate) fn record(stdout: &str) -> Value {
    serde_json::from_str(stdout.lines().last().unwrap()).unwrap()
}
