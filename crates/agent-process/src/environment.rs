//! The environment of runs: an allow-list of our own variables and what a run is told about itself. No token of ours
//! can reach a run, because nothing that is not named here does.

use std::collections::BTreeMap;

use pipeline_core::id::RunId;
use pipeline_core::project::Locale;

use crate::provider::{Assignment, Invocation};

/// What every run gets of the daemon's environment. HOME is the real one, for programs of the operator's own.
const INHERITED: [&str; 20] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_ADDRESS",
    "LC_COLLATE",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LC_MONETARY",
    "LC_NUMERIC",
    "LC_PAPER",
    "LC_TIME",
];

type Environment = BTreeMap<String, String>;

/// What every run gets of the daemon's environment, and that it has no terminal.
pub(crate) fn inherited() -> Environment {
    let mut env = taken_over(INHERITED);
    env.insert("TERM".to_owned(), "dumb".to_owned());
    env
}

/// The environment of a project's command; `names` are the variables that its settings allow besides.
pub(crate) fn of_command(run: &RunId, locale: Locale, names: &[String]) -> Environment {
    let mut env = inherited();
    env.extend(taken_over(names.iter().map(String::as_str)));
    env.extend(about_run(run, locale));
    env
}

/// The environment of an agent. What its provider inherits by name is the provider's key: no other provider's process
/// gets it, and no command does.
pub(crate) fn of_agent(locale: Locale, assignment: &Assignment<'_>, provider: &Invocation) -> Environment {
    let mut env = inherited();
    env.extend(taken_over(provider.inherits.iter().map(String::as_str)));
    env.extend(provider.env.clone());
    env.extend(about_run(assignment.run, locale));
    let work_item = assignment.work_item;
    let own = [
        ("ORCHD_ROLE", assignment.role.to_string()),
        ("ORCHD_STAGE", assignment.stage.to_string()),
        ("ORCHD_WORK_ITEM", work_item.to_string()),
        ("ORCHD_TASK_DIR", format!("docs/work-items/{work_item}")),
    ];
    env.extend(own.map(|(name, value)| (name.to_owned(), value)));
    env
}

fn about_run(run: &RunId, locale: Locale) -> [(String, String); 2] {
    let language = match locale {
        Locale::En => "en",
        Locale::Ru => "ru",
    };
    [
        ("ORCHD_RUN_ID".to_owned(), run.to_string()),
        ("ORCHD_LANG".to_owned(), language.to_owned()),
    ]
}

/// A value that is not UTF-8 is left out: a run's environment is stored as JSON.
pub(crate) fn taken_over<'a>(names: impl IntoIterator<Item = &'a str>) -> Environment {
    process::inherit(names)
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
