//! The keys of one project, in the order in which they are shown.

use std::collections::BTreeMap;
use std::path::PathBuf;

use agent_process::{Effort, ProviderKind};
use pipeline_core::effect::MergeStyle;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::{Locale, MergeTime};

use super::agent_keys::PROVIDERS;
use super::agents::{ForRoles, ModelName};
use super::form::{
    Choice, Count, EffortWord, FilePath, Flag, List, Model, OneOrMore, PerRoleOrAll, PipelineFile, Text,
    Variables,
};
use super::key::{Key, Row};
use super::text_rule;

/// Every key, in order.
pub(super) static TABLE: &[&dyn Row] = &[
    &WORK_ITEM_PREFIX,
    &REPO,
    &NAME,
    &PATH,
    &DEFAULT_BRANCH,
    &TRACKER,
    &FORGE,
    &TEST_COMMAND,
    &HAS_CI,
    &AGENT_PROVIDERS,
    &AGENT_MODELS,
    &AGENT_EFFORTS,
    &AGENT_CMD,
    &AGENT_ENV,
    &LOCALE,
    &STAGING,
    &MERGE,
    &MERGE_STYLE,
    &APPROVERS,
    &PROTECTED_PATHS,
    &PIPELINE,
    &MAX_CONCURRENCY,
    &WIP_LIMIT,
    &MAX_DEVELOPER_RETRIES,
    &MAX_BOUNCES,
];

/// How keys begin that a later version will know.
pub(super) const LATER: &[&str] = &[
    "plane_project_id",
    "owner",
    "staging_command",
    "deploy_command",
    "telegram_",
    "tier",
    "budgets",
];

const WORDS: Text = Text {
    what: "a text on one line",
    rule: text_rule::one_line,
};
const COMMAND: Text = Text {
    what: "a command for sh -c",
    rule: text_rule::command,
};
const RETRIES: Count = Count { least: 0, most: 100 };

pub(super) static WORK_ITEM_PREFIX: Key<String> = Key::required(
    "work_item_prefix",
    &Text {
        what: "1 to 16 upper-case letters and digits, beginning with a letter",
        rule: text_rule::prefix,
    },
    "What its work items begin with: `SHOP` makes SHOP-001. No two projects may have the same.",
);

pub(super) static REPO: Key<String> = Key::required("repo", &WORDS, "The repository's name, for messages.");

pub(super) static NAME: Key<String> =
    Key::required("name", &WORDS, "Its name to people.").or_follows("the value of `repo`");

pub(super) static PATH: Key<PathBuf> = Key::required(
    "path",
    &FilePath,
    "The directory of the user's git repository. It is cloned once and never written to.",
);

pub(super) static DEFAULT_BRANCH: Key<String> = Key::required(
    "default_branch",
    &Text {
        what: "a branch name, such as main",
        rule: text_rule::branch,
    },
    "The branch that work is merged into.",
)
.or_follows("the branch that the repository's HEAD names");

pub(super) static TRACKER: Key<()> = Key::required(
    "tracker",
    &Choice {
        of: &[("local", ())],
        later: &["plane"],
    },
    "Where issues are: `local`, the built-in board.",
)
.or("local");

pub(super) static FORGE: Key<()> = Key::required(
    "forge",
    &Choice {
        of: &[("local", ())],
        later: &["gitea"],
    },
    "Where branches and pull requests are: `local`, the built-in forge.",
)
.or("local");

pub(super) static TEST_COMMAND: Key<String> = Key::required(
    "test_command",
    &COMMAND,
    "What tests the project, in a clean checkout of each new commit. Exit code 0 means green.",
);

pub(super) static HAS_CI: Key<bool> = Key::required(
    "has_ci",
    &Flag,
    "Whether `test_command` is run as CI and reported as a status of the commit. Without CI it is run all the same, as the gate `check_tests_local`, and no status is reported.",
)
.or("true");

pub(super) static AGENT_CMD: Key<String> = Key::required(
    "agent_cmd",
    &COMMAND,
    "The agent of the provider `command`. It runs in the checkout of the work item and gets the brief on its standard input. Secrets belong into `agent_env`: this text is shown.",
)
.or_follows("none");

