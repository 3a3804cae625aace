//! Reads and checks settings: environment over settings file over default. Starts nothing and writes nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use pipeline_core::admission::Floors;
use pipeline_core::retention::RetentionRule;

use super::environment::Environment;
use super::file::{SettingsFile, USUAL};
use super::key::{Given, Row, Scope};
use super::projects::{self, Projects};
use super::unknown::{Level, unknown_key, unknown_variables};
use super::{Profile, ProjectSettings, Settings, keys};
use crate::places::Places;

pub use super::key::{Origin, Source};
pub use super::problem::{Problem, SettingsError};

/// Settings that can be used, and how they came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The settings file; none: there was none.
    pub file: Option<PathBuf>,
    /// Every value in force, in the order of docs/SETTINGS.md; secrets are masked.
    pub origins: Vec<Origin>,
    /// What the operator should know though the program can start.
    pub warnings: Vec<String>,
}

/// Loads the settings. `file`: what `--config` names, else `orch.yaml` in the current directory when it is there. Relative paths
/// begin at the settings file's directory when they stand in it, else at the current directory. Blocks.
///
/// # Errors
/// Everything that is wrong, at once. A project that is wrong by itself is left out with a warning while another one is left.
pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Loaded, SettingsError> {
    let file = SettingsFile::find(file, environment.directory()).map_err(|problem| SettingsError {
        problems: vec![problem],
    })?;
    let (scope, mut problems) = installation(&file, environment);
    let mut origins = Vec::new();
    for row in keys::all().filter(|row| row.name() != PROJECTS) {
        match row.check(&scope) {
            Ok(origin) => origins.push(origin),
            Err(wrong) => problems.extend(wrong),
        }
    }
    problems.extend(same_address(&scope));
    let projects = read_projects(&scope);
    let usable = problems.is_empty() && projects.fatal.is_empty() && !projects.good.is_empty();
    let Some(settings) = settings(&scope, &projects.good).filter(|_| usable) else {
        problems.extend(projects.broken.into_iter().chain(projects.fatal));
        return Err(SettingsError { problems });
    };
    origins.extend(projects.origins);
    let left_out = |why| format!("a project is left out: {why}");
    let mut warnings: Vec<String> = projects.broken.iter().map(left_out).collect();
    warnings.extend(keys::all().flat_map(|row| row.doubts(&scope)));
    warnings.extend(projects.warnings);
    warnings.extend(open_admin(&settings));
    warnings.extend(unknown_variables(environment));
    Ok(Loaded {
        settings,
        file: file.path,
        origins,
        warnings,
    })
}

/// Read apart from the others, because a bad element does not spoil the rest.
const PROJECTS: &str = "projects";

/// How the shortest settings file looks.
const SHORTEST: &str =
    "projects: [{work_item_prefix: SHOP, repo: shop, path: ../shop, test_command: make test}]";

/// What the environment and the file say of the whole installation, and what is wrong with the file's keys.
fn installation(file: &SettingsFile, environment: &Environment) -> (Scope, Vec<Problem>) {
    let mut scope = Scope {
        prefix: String::new(),
        given: Default::default(),
        place: file.place(),
        profile: Profile::Normal,
        current: environment.directory().to_path_buf(),
    };
    for row in keys::all() {
        let given = from_environment(row, environment).or_else(|| from_file(row.name(), file));
        scope
            .given
            .extend(given.map(|given| (row.name().to_owned(), given)));
    }
    scope.profile = keys::PROFILE.get(&scope).unwrap_or_default();
    let known = |name: &str| keys::all().any(|row| row.name() == name);
    let problems = file
        .keys
        .keys()
        .map(|key| {
            key.as_str()
                .map_or_else(|| super::form::found(key), str::to_owned)
        })
        .filter(|name| !known(name))
        .map(|name| unknown_key(Level::Installation, &name, (&scope.place, name.clone())))
        .collect();
    (scope, problems)
}

fn from_environment(row: &dyn Row, environment: &Environment) -> Option<Given> {
    let variable = row.variable();
    Some(Given {
        value: row.value_of_text(environment.value(&variable)?),
        source: Source::Environment,
        place: format!("environment variable {variable}"),
        base: environment.directory().to_path_buf(),
    })
}

/// A key that is there with nothing behind it counts as not said.
fn from_file(name: &str, file: &SettingsFile) -> Option<Given> {
    let value = file.keys.get(name).filter(|value| !value.is_null())?;
    Some(Given {
        value: value.clone(),
        source: Source::File,
        place: file.place(),
        base: file.directory().to_path_buf(),
    })
}

