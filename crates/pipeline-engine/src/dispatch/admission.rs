//! Admission as the daemon practises it: gathers what the rules go by, and says what it holds back to whoever asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use pipeline_core::admission::{Admission, ProjectLoad, Room, Situation, ending, judge};
use pipeline_core::hold::{Hold, HoldId, HoldKind};
use pipeline_core::id::{JobId, ProjectId};
use pipeline_core::job::JobKind;
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::{ClaimRequest, LeasedJob};
use pipeline_core::time::Timestamp;

use crate::context::Context;
use crate::dispatch::provider;

/// Jobs that one claim takes: they share a commit, and other writers get their turn in between.
const CLAIMED_AT_ONCE: usize = 64;

/// What a look found.
pub(super) struct Seen {
    admission: Admission,
    /// What the daemon has to do because of a hold.
    pub(super) ending: Option<HoldKind>,
    holds: Vec<Hold>,
    /// Agents and commands that run.
    runs: Vec<(JobId, String)>,
}

/// What was said last, so that nothing is said twice.
#[derive(Default)]
pub(super) struct Said {
    admission: Mutex<Option<Vec<String>>>,
    draining: Mutex<Option<Vec<JobId>>>,
    holds: Mutex<Vec<HoldId>>,
}

/// Looks at holds, room and loads.
pub(super) async fn look(context: &Context) -> Result<Seen, StoreError> {
    let holds = context.store.holds().await?;
    let leased = context.store.leased().await?;
    let runs: Vec<&LeasedJob> = leased.iter().filter(|job| is_run(job)).collect();
    let settings = &context.settings;
    let room = if settings.floors.are_off() {
        Ok(Room::default())
    } else {
        context.host.room().await.map_err(|error| error.to_string())
    };
    let projects = loads(context, &runs).await?;
    let providers = provider::held_roles(context, &leased).await?;
    let admission = judge(&Situation {
        holds: &holds,
        floors: settings.floors,
        room: room.as_ref().map_err(String::as_str),
        limit: settings.max_concurrency,
        projects: &projects,
        providers: &providers,
    });
    Ok(Seen {
        admission,
        ending: ending(&holds, runs.len()),
        holds,
        runs: runs
            .iter()
            .map(|job| (job.id, job.kind.name().to_owned()))
            .collect(),
    })
}

async fn loads(
    context: &Context,
    runs: &[&LeasedJob],
) -> Result<BTreeMap<ProjectId, ProjectLoad>, StoreError> {
    let settings = &context.settings;
    let waiting = if settings.wip_limits.is_empty() {
        BTreeMap::new()
    } else {
        context.store.waiting_for_people().await?
    };
    let load = |project: &ProjectId| ProjectLoad {
        running: runs.iter().filter(|job| job.project == *project).count(),
        limit: settings.project_limits.get(project).copied(),
        waiting: waiting.get(project).copied().unwrap_or_default(),
        wip_limit: settings.wip_limits.get(project).copied(),
    };
    let registry = context.projects.keys();
    Ok(registry.map(|project| (project.clone(), load(project))).collect())
}

/// Agents and commands; gathering is ours and short.
pub(super) fn is_run(job: &LeasedJob) -> bool {
    match job.kind {
        JobKind::Agent(_) | JobKind::Command(_) => true,
        JobKind::Gather(_) => false,
    }
}

impl Seen {
    /// The wish to claim what is not held back.
    pub(super) fn request(&self, context: &Context, now: Timestamp) -> ClaimRequest {
        let settings = &context.settings;
        let mut project_limits = settings.project_limits.clone();
        project_limits.extend(self.admission.held_projects().map(|id| (id.clone(), 0)));
        let limit = if self.admission.holds_everything() {
            0
        } else {
            settings.max_concurrency
        };
        let no_new_tasks: BTreeSet<ProjectId> =
            self.admission.projects_without_new_tasks().cloned().collect();
        ClaimRequest {
            owner: settings.instance.clone(),
            now,
            lease_until: now.plus(settings.lease),
            limit,
            project_limits,
            no_new_tasks,
            at_most: CLAIMED_AT_ONCE,
        }
    }
}

impl Said {
    /// Says what is held back, if it is something new. That it cannot be stored keeps nobody from working.
    pub(super) async fn say(&self, context: &Context, seen: &Seen) {
        self.say_draining(seen);
        let lines = seen.admission.lines();
        let text = lines.iter().cloned().chain(usual(&seen.admission)).collect();
        let before = self
            .admission
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if before.as_ref() == Some(&text) {
            return;
        }
        let was_held = !context.health.held_back().is_empty();
        if lines != context.health.held_back() {
            for line in &lines {
                tracing::warn!("{line}");
            }
            if lines.is_empty() && was_held {
                tracing::info!("nothing is held back any more");
            }
        }
        context.health.hold_back(lines);
        let told = context.store.tell_admission(&seen.admission, context.clock.now());
        match told.await {
            Ok(()) => *self.admission.lock().unwrap_or_else(PoisonError::into_inner) = Some(text),
            Err(error) => tracing::warn!(%error, "what is held back could not be stored"),
        }
    }

    /// Whether the holds are others than at the last question.
    pub(super) fn are_new(&self, holds: &[Hold]) -> bool {
        let ids: Vec<HoldId> = holds.iter().map(|hold| hold.id).collect();
        let mut known = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        let new = *known != ids;
        *known = ids;
        new
    }

    fn say_draining(&self, seen: &Seen) {
        let drains = |hold: &Hold| hold.said.project.is_none() && hold.said.kind == HoldKind::Drain;
        let waits_for = seen
            .holds
            .iter()
            .any(drains)
            .then(|| seen.runs.iter().map(|(job, _)| *job).collect::<Vec<_>>());
        let mut said = self.draining.lock().unwrap_or_else(PoisonError::into_inner);
        if *said == waits_for {
            return;
        }
        if waits_for.is_some() {
            let names: Vec<String> = seen
                .runs
                .iter()
                .map(|(job, work)| format!("{job} {work}"))
                .collect();
            tracing::info!(runs = names.len(), "draining: waits for {}", names.join(", "));
        }
        *said = waits_for;
    }
}

/// Full places: they are kept for those who ask, and are no news.
fn usual(admission: &Admission) -> impl Iterator<Item = String> {
    let all = admission.everything.iter();
    let projects = admission.projects.values().flat_map(|project| &project.all);
    all.chain(projects)
        .filter(|reason| reason.is_usual())
        .map(ToString::to_string)
}
