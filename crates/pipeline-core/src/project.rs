//! A project as the rules see it: who it is and how its own settings bend the pipeline.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::effect::MergeStyle;
use crate::fingerprint;
use crate::id::{BranchName, ProjectDigest, ProjectId};
use crate::message::link::{ForgePages, TrackerPages};
use crate::role::Role;

/// The language of sentences to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Russian, as the system that users migrate from spoke.
    Ru,
}

/// Who runs continuous integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ci {
    /// The forge: statuses appear by themselves.
    External,
    /// We do: this command runs in a clean checkout of each new code tree and its result is reported as a status.
    Command(String),
    /// Nobody: there are no statuses, and `check_tests_local` takes the place of `check_ci_green`.
    None {
        /// The project's test command.
        command: String,
    },
}

/// When the branch is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeTime {
    /// Before the first deploy stage.
    #[default]
    OnDeployEntry,
    /// When the last stage passed.
    AfterDeploy,
}

/// How long CI is waited for (behaviour §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiTimes {
    /// Between two looks at first.
    pub poll: Duration,
    /// How many such looks before one alert.
    pub polls_before_alert: u32,
    /// Between two looks after that.
    pub slow_poll: Duration,
    /// No status at all for so long: blocked.
    pub appear: Duration,
    /// Not green or red for so long: blocked.
    pub timeout: Duration,
}

impl Default for CiTimes {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(10),
            polls_before_alert: 12,
            slow_poll: Duration::from_secs(30),
            appear: Duration::from_secs(300),
            timeout: Duration::from_secs(1_800),
        }
    }
}

/// Where people find a project's pages. What is not known is not linked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Links {
    /// Files, branches and pull requests.
    pub forge: Option<ForgeSite>,
    /// Issues.
    pub tracker: Option<TrackerSite>,
}

/// Where the forge shows the repository to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgeSite {
    /// Public address of the forge, else its internal one.
    pub base: String,
    /// Owner of the repository.
    pub owner: String,
}

/// Where the tracker shows the project to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackerSite {
    /// Address for browsers, else that of the interface.
    pub base: String,
    /// The workspace's short name.
    pub workspace: String,
    /// The project's id in the tracker.
    pub project: String,
}

/// Everything the rules know of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name to people.
    pub name: String,
    /// The repository's name, for messages.
    pub repo: String,
    /// Work-item prefix, upper case.
    pub prefix: String,
    /// The branch that work is merged into.
    pub default_branch: BranchName,
    /// Language of messages.
    pub locale: Locale,
    /// `in Plane`, `on the board`: how messages name the tracker.
    pub tracker_phrase: String,
    /// The deploy-staging stage applies.
    pub staging: bool,
    /// Who runs CI.
    pub ci: Ci,
    /// Patience with CI.
    pub ci_times: CiTimes,
    /// When to merge.
    pub merge: MergeTime,
    /// How to merge.
    pub merge_style: MergeStyle,
    /// Only these may approve; empty: everybody.
    pub approvers: Vec<String>,
    /// Further paths that need a human when changed, besides the built-in ones. Prefixes.
    pub protected_paths: Vec<String>,
    /// Commands named in briefs, such as `test`.
    pub commands: BTreeMap<String, String>,
    /// Time limit of a run, per role; others the default.
    pub run_timeouts: BTreeMap<Role, Duration>,
    /// Where people find its pages.
    #[serde(default)]
    pub links: Links,
}

impl Project {
    /// SHA-256 of the settings; the event log names by it what an event was decided by.
    #[must_use]
    pub fn digest(&self) -> ProjectDigest {
        ProjectDigest::new(fingerprint::of(self))
    }

    /// The command that tests the project, for the local tests.
    #[must_use]
    pub fn test_command(&self) -> Option<&str> {
        match &self.ci {
            Ci::Command(command) | Ci::None { command } => Some(command),
            Ci::External => self.commands.get("test").map(String::as_str),
        }
    }

    /// Its repository's pages, when the forge has pages for people.
    #[must_use]
    pub fn forge_pages(&self) -> Option<ForgePages<'_>> {
        self.links.forge.as_ref().map(|site| ForgePages {
            base: &site.base,
            owner: &site.owner,
            repo: &self.repo,
        })
    }

    /// Its issues' pages, when the tracker has pages for people.
    #[must_use]
    pub fn tracker_pages(&self) -> Option<TrackerPages<'_>> {
        self.links.tracker.as_ref().map(|site| TrackerPages {
            base: &site.base,
            workspace: &site.workspace,
            project: &site.project,
        })
    }
}