fn read_projects(scope: &Scope) -> Projects {
    let given = scope.given.get(PROJECTS);
    let elements = match (given, keys::PROJECTS.check(scope)) {
        (Some(_), Err(fatal)) => {
            return Projects {
                fatal,
                ..Projects::default()
            };
        }
        (None, _) => Vec::new(),
        (Some(_), Ok(_)) => keys::PROJECTS.get(scope).unwrap_or_default(),
    };
    let mut projects = match given {
        Some(given) => projects::read(&elements, given, scope),
        None => Projects::default(),
    };
    if elements.is_empty() {
        projects.fatal.push(no_project(given, scope));
    } else if projects.good.is_empty() && !projects.broken.is_empty() {
        let advice = "mend what is said of them here".to_owned();
        let found = "none that can be used".to_owned();
        projects.fatal.push(Problem {
            found,
            advice,
            ..no_project(given, scope)
        });
    }
    projects
}

fn no_project(given: Option<&Given>, scope: &Scope) -> Problem {
    Problem {
        place: given.map_or_else(|| scope.place.clone(), |given| given.place.clone()),
        key: PROJECTS.to_owned(),
        found: "none".to_owned(),
        expected: "at least one project".to_owned(),
        advice: format!("write into {USUAL}: {SHORTEST} (deploy/orch.example.yaml shows more)"),
    }
}

fn same_address(scope: &Scope) -> Option<Problem> {
    let address = keys::BIND.get(scope)?;
    let same = address.port() != 0 && keys::ADMIN_BIND.get(scope)? == address;
    same.then(|| Problem {
        place: scope.place.clone(),
        key: "admin_bind".to_owned(),
        found: format!("`{address}`, which `bind` has"),
        expected: "an address of its own".to_owned(),
        advice: "choose another port for one of them".to_owned(),
    })
}

/// There is no log-in in front of the admin listener.
fn open_admin(settings: &Settings) -> Option<String> {
    let address = settings.admin_bind;
    (!address.ip().is_loopback()).then(|| {
        format!(
            "admin_bind: {address} can be reached from other machines, and whoever reaches it may order anything; \
             bind it to 127.0.0.1 and put a proxy with log-in before it"
        )
    })
}

fn settings(scope: &Scope, projects: &[ProjectSettings]) -> Option<Settings> {
    Some(Settings {
        places: Places::beside_database(&keys::DB_PATH.get(scope)?),
        bind: keys::BIND.get(scope)?,
        admin_bind: keys::ADMIN_BIND.get(scope)?,
        allowed_hosts: keys::ALLOWED_HOSTS.get(scope)?,
        max_concurrency: keys::MAX_CONCURRENCY.get(scope)?,
        queue_poll_interval: keys::QUEUE_POLL_INTERVAL.get(scope)?,
        lease: keys::LEASE_SECONDS.get(scope)?,
        sweep: keys::SWEEP_SECONDS.get(scope)?,
        delivery_attempts: keys::DELIVERY_ATTEMPTS.get(scope)?,
        breaker_threshold: keys::BREAKER_THRESHOLD.get(scope)?,
        agent_timeout: keys::AGENT_TIMEOUT_SECONDS.get(scope)?,
        agent_timeouts: keys::AGENT_TIMEOUT_OVERRIDES.get(scope)?,
        agent_kill_grace: keys::AGENT_KILL_GRACE_SECONDS.get(scope)?,
        agent_stall: Some(keys::AGENT_STALL_SECONDS.get(scope)?).filter(|stall| !stall.is_zero()),
        agent_output_cap: keys::AGENT_OUTPUT_CAP_MB.get(scope)? << 20,
        floors: Floors {
            memory: keys::MIN_FREE_MEMORY_MB.get(scope)? << 20,
            disk: keys::MIN_FREE_DISK_MB.get(scope)? << 20,
            inodes: keys::MIN_FREE_INODES.get(scope)?,
        },
        disk_reserve: keys::DISK_RESERVE_MB.get(scope)? << 20,
        retention: RetentionRule {
            runs_for: days(keys::LOG_KEEP_DAYS.get(scope)?),
            runs_at_most: keys::LOG_KEEP_MAX.get(scope)?,
            tasks_for: days(keys::TASK_KEEP_DAYS.get(scope)?),
            // News is known again for 30 days, so its rows are never kept for less.
            rows_for: days(keys::LOG_KEEP_DAYS.get(scope)?.max(30)),
        },
        agents: super::agent_keys::read(scope)?,
        staging: keys::STAGING.get(scope)?,
        profile: keys::PROFILE.get(scope)?,
        projects: projects.to_vec(),
    })
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}
