//! What must be the same at the end of a demo, disturbed or not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use demo::soak::census;
use demo::soak::programs::{Ended, Programs};
use git::{Git, Repository};
use serde_json::Value;

/// Things that are counted: what was said, made and left, by name.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    counts: BTreeMap<String, u64>,
    /// What stays in the directories of checkouts.
    pub(crate) checkouts: Vec<String>,
}

impl Account {
    /// Counts what a demo left. A demo that ended otherwise than done has little, so its difference is found too.
    pub(crate) fn of(programs: &Programs, home: &Path, ended: &Ended) -> Self {
        let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_default();
        let mut account = Self {
            counts: BTreeMap::new(),
            checkouts: census::checkouts(home),
        };
        account.count(format!("exit code {:?}", ended.code));
        for key in ["state", "merged"] {
            account.count(format!("{key} {}", report[key]));
        }
        for key in ["documents", "comments", "messages"] {
            for text in report[key].as_array().into_iter().flatten() {
                account.count(format!("{key}: {}", first_line(text)));
            }
        }
        account.runs(programs, home);
        account.forge(home);
        account
    }

    /// What the other has more of: how many, and their names.
    pub(crate) fn lacks(&self, other: &Self) -> Vec<String> {
        let missing = |(what, times): (&String, &u64)| {
            let here = self.counts.get(what).copied().unwrap_or_default();
            (here < *times).then(|| format!("{what}: {here} instead of {times}"))
        };
        other.counts.iter().filter_map(missing).collect()
    }

    /// What is here more often than in the other.
    pub(crate) fn exceeds(&self, other: &Self) -> Vec<String> {
        let extra = |(what, times): (&String, &u64)| {
            let there = other.counts.get(what).copied().unwrap_or_default();
            (*times > there).then(|| format!("{what}: {times} instead of {there}"))
        };
        self.counts.iter().filter_map(extra).collect()
    }

    /// Runs that were taken over; those that died are repeated, so only these have to be equal.
    fn runs(&mut self, programs: &Programs, home: &Path) {
        let listed = programs.orchctl(home, &["--json", "runs", "list", "--limit", "1000"]);
        let listed: Value = serde_json::from_str(&listed.stdout).unwrap_or_default();
        for run in listed["runs"].as_array().into_iter().flatten() {
            if run["outcome"] == "finished" {
                self.count(format!("finished run: {} of {}", run["stage"], run["role"]));
            }
        }
    }

    fn forge(&mut self, home: &Path) {
        let forge = home.join("forge/demo");
        for pull in fs::read_dir(forge.join("pulls")).into_iter().flatten() {
            self.count(format!(
                "pull request {}",
                pull.unwrap().file_name().to_string_lossy()
            ));
        }
        let repository = Repository::open(&Git::new("git"), forge.join("repo.git"));
        for reference in repository.for_each_ref("refs/heads/").unwrap_or_default() {
            self.count(format!("branch {}", without_numbers(&reference.name)));
        }
        let mut at = repository.rev_parse("refs/heads/main").unwrap_or_default();
        while let Some(commit) = at.and_then(|sha| repository.commit(&sha).ok()) {
            let kind = if commit.parents.len() > 1 {
                "merge"
            } else {
                "commit"
            };
            self.count(format!("{kind} in main"));
            at = commit.parents.into_iter().next();
        }
    }

    fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }
}

/// A branch for late documents names its task and job. Their numbers depend on what came first and are used up by what was not needed after
/// all: two deliveries that would begin the same task, tests that end before or after an approval.
fn without_numbers(branch: &str) -> &str {
    let is_late = branch.starts_with("refs/heads/docs/");
    let named = branch.rsplitn(3, '-').last().filter(|_| is_late);
    named.unwrap_or(branch)
}

/// The first line, without what a repeated run costs.
fn first_line(text: &Value) -> &str {
    let line = text
        .as_str()
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    line.split_once("Task total").map_or(line, |(mark, _)| mark)
}
