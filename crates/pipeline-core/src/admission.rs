//! Admission: what holds back the claim of a job, with the reasons as values. Pure: it is told what was seen and decides.
//!
//! Agents and commands are held back; gathering and effects never are. Runs that have begun go on whatever is said here.

mod line;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hold::{Hold, HoldKind, NewHold};
use crate::id::{AccountId, ProjectId};
use crate::role::Role;

/// Free room below which nothing begins; 0: no floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Floors {
    /// Free memory of the machine, in bytes.
    pub memory: u64,
    /// Free disk of each watched place, in bytes.
    pub disk: u64,
    /// Free inodes of each watched place.
    pub inodes: u64,
}

impl Floors {
    /// Nothing has to be looked at.
    #[must_use]
    pub fn are_off(&self) -> bool {
        *self == Self::default()
    }
}

/// What is free on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Room {
    /// Memory that a new process can have without swapping, in bytes.
    pub memory: u64,
    /// Each file system that we fill.
    pub places: Vec<Place>,
}

/// A file system that we fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What lies there, for people.
    pub name: String,
    /// Bytes that we may still write.
    pub bytes: u64,
    /// Files that we may still make; none where the file system does not count them.
    pub inodes: Option<u64>,
}

/// How one project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProjectLoad {
    /// Its agents and commands that run.
    pub running: usize,
    /// How many may; none: no limit of its own.
    pub limit: Option<usize>,
    /// Its tasks that wait for a human.
    pub waiting: usize,
    /// At so many its new tasks do not begin; none: no limit.
    pub wip_limit: Option<usize>,
}

/// Everything that admission goes by.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The holds that stand.
    pub holds: &'a [Hold],
    /// Free room below which nothing begins.
    pub floors: Floors,
    /// What is free, or why that is not known.
    pub room: Result<&'a Room, &'a str>,
    /// Agents and commands that may run at once, overall.
    pub limit: usize,
    /// Every project of the registry.
    pub projects: &'a BTreeMap<ProjectId, ProjectLoad>,
    /// Roles for which no account of a provider takes a run now, and why each does not.
    pub providers: &'a BTreeMap<ProjectId, BTreeMap<Role, Vec<HeldBack>>>,
}

/// A reason why a queued job is not claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum HeldBack {
    /// An operator said so.
    Hold(NewHold),
    /// Memory is short, in bytes.
    Memory {
        /// What there is.
        free: u64,
        /// What there must be.
        floor: u64,
    },
    /// A disk is short, in bytes.
    Disk {
        /// What lies there.
        place: String,
        /// What there is.
        free: u64,
        /// What there must be.
        floor: u64,
    },
    /// A disk has few inodes left.
    Inodes {
        /// What lies there.
        place: String,
        /// What there is.
        free: u64,
        /// What there must be.
        floor: u64,
    },
    /// It is not known what is free: nothing begins on a guess.
    Unknown {
        /// What went wrong.
        why: String,
    },
    /// People have enough to decide: new tasks do not begin.
    PeopleAreBusy {
        /// Tasks that wait for them.
        waiting: usize,
        /// At so many.
        limit: usize,
    },
    /// An account of a provider takes no run.
    Provider {
        /// Which.
        account: AccountId,
        /// Why, and until when if that is known.
        why: String,
    },
    /// All places are taken; the next end of a run makes room.
    Full {
        /// What runs.
        running: usize,
        /// What may run.
        limit: usize,
    },
}

impl HeldBack {
    /// Work as usual: it ends by itself with the next run.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        matches!(self, Self::Full { .. })
    }
}

/// What is held back in one project, besides what holds everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProjectAdmission {
    /// All its agents and commands.
    pub all: Vec<HeldBack>,
    /// The first job of its new tasks.
    pub new_tasks: Vec<HeldBack>,
    /// Agents of these roles: no account of a provider takes them. Commands go on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<Role, Vec<HeldBack>>,
}

/// What is held back, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Admission {
    /// All agents and commands.
    pub everything: Vec<HeldBack>,
    /// Those of single projects; every project of the registry is named.
    pub projects: BTreeMap<ProjectId, ProjectAdmission>,
}

