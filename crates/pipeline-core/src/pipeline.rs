//! The pipeline definition: an ordered list of stages with their gates, routes and limits. Data: built in, or read from a file.
//! It knows no task: the rules that follow it are in `transition`.

mod built_in;
pub mod file;
pub mod worst_case;
pub mod difference;
pub mod mermaid;

use serde::{Deserialize, Serialize};

use crate::fingerprint;
use crate::id::PipelineDigest;
use crate::project::Project;
use crate::stage::{Stage, StageName};

/// How often a loop may turn before a human is asked (behaviour §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bounces per cause.
    pub bounces_per_cause: u32,
    /// Bounces in all.
    pub bounces: u32,
    /// Rounds of questions.
    pub question_rounds: u32,
    /// Rounds of objections.
    pub conflict_rounds: u32,
    /// Repair runs per stage entry.
    pub repairs: u32,
    /// Merges of the default branch into ours.
    pub base_merges: u32,
    /// Attempts at an agent job that fails by itself.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bounces_per_cause: 3,
            bounces: 6,
            question_rounds: 3,
            conflict_rounds: 2,
            repairs: 2,
            base_merges: 3,
            attempts: 2,
        }
    }
}

/// A pipeline. One that is read by [`file::parse`] keeps every rule that is told there; one that is put together in code, or read back from a
/// store, is taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// First to last; the first and the last have no role.
    pub stages: Vec<Stage>,
    /// With `MergeTime::OnDeployEntry`, the merge comes before the first of these stages that applies.
    pub after_merge: Vec<StageName>,
    /// The stage whose role mends code.
    pub mending: StageName,
    /// Bounds of its loops.
    pub limits: Limits,
}

impl Pipeline {
    /// The built-in pipeline: analysis, architecture, development, review, testing, deploy-staging, deploy.
    #[must_use]
    pub fn built_in() -> Self {
        built_in::pipeline()
    }

    /// SHA-256 of the definition; what a task is pinned to.
    #[must_use]
    pub fn digest(&self) -> PipelineDigest {
        PipelineDigest::new(fingerprint::of(self))
    }

    /// The stage of this name.
    #[must_use]
    pub fn stage(&self, name: &StageName) -> Option<&Stage> {
        self.stages.iter().find(|stage| &stage.name == name)
    }

    /// How often a failing agent is tried in this stage.
    #[must_use]
    pub fn attempts_in(&self, stage: &Stage) -> u32 {
        if stage.single_attempt {
            1
        } else {
            self.limits.attempts
        }
    }

    /// The first stage in which somebody works.
    #[must_use]
    pub fn first_working(&self, project: &Project) -> Option<&Stage> {
        self.stages
            .iter()
            .find(|stage| stage.role.is_some() && applies(stage, project))
    }

    /// The next stage that applies; the last one has none.
    #[must_use]
    pub fn next(&self, name: &StageName, project: &Project) -> Option<&Stage> {
        let at = self.position(name)?;
        self.stages
            .iter()
            .skip(at + 1)
            .find(|stage| applies(stage, project))
    }

    /// The previous stage that applies and has a role.
    #[must_use]
    pub fn previous(&self, name: &StageName, project: &Project) -> Option<&Stage> {
        let at = self.position(name)?;
        self.stages
            .iter()
            .take(at)
            .rev()
            .find(|stage| stage.role.is_some() && applies(stage, project))
    }

    /// The stage comes after the merge when merging on deploy entry.
    #[must_use]
    pub fn is_after_merge(&self, name: &StageName) -> bool {
        self.after_merge.contains(name)
    }

    /// Where in the order the stage stands.
    #[must_use]
    pub fn position(&self, name: &StageName) -> Option<usize> {
        self.stages.iter().position(|stage| &stage.name == name)
    }

    /// The last stage: finished.
    #[must_use]
    pub fn last(&self) -> Option<&Stage> {
        self.stages.last()
    }
}

fn applies(stage: &Stage, project: &Project) -> bool {
    !stage.staging_only || project.staging
}
