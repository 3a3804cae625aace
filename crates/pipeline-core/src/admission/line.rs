//! Reasons as sentences for operators.

use std::fmt;

use super::{Admission, HeldBack, ProjectAdmission};

const GIB: u64 = 1 << 30;

impl fmt::Display for HeldBack {
    /// A lower-case fragment that fits after "held back: ".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold(hold) => f.write_str(&hold.line()),
            Self::Memory { free, floor } => {
                write!(
                    f,
                    "free memory {} is below the floor of {}",
                    gb(*free),
                    gb(*floor)
                )
            }
            Self::Disk { place, free, floor } => write!(
                f,
                "free disk {} ({place}) is below the floor of {}",
                gb(*free),
                gb(*floor)
            ),
            Self::Inodes { place, free, floor } => {
                write!(f, "free inodes {free} ({place}) are below the floor of {floor}")
            }
            Self::Unknown { why } => write!(f, "it is not known how much memory and disk is free: {why}"),
            Self::PeopleAreBusy { waiting, limit } => write!(
                f,
                "new tasks do not begin: {waiting} tasks wait for a human, the limit is {limit}"
            ),
            Self::Provider { account, why } => write!(f, "{account}: {why}"),
            Self::Full { running, limit } => write!(f, "{running} of {limit} runs at once are taken"),
        }
    }
}

impl Admission {
    /// What an operator should know: everything but full places, a sentence each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let overall = self.everything.iter().map(|reason| (None, reason));
        let projects = self.projects.iter().flat_map(|(id, project)| {
            let reasons = project
                .all
                .iter()
                .chain(&project.new_tasks)
                .chain(of_providers(project));
            reasons.map(move |reason| (Some(id), reason))
        });
        overall
            .chain(projects)
            .filter(|(_, reason)| !reason.is_usual())
            .map(|(project, reason)| match project {
                None => format!("held back: {reason}"),
                Some(project) => format!("held back in {project}: {reason}"),
            })
            .collect()
    }
}

/// Each reason once, however many roles it holds back.
fn of_providers(project: &ProjectAdmission) -> Vec<&HeldBack> {
    let mut reasons: Vec<&HeldBack> = Vec::new();
    for reason in project.roles.values().flatten() {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

/// `1.2 GB`, `2 GB`; what is less than a tenth is told in MB.
fn gb(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / GIB;
    match (tenths / 10, tenths % 10) {
        (0, 0) => format!("{} MB", bytes >> 20),
        (whole, 0) => format!("{whole} GB"),
        (whole, tenth) => format!("{whole}.{tenth} GB"),
    }
}