/// Decides what is held back. Total.
#[must_use]
pub fn judge(situation: &Situation<'_>) -> Admission {
    let held = |project: Option<&ProjectId>| -> Vec<HeldBack> {
        let of_scope = situation
            .holds
            .iter()
            .filter(|hold| hold.said.project.as_ref() == project);
        of_scope.map(|hold| HeldBack::Hold(hold.said.clone())).collect()
    };
    let mut everything = held(None);
    everything.extend(short_of_room(situation.floors, situation.room));
    let running = situation.projects.values().map(|load| load.running).sum();
    everything.extend(full(running, situation.limit));
    let projects = situation.projects.iter().map(|(project, load)| {
        let mut all = held(Some(project));
        all.extend(load.limit.and_then(|limit| full(load.running, limit)));
        let busy = load.wip_limit.filter(|limit| load.waiting >= *limit);
        let new_tasks = busy.map(|limit| HeldBack::PeopleAreBusy {
            waiting: load.waiting,
            limit,
        });
        let new_tasks = new_tasks.into_iter().collect();
        let roles = situation.providers.get(project).cloned().unwrap_or_default();
        let admission = ProjectAdmission {
            all,
            new_tasks,
            roles,
        };
        (project.clone(), admission)
    });
    Admission {
        projects: projects.collect(),
        everything,
    }
}

/// What the daemon has to do because of a hold that stands; none: go on. The strongest wish wins.
#[must_use]
pub fn ending(holds: &[Hold], runs: usize) -> Option<HoldKind> {
    let overall = holds.iter().filter(|hold| hold.said.project.is_none());
    let mut wish = None;
    for hold in overall {
        match hold.said.kind {
            HoldKind::Pause => {}
            HoldKind::Drain if runs > 0 => {}
            HoldKind::Drain => wish = wish.or(Some(HoldKind::Drain)),
            HoldKind::Stop if wish == Some(HoldKind::Kill) => {}
            HoldKind::Stop => wish = Some(HoldKind::Stop),
            HoldKind::Kill => wish = Some(HoldKind::Kill),
        }
    }
    wish
}

impl Admission {
    /// No agent and no command may be claimed.
    #[must_use]
    pub fn holds_everything(&self) -> bool {
        self.everything.iter().any(|reason| !reason.is_usual())
    }

    /// Projects whose agents and commands may not be claimed.
    pub fn held_projects(&self) -> impl Iterator<Item = &ProjectId> {
        let held = |project: &ProjectAdmission| project.all.iter().any(|reason| !reason.is_usual());
        self.projects
            .iter()
            .filter(move |(_, project)| held(project))
            .map(|(id, _)| id)
    }

    /// Projects whose new tasks may not begin.
    pub fn projects_without_new_tasks(&self) -> impl Iterator<Item = &ProjectId> {
        self.projects
            .iter()
            .filter(|(_, project)| !project.new_tasks.is_empty())
            .map(|(id, _)| id)
    }

    /// Why a job of this project waits that could be claimed by its time; `first` when it is the first one of its task, `role` when it is an
    /// agent's. Gathering never waits.
    #[must_use]
    pub fn reasons(&self, project: &ProjectId, first: bool, role: Option<&Role>) -> Vec<&HeldBack> {
        let mut reasons: Vec<&HeldBack> = self.everything.iter().collect();
        if let Some(project) = self.projects.get(project) {
            reasons.extend(&project.all);
            reasons.extend(project.new_tasks.iter().filter(|_| first));
            reasons.extend(
                role.and_then(|role| project.roles.get(role))
                    .into_iter()
                    .flatten(),
            );
        }
        reasons
    }
}

fn short_of_room(floors: Floors, room: Result<&Room, &str>) -> Vec<HeldBack> {
    if floors.are_off() {
        return Vec::new();
    }
    let room = match room {
        Ok(room) => room,
        Err(why) => return vec![HeldBack::Unknown { why: why.to_owned() }],
    };
    let mut short = Vec::new();
    if room.memory < floors.memory {
        short.push(HeldBack::Memory {
            free: room.memory,
            floor: floors.memory,
        });
    }
    for place in &room.places {
        if place.bytes < floors.disk {
            short.push(HeldBack::Disk {
                place: place.name.clone(),
                free: place.bytes,
                floor: floors.disk,
            });
        }
        if let Some(free) = place.inodes.filter(|free| *free < floors.inodes) {
            short.push(HeldBack::Inodes {
                place: place.name.clone(),
                free,
                floor: floors.inodes,
            });
        }
    }
    short
}

fn full(running: usize, limit: usize) -> Option<HeldBack> {
    (running >= limit).then_some(HeldBack::Full { running, limit })
}

#[cfg(test)]
mod cases;
