//! Which account of a provider works for a role now: the first in the project's order that takes a run. Before that a preflight without
//! tokens; afterwards, where an account was down, one run at a time.

use std::collections::BTreeMap;
use std::time::Duration;

use pipeline_core::admission::HeldBack;
use pipeline_core::id::{AccountId, ProjectId, RunId};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::jobs::LeasedJob;
use pipeline_core::resilience::{AccountHealth, Admits, Refusal};
use pipeline_core::role::Role;
use pipeline_core::time::Timestamp;

use crate::accounts;
use crate::context::{Context, ProjectPorts};
use crate::preflight::{self, Occasion};

/// A job that no account takes is looked at again after this at the latest.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// And not before this.
const NOT_BEFORE: Duration = Duration::from_secs(1);

/// Who works.
pub(super) enum Choice {
    /// This account, as it is known.
    Taken(Box<AccountHealth>),
    /// None now; the job waits until then.
    Nobody(Timestamp),
}

/// Roles of a project for which nobody works now, and why.
pub(super) type HeldRoles = BTreeMap<ProjectId, BTreeMap<Role, Vec<HeldBack>>>;

/// Chooses who works as this role in this run.
pub(super) async fn choose(
    context: &Context,
    ports: &ProjectPorts,
    (run, role): (RunId, &Role),
) -> Result<Choice, StoreError> {
    let now = context.clock.now();
    let mut until = now.plus(LOOK_AGAIN);
    for account in ports.providers.of(role) {
        preflight::make(context, &ports.project.id, (account, Occasion::Run)).await?;
        match take(context, account, run).await? {
            Ok(health) => return Ok(Choice::Taken(Box::new(health))),
            Err(refusal) => {
                tracing::debug!(run.id = %run, provider = %account, %refusal, "the account takes no run");
                until = refusal.until().map_or(until, |end| until.min(end));
            }
        }
    }
    Ok(Choice::Nobody(until.max(now.plus(NOT_BEFORE))))
}

/// The account where it takes this run, else why not; where one run goes first, this one is noted as that.
async fn take(
    context: &Context,
    account: &AccountId,
    run: RunId,
) -> Result<Result<AccountHealth, Refusal>, StoreError> {
    loop {
        let health = accounts::find(context, account).await?;
        // Read after the account: the job of a run that goes first was leased before that was noted. Without such a run nobody asks.
        let leased = match health.probe {
            Some(_) => context.store.leased().await?,
            None => Vec::new(),
        };
        let lives = |other: &RunId| *other != run && is_leased(&leased, other);
        match health.admits(context.clock.now(), lives) {
            Admits::Yes => return Ok(Ok(health)),
            Admits::Probe if health.probe == Some(run) => return Ok(Ok(health)),
            Admits::Probe => {
                let probing = health.with_probe(run);
                if accounts::write(context, probing.clone(), None).await? {
                    tracing::info!(run.id = %run, provider = %account, "the run tries whether the account works again");
                    return Ok(Ok(probing));
                }
            }
            Admits::No(refusal) => return Ok(Err(refusal)),
        }
    }
}

/// A preflight of every account, whatever is known: settings and logins may have been mended before this start.
pub(super) async fn check_all(context: &Context) -> Result<(), StoreError> {
    for (project, account) in accounts::of_registry(context) {
        preflight::make(context, &project, (&account, Occasion::Start)).await?;
    }
    Ok(())
}

/// Roles for which no account takes a run now.
pub(super) async fn held_roles(context: &Context, leased: &[LeasedJob]) -> Result<HeldRoles, StoreError> {
    let known = context.store.accounts().await?;
    let now = context.clock.now();
    let refusal = |account: &AccountId| {
        let health = known.iter().find(|health| health.account == *account)?;
        match health.admits(now, |run| is_leased(leased, run)) {
            Admits::Yes | Admits::Probe => None,
            Admits::No(refusal) => Some(HeldBack::Provider {
                account: account.clone(),
                why: refusal.to_string(),
            }),
        }
    };
    let of_project = |ports: &ProjectPorts| {
        let roles = ports
            .pipeline
            .stages
            .iter()
            .filter_map(|stage| stage.role.clone());
        let held = roles.filter_map(|role| {
            let reasons: Option<Vec<HeldBack>> = ports.providers.of(&role).iter().map(refusal).collect();
            Some((role, reasons?))
        });
        held.collect()
    };
    let projects = context.projects.iter();
    Ok(projects
        .map(|(id, ports)| (id.clone(), of_project(ports)))
        .collect())
}

fn is_leased(leased: &[LeasedJob], run: &RunId) -> bool {
    leased
        .iter()
        .any(|job| job.id == run.job && job.fence == run.fence)
}
