//! The list of projects: a broken one is left out, the others are read.

use std::collections::BTreeMap;

use pipeline_core::id::BranchName;
use pipeline_core::pipeline::{Limits, Pipeline};
use serde_yaml::{Mapping, Value};

use super::ProjectSettings;
use super::agents::{AgentRules, ProjectAgents, ProviderKind};
use super::key::{Given, Origin, Scope, Source};
use super::problem::Problem;
use super::project_keys as keys;
use super::unknown::{Level, unknown_key};

/// What became of the list.
#[derive(Default)]
pub(super) struct Projects {
    pub(super) good: Vec<ProjectSettings>,
    pub(super) origins: Vec<Origin>,
    /// Why projects are left out.
    pub(super) broken: Vec<Problem>,
    /// What leaving a project out does not mend.
    pub(super) fatal: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

/// Reads the elements. `list` says where they stand; `installation` is asked for what projects take from it.
pub(super) fn read(elements: &[Value], list: &Given, installation: &Scope) -> Projects {
    let mut projects = Projects::default();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (at, element) in elements.iter().enumerate() {
        let name = format!("projects[{at}]");
        let Value::Mapping(map) = element else {
            projects.broken.push(no_map(&name, element, list));
            continue;
        };
        let (scope, problems) = scope(&name, map, (list, installation));
        if let Some(prefix) = keys::WORK_ITEM_PREFIX.get(&scope) {
            let first = *taken.entry(prefix.clone()).or_insert(at);
            if first != at {
                projects.fatal.push(taken_twice(&scope, &prefix, first));
            }
        }
        projects.take(&scope, problems, installation);
    }
    projects
}

impl Projects {
    fn take(&mut self, scope: &Scope, mut problems: Vec<Problem>, installation: &Scope) {
        let mut origins = Vec::new();
        for row in Level::Project.table() {
            match row.check(scope) {
                Ok(origin) => origins.push(origin),
                Err(wrong) => problems.extend(wrong),
            }
        }
        let settings = if problems.is_empty() {
            project(scope, installation).filter(|project| {
                let missing = no_command(scope, project, installation);
                problems.extend(missing);
                problems.is_empty()
            })
        } else {
            None
        };
        let Some(settings) = settings else {
            self.broken.extend(problems);
            return;
        };
        if !settings.path.is_dir() {
            self.warnings.push(format!(
                "{}path: there is no directory {}; a project that has not been set up yet needs it",
                scope.prefix,
                settings.path.display()
            ));
        }
        let doubts = Level::Project
            .table()
            .into_iter()
            .flat_map(|row| row.doubts(scope));
        self.warnings.extend(doubts);
        self.good.push(settings);
        self.origins.extend(origins);
    }
}

/// What an element says, and what is wrong with its keys.
fn scope(name: &str, map: &Mapping, (list, installation): (&Given, &Scope)) -> (Scope, Vec<Problem>) {
    let mut scope = Scope {
        prefix: format!("{name}."),
        given: BTreeMap::new(),
        place: list.place.clone(),
        profile: installation.profile,
        current: installation.current.clone(),
    };
    let mut problems = Vec::new();
    for (key, value) in map {
        let name = key
            .as_str()
            .map_or_else(|| super::form::found(key), str::to_owned);
        if !Level::Project.table().iter().any(|row| row.name() == name) {
            let at = (list.place.as_str(), format!("{}{name}", scope.prefix));
            problems.push(unknown_key(Level::Project, &name, at));
        } else if !value.is_null() {
            scope.given.insert(
                name,
                Given {
                    value: value.clone(),
                    ..list.clone()
                },
            );
        }
    }
    follow(&mut scope, installation);
    (scope, problems)
}

/// What projects have from elsewhere when they say nothing themselves. What is wrong there is reported there alone.
fn follow(scope: &mut Scope, installation: &Scope) {
    let repo = keys::REPO.get(scope).and_then(|_| keys::REPO.in_force(scope));
    let name = repo.map(|repo| Given {
        source: Source::Default,
        ..repo
    });
    let limits = keys::PIPELINE
        .get(scope)
        .map_or_else(Limits::default, |pipeline| pipeline.limits);
    let limit = |number: u32| {
        Some(Given {
            value: Value::from(number),
            source: Source::Default,
            place: scope.place.clone(),
            base: scope.current.clone(),
        })
    };
    let (of_cause, in_all) = (limit(limits.bounces_per_cause), limit(limits.bounces));
    let locale = super::keys::LOCALE.get(installation);
    let locale = locale.and_then(|_| super::keys::LOCALE.in_force(installation));
    for (key, followed) in [
        ("name", name),
        ("locale", locale),
        ("max_developer_retries", of_cause),
        ("max_bounces", in_all),
    ] {
        if let Some(followed) = followed {
            scope.given.entry(key.to_owned()).or_insert(followed);
        }
    }
}

fn project(scope: &Scope, installation: &Scope) -> Option<ProjectSettings> {
    keys::TRACKER.get(scope)?;
    keys::FORGE.get(scope)?;
    Some(ProjectSettings {
        name: keys::NAME.get(scope)?,
        repo: keys::REPO.get(scope)?,
        work_item_prefix: keys::WORK_ITEM_PREFIX.get(scope)?,
        path: keys::PATH.get(scope)?,
        default_branch: keys::DEFAULT_BRANCH.get(scope).map(BranchName::new),
        locale: keys::LOCALE.get(scope).unwrap_or_default(),
        staging: keys::STAGING.get(scope)?,
        test_command: keys::TEST_COMMAND.get(scope)?,
        has_ci: keys::HAS_CI.get(scope)?,
        agent_cmd: keys::AGENT_CMD.get(scope),
        agents: ProjectAgents {
            providers: keys::AGENT_PROVIDERS.get(scope).unwrap_or_default(),
            models: keys::AGENT_MODELS.get(scope).unwrap_or_default(),
            efforts: keys::AGENT_EFFORTS.get(scope).unwrap_or_default(),
        },
        agent_env: keys::AGENT_ENV.get(scope)?,
        pipeline: keys::PIPELINE.get(scope).unwrap_or_else(Pipeline::built_in),
        merge: keys::MERGE.get(scope)?,
        merge_style: keys::MERGE_STYLE.get(scope)?,
        approvers: keys::APPROVERS.get(scope)?,
        max_concurrency: keys::MAX_CONCURRENCY.get(scope)?,
        wip_limit: keys::WIP_LIMIT.get(scope)?,
        max_developer_retries: keys::MAX_DEVELOPER_RETRIES.get(scope)?,
        max_bounces: keys::MAX_BOUNCES.get(scope)?,
        ci_poll: super::keys::CI_POLL_INTERVAL_S.get(installation)?,
        ci_poll_max_attempts: super::keys::CI_POLL_MAX_ATTEMPTS.get(installation)?,
        ci_appear_timeout: super::keys::CI_APPEAR_TIMEOUT_S.get(installation)?,
        ci_timeout: super::keys::CI_TIMEOUT_S.get(installation)?,
        protected_paths: keys::PROTECTED_PATHS.get(scope)?,
    })
}

/// The project's command is to work, and there is none.
fn no_command(scope: &Scope, project: &ProjectSettings, installation: &Scope) -> Option<Problem> {
    // What is wrong with the installation's keys is reported there.
    let agents = super::agent_keys::read(installation)?;
    let rules = AgentRules {
        installation: &agents,
        project: &project.agents,
        has_command: project.agent_cmd.is_some(),
    };
    let roles = project
        .pipeline
        .stages
        .iter()
        .filter_map(|stage| stage.role.as_ref());
    let mut without = roles.filter(|role| rules.providers(role).contains(&ProviderKind::Command));
    let role = without.next().filter(|_| project.agent_cmd.is_none())?;
    Some(Problem {
        place: scope.place.clone(),
        key: format!("{}agent_cmd", scope.prefix),
        found: "nothing".to_owned(),
        expected: "a command for sh -c".to_owned(),
        advice: format!("add it, for `command` is to work as {role}; or name another provider"),
    })
}

fn taken_twice(scope: &Scope, prefix: &str, first: usize) -> Problem {
    Problem {
        place: scope.place.clone(),
        key: format!("{}work_item_prefix", scope.prefix),
        found: format!("`{prefix}`, which projects[{first}] has"),
        expected: "a prefix that no other project has".to_owned(),
        advice: "choose another one".to_owned(),
    }
}

fn no_map(name: &str, element: &Value, list: &Given) -> Problem {
    Problem {
        place: list.place.clone(),
        key: name.to_owned(),
        found: super::form::found(element),
        expected: "a map of the keys of a project".to_owned(),
        advice: "write `repo: …`, `path: …` and so on under one `- `".to_owned(),
    }
}
