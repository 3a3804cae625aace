//! One project: its local board, its local forge, its workspace, and how its agents are started.

use std::collections::BTreeMap;
use std::sync::Arc;

use agent_process::ProjectRuns;
use forge_local::{ForgeHome, LocalForge};
use git::{GitWorkspace, Remote, WorkspaceSettings};
use pipeline_core::id::ProjectId;
use pipeline_core::pipeline::{Limits, Pipeline};
use pipeline_core::port::board::Board;
use pipeline_core::port::workspace::Workspace;
use pipeline_core::project::{Ci, CiTimes, Links, Locale, Project};
use pipeline_engine::ProjectPorts;
use tracker_local::LocalBoard;
use web::state::ProjectView;

use crate::settings::{ProjectSettings, Settings};
use crate::wire::{StartError, agents};

/// A project, built.
pub(super) struct Built {
    pub(super) ports: ProjectPorts,
    pub(super) view: ProjectView,
    pub(super) runs: ProjectRuns,
    pub(super) forge: Arc<LocalForge>,
}

/// The id of a project: its prefix in lower case.
pub(super) fn id(wanted: &ProjectSettings) -> ProjectId {
    ProjectId::new(wanted.work_item_prefix.to_lowercase())
}

pub(super) fn build(
    wanted: &ProjectSettings,
    settings: &Settings,
    (home, board): (&ForgeHome, &Arc<LocalBoard>),
) -> Result<Built, StartError> {
    let id = id(wanted);
    let forge =
        LocalForge::create(home, &id, &wanted.path, wanted.default_branch.as_ref()).map_err(|source| {
            StartError::Forge {
                project: wanted.name.clone(),
                source,
            }
        })?;
    let project = project(wanted, settings, (&id, &forge));
    let repository = GitWorkspace::new(
        WorkspaceSettings {
            git: home.git.clone(),
            mirror_dir: settings.places.mirrors().join(id.as_str()),
            checkouts_dir: settings.places.checkouts().join(id.as_str()),
            remote: Remote::new(forge.remote().to_string_lossy()),
            default_branch: project.default_branch.clone(),
            largest_file: WorkspaceSettings::LARGEST_FILE,
        },
        Arc::clone(&home.clock),
    )?;
    let workspace: Arc<dyn Workspace> = Arc::new(repository.clone());
    let people: Arc<dyn Board> = Arc::<LocalBoard>::clone(board);
    let view = ProjectView {
        project: project.clone(),
        tracker: "local",
        forge: "local",
        board: Some(people),
        workspace: Arc::clone(&workspace),
        result_hint: Some(forge.fetch_command()),
    };
    let pipeline = pipeline(wanted);
    let (runs, providers) = agents::build(wanted, &settings.agents, (&id, &pipeline));
    let ports = ProjectPorts {
        pipeline,
        tracker: Arc::new(board.tracker(id.clone())),
        forge: Arc::<LocalForge>::clone(&forge),
        chat: Arc::new(board.chat(id)),
        workspace,
        storage: Arc::new(repository),
        providers,
        project,
    };
    Ok(Built {
        ports,
        view,
        runs,
        forge,
    })
}

fn project(wanted: &ProjectSettings, settings: &Settings, (id, forge): (&ProjectId, &LocalForge)) -> Project {
    let phrase = match wanted.locale {
        Locale::En => "on the board",
        Locale::Ru => "на доске",
    };
    Project {
        id: id.clone(),
        name: wanted.name.clone(),
        repo: wanted.repo.clone(),
        prefix: wanted.work_item_prefix.clone(),
        default_branch: forge.default_branch().clone(),
        locale: wanted.locale,
        tracker_phrase: phrase.to_owned(),
        staging: wanted.staging,
        ci: ci(wanted),
        ci_times: CiTimes {
            poll: wanted.ci_poll,
            polls_before_alert: wanted.ci_poll_max_attempts,
            slow_poll: wanted.ci_poll * 3,
            appear: wanted.ci_appear_timeout,
            timeout: wanted.ci_timeout,
        },
        merge: wanted.merge,
        merge_style: wanted.merge_style,
        approvers: wanted.approvers.clone(),
        protected_paths: wanted.protected_paths.clone(),
        commands: BTreeMap::from([("test".to_owned(), wanted.test_command.clone())]),
        run_timeouts: settings.agent_timeouts.clone(),
        links: Links::default(),
    }
}

fn ci(wanted: &ProjectSettings) -> Ci {
    let command = wanted.test_command.clone();
    if wanted.has_ci {
        Ci::Command(command)
    } else {
        Ci::None { command }
    }
}

/// The project's pipeline with its own limits.
fn pipeline(wanted: &ProjectSettings) -> Pipeline {
    let limits = Limits {
        bounces_per_cause: wanted.max_developer_retries,
        bounces: wanted.max_bounces,
        ..wanted.pipeline.limits
    };
    Pipeline {
        limits,
        ..wanted.pipeline.clone()
    }
}
