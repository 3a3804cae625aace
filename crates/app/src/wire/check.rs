//! Preflights without a daemon, of the accounts that settings name. Nothing is stored.

use std::collections::BTreeMap;

use agent_process::Provider;
use agent_process::preflight::{Programs, preflight};
use pipeline_core::id::AccountId;
use pipeline_core::port::clock::Clock;
use pipeline_core::resilience::AccountHealth;

use super::{agents, project};
use crate::clock::SystemClock;
use crate::settings::Settings;

/// Looks at every account, or at one of them, in the environment of this process. Of each only its preflight is known. Costs no tokens and
/// blocks for seconds.
///
/// # Errors
/// No account is called that; the error is what they are called.
pub fn preflights(
    settings: &Settings,
    wanted: Option<&AccountId>,
) -> Result<Vec<AccountHealth>, Vec<AccountId>> {
    let named = named(settings);
    if wanted.is_some_and(|wanted| !named.contains_key(wanted)) {
        return Err(named.into_keys().collect());
    }
    let now = SystemClock.now();
    let looks = named
        .into_iter()
        .filter(|(account, _)| wanted.is_none_or(|wanted| wanted == account));
    let made = looks.map(|(account, agent)| {
        let found = preflight(&agent, &Programs, now);
        AccountHealth::new(account)
            .after_preflight(found.into(), now, false)
            .0
    });
    Ok(made.collect())
}

/// As the daemon has them: the first project that names an account stands for it.
fn named(settings: &Settings) -> BTreeMap<AccountId, Provider> {
    let mut named = BTreeMap::new();
    for wanted in &settings.projects {
        let id = project::id(wanted);
        let (runs, choice) = agents::build(wanted, &settings.agents, (&id, &wanted.pipeline));
        for account in choice.all() {
            if let Some(agent) = runs.any_agent(&account) {
                named.entry(account).or_insert_with(|| agent.clone());
            }
        }
    }
    named
}
