//! `docs/state-machine.md`, printed from the walk.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::BUILT_IN;

const HEAD: &str = "# The state machine

What follows from every event in every state a task of the built-in pipeline can reach, over all its stages. `ignored`: nothing changes, and that is
expected (a duplicate, a stale timer, an echo). `illegal`: it cannot happen in that state; logged and acknowledged. The name of the state itself: the task
stays in it, with something noted, told or queued. States are those of `TaskState`.

This page is printed by the walk; `UPDATE_DOCS=1 cargo test -p pipeline-core --test walk` writes it anew.
";

#[test]
fn the_page_about_the_state_machine_is_what_the_walk_finds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/state-machine.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/state-machine.md is not what the walk finds; UPDATE_DOCS=1 cargo test -p pipeline-core --test walk writes it anew"
    );
}

fn page() -> String {
    let mut states: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for ((state, event), follows) in &BUILT_IN.table {
        let follows: Vec<&str> = follows.iter().copied().collect();
        states.entry(state).or_default().push((event, follows.join(", ")));
    }
    let mut page = HEAD.to_owned();
    for (state, rows) in states {
        let ignored: Vec<&str> = rows
            .iter()
            .filter(|(_, follows)| follows == "ignored")
            .map(|(event, _)| *event)
            .collect();
        write!(page, "\n## {state}\n\n| event | what follows |\n|---|---|\n").unwrap();
        for (event, follows) in rows.iter().filter(|(_, follows)| follows != "ignored") {
            writeln!(page, "| {event} | {follows} |").unwrap();
        }
        if !ignored.is_empty() {
            write!(page, "\nIgnored: {}.\n", ignored.join("; ")).unwrap();
        }
    }
    page
}