pub(super) static AGENT_PROVIDERS: Key<ForRoles<Vec<ProviderKind>>> = Key::required(
    "agent_providers",
    &PerRoleOrAll(&OneOrMore(&PROVIDERS)),
    "Who works as its agents: one word for all roles, or a map of roles. Of several, in this order, the first that is available.",
)
.or_follows("`agent_provider_default`");

pub(super) static AGENT_MODELS: Key<ForRoles<Vec<ModelName>>> =
    Key::required("agent_models", &PerRoleOrAll(&OneOrMore(&Model)), "Their models.")
        .or_follows("`agent_model_default`");

pub(super) static AGENT_EFFORTS: Key<ForRoles<Option<Effort>>> = Key::required(
    "agent_efforts",
    &PerRoleOrAll(&EffortWord),
    "How hard their models think.",
)
.or_follows("`agent_effort_default`");

pub(super) static AGENT_ENV: Key<BTreeMap<String, String>> = Key::required(
    "agent_env",
    &Variables,
    "Further environment of the agent's command. Its values are never shown.",
)
.or("{}");

pub(super) static LOCALE: Key<Locale> = Key::required(
    "locale",
    &Choice {
        of: &[("en", Locale::En), ("ru", Locale::Ru)],
        later: &[],
    },
    "The language of messages.",
)
.or_follows("`locale` of the installation");

pub(super) static STAGING: Key<bool> =
    Key::required("staging", &Flag, "It is deployed to staging before production.").or("false");

pub(super) static MERGE: Key<MergeTime> = Key::required(
    "merge",
    &Choice {
        of: &[
            ("on_deploy_entry", MergeTime::OnDeployEntry),
            ("after_deploy", MergeTime::AfterDeploy),
        ],
        later: &["human"],
    },
    "When its branch is merged: before the first deploy stage, or after the last.",
)
.or("on_deploy_entry");

pub(super) static MERGE_STYLE: Key<MergeStyle> = Key::required(
    "merge_style",
    &Choice {
        of: &[
            ("merge", MergeStyle::Merge),
            ("squash", MergeStyle::Squash),
            ("rebase", MergeStyle::Rebase),
        ],
        later: &[],
    },
    "How its branch is merged.",
)
.or("merge");

pub(super) static APPROVERS: Key<Vec<String>> = Key::required(
    "approvers",
    &List(&WORDS),
    "Only these people may approve; an empty list: everybody.",
)
.or("");

pub(super) static PROTECTED_PATHS: Key<Vec<String>> = Key::required(
    "protected_paths",
    &List(&Text {
        what: "the beginning of a path in the repository, such as deploy/",
        rule: text_rule::path_in_repository,
    }),
    "A change to what begins like this needs a human, besides the built-in paths.",
)
.or("");

pub(super) static PIPELINE: Key<Pipeline> = Key::required(
    "pipeline",
    &PipelineFile,
    "Its stages, gates and routes. New tasks take them; a task that was started keeps those that it started with, until `orchctl task repin` moves it. `orchctl pipeline check FILE` says what is wrong with a file, and `fixtures/pipelines/` has some to begin with.",
)
.or_follows("the built-in pipeline");

pub(super) static MAX_CONCURRENCY: Key<usize> = Key::required(
    "max_concurrency",
    &Count { least: 0, most: 256 },
    "Its runs at once; 0: no limit of its own.",
)
.or("0");

pub(super) static WIP_LIMIT: Key<usize> = Key::required(
    "wip_limit",
    &Count {
        least: 0,
        most: 10_000,
    },
    "When so many of its tasks wait for a human (approval, answers, blocked), its new tasks do not begin until somebody decides; those that have begun go on. 0: no limit.",
)
.or("20");

pub(super) static MAX_DEVELOPER_RETRIES: Key<u32> = Key::required(
    "max_developer_retries",
    &RETRIES,
    "How often one cause sends a task back to the developer before a human is asked.",
)
.or_follows("`bounces_per_cause` of its pipeline; in the built-in one `3`");

pub(super) static MAX_BOUNCES: Key<u32> = Key::required(
    "max_bounces",
    &RETRIES,
    "How often a task goes back in all before a human is asked.",
)
.or_follows("`bounces` of its pipeline; in the built-in one `6`");
