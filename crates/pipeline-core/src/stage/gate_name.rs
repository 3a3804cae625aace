//! The names of the gates in the registry, and the reports that they read. What a gate says is in `gate/`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a reviewer writes.
pub(crate) const REVIEW: &str = "12-review.md";
/// What a tester writes.
pub(crate) const TEST_REPORT: &str = "13-test-report.md";
/// What a deployer writes of the deploy.
pub(crate) const DEPLOY_LOG: &str = "14-deploy-log.md";
/// What a deployer writes of the staging deploy.
pub(crate) const STAGING_LOG: &str = "15-staging-log.md";

/// A gate of the registry (`gate.rs`), by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateName {
    /// The analyst's documents are complete.
    CheckAnalysisComplete,
    /// A human approved the documents.
    CheckAnalysisApproved,
    /// There is a decision record or an infrastructure document.
    CheckArchitectureDone,
    /// Continuous integration is green on the exact head.
    CheckCiGreen,
    /// The reviewer's verdict.
    CheckReviewerVerdict,
    /// The tester's verdict.
    CheckTestsPassed,
    /// The staging log says SUCCESS.
    CheckStagingStatus,
    /// The deploy log says SUCCESS.
    CheckDeployStatus,
    /// The project's tests pass in a clean checkout of the exact commit, run by us.
    CheckTestsLocal,
    /// Somebody approved the pull request in the forge.
    CheckReviewApproved,
}

impl GateName {
    /// Every gate.
    pub const ALL: [Self; 10] = [
        Self::CheckAnalysisComplete,
        Self::CheckAnalysisApproved,
        Self::CheckArchitectureDone,
        Self::CheckCiGreen,
        Self::CheckReviewerVerdict,
        Self::CheckTestsPassed,
        Self::CheckStagingStatus,
        Self::CheckDeployStatus,
        Self::CheckTestsLocal,
        Self::CheckReviewApproved,
    ];

    /// The name as it stands in messages and pipeline files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CheckAnalysisComplete => "check_analysis_complete",
            Self::CheckAnalysisApproved => "check_analysis_approved",
            Self::CheckArchitectureDone => "check_architecture_done",
            Self::CheckCiGreen => "check_ci_green",
            Self::CheckReviewerVerdict => "check_reviewer_verdict",
            Self::CheckTestsPassed => "check_tests_passed",
            Self::CheckStagingStatus => "check_staging_status",
            Self::CheckDeployStatus => "check_deploy_status",
            Self::CheckTestsLocal => "check_tests_local",
            Self::CheckReviewApproved => "check_review_approved",
        }
    }

    /// The report whose front matter it reads: one that the role of its own stage writes anew in each run.
    #[must_use]
    pub fn report(self) -> Option<&'static str> {
        match self {
            Self::CheckReviewerVerdict => Some(REVIEW),
            Self::CheckTestsPassed => Some(TEST_REPORT),
            Self::CheckDeployStatus => Some(DEPLOY_LOG),
            Self::CheckStagingStatus => Some(STAGING_LOG),
            Self::CheckAnalysisComplete
            | Self::CheckAnalysisApproved
            | Self::CheckArchitectureDone
            | Self::CheckCiGreen
            | Self::CheckTestsLocal
            | Self::CheckReviewApproved => None,
        }
    }
}

impl fmt::Display for GateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no gate of the registry has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no gate '{name}'; known: {}", GateName::ALL.map(GateName::as_str).join(", "))]
pub struct UnknownGate {
    /// As it was written.
    pub name: String,
}

impl FromStr for GateName {
    type Err = UnknownGate;

    fn from_str(name: &str) -> Result<Self, UnknownGate> {
        Self::ALL
            .into_iter()
            .find(|gate| gate.as_str() == name)
            .ok_or_else(|| UnknownGate {
                name: name.to_owned(),
            })
    }
}
