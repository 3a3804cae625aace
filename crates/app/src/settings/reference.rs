//! docs/SETTINGS.md, written from the tables of keys so that it cannot say anything else than the program does.

use super::key::{Absent, Row};
use super::{keys, project_keys};

const INTRODUCTION: &str = "\
# Settings

This page is written by the program's own table of settings; a test keeps it so. `orchd config check` prints every value in force,
where it came from, and everything that is wrong, at once.

An environment variable wins over the settings file, and that over the default. The settings file is YAML: the one that `--config`
names, else `orch.yaml` in the current directory when it is there; `deploy/orch.example.yaml` is one to begin with.

- A relative path begins at the settings file's directory when it stands in the file, else at the current directory. `~` is not replaced.
- A variable that is set to nothing, and a key with nothing behind it, count as not said.
- In a variable, a list is written with commas (`a,b`) or as JSON; maps and `ORCH_PROJECTS_JSON` are JSON.
- An unknown key in the file is an error, an unknown `ORCH_…` variable a warning; both name the nearest known name.
- A file of more than 1 MiB is refused, and so is one in which a key stands twice.
- A project that is wrong by itself is left out with a warning, and the others are loaded; when none is left, that is an error. Two
  projects with one prefix are always an error.
- Values of `agent_env`, and of keys whose name says token, secret, key or password, are never shown.

## The installation

| key | environment | default | expected | meaning |
|---|---|---|---|---|
";

const PROJECTS: &str = "
## A project

An element of `projects` (in the environment: of the JSON list `ORCH_PROJECTS_JSON`).

| key | default | expected | meaning |
|---|---|---|---|
";

const LATER: &str = "
## Not in this version

Keys that begin like these are known and refused in the file:
";

/// The text of docs/SETTINGS.md.
#[must_use]
pub fn settings_markdown() -> String {
    let mut text = INTRODUCTION.to_owned();
    for row in keys::all() {
        let (name, variable, default) = (row.name(), row.variable(), default(row));
        let rest = format!("{} | {}", row.expected(), row.meaning());
        text.push_str(&format!("| `{name}` | `{variable}` | {default} | {rest} |\n"));
    }
    text.push_str(PROJECTS);
    for row in project_keys::TABLE {
        let rest = format!("{} | {}", row.expected(), row.meaning());
        text.push_str(&format!("| `{}` | {} | {rest} |\n", row.name(), default(*row)));
    }
    text.push_str(LATER);
    for (whose, beginnings) in [
        ("The installation", keys::LATER),
        ("A project", project_keys::LATER),
    ] {
        text.push_str(&format!("\n- {whose}: `{}`\n", beginnings.join("`, `")));
    }
    text
}

fn default(row: &dyn Row) -> String {
    let normal = match row.absent() {
        Absent::Required => "required".to_owned(),
        Absent::Is("" | "{}") => "none".to_owned(),
        Absent::Is(text) => format!("`{text}`"),
        Absent::Follows(words) => words.to_owned(),
    };
    row.fast()
        .map_or_else(|| normal.clone(), |fast| format!("{normal}; fast: `{fast}`"))
}
