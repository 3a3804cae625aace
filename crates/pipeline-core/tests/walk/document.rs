//! `docs/state-machine.md`, printed from the walk.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use crate::BUILT_IN;

const HEAD: &str = "# The state machine

What follows from every event in every state that a task of the built-in pipeline can reach, over all its stages. `ignored`: nothing changes, and that is
expected (a duplicate, a stale timer, an echo). `illegal`: it cannot happen in that state; logged and acknowledged. The name of the state itself: the task
stays in it, with something noted, told or queued. States are those of `TaskState`.

This page is printed by the walk; `UPDATE_DOCS=1 cargo test -p pipeline-core --test walk` writes it anew.

## What is walked

Three walks, with the same checks after every event:

1. **Machines, without end**: whatever runs, CI, evidence, effects and timers bring, well or badly and however often, with the answers that people are asked for.
2. **Anybody, three times**: besides what is hoped for, any three events on any way, whoever brings them: a foreign head, a rejection, a forced stage, a pull
   request that others merge or close, a restart, a failure.
3. **At random**: long ways with everything that anybody can do, the same ways each time.

In (1) and (2) every other event is tried and checked in every state too, but what it leads to is not walked on: sequences with more than three events that
nobody hoped for, people's among them, are left to (3) and to `just walk`, which goes as deep as is wished. The settings are the built-in pipeline with CI in the
forge (this page), with CI as a command of ours and with the merge after the deploy, and the other shipped pipelines with CI of ours, without CI, with local
tests, and with reviews in the forge; there (2) takes any two events.

After every event: a task that is not over waits for a job, an effect, a timer or a human who was asked, so that none stalls in silence; runs are never queued in a
circle; counters stay within their limits; nothing revives what is over; the same observation twice changes nothing; a restart and a cancellation lead out of
Blocked; effects do not pile up; what is merged is the head and the code that every gate of the pipeline passed on; a stage is left by the report of its own
latest run, about the very code that goes on, and not while a run that was called off is still owed; and a role with a single attempt works again on a person's
order alone.

Limits are the smallest that let each loop turn, and what the rules only compare is reduced to whether it is equal: commits, trees, documents, findings,
numbers of jobs and effects. Moments are one, as if everything had lasted for some time, with each limit of time passed or not. A code tree that was left does
not come back. Beside the walk each loop is driven to the limits of the built-in pipeline.
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
    let mut table: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for (pair, follows) in BUILT_IN.iter().flat_map(|walked| &walked.table) {
        table.entry(pair).or_default().extend(follows);
    }
    let mut states: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for ((state, event), follows) in &table {
        let follows: Vec<&str> = follows.iter().copied().collect();
        states.entry(state).or_default().push((event, follows.join(", ")));
    }
    let mut page = HEAD.to_owned();
    let [machine, anybody] = &*BUILT_IN;
    write!(
        page,
        "\nWalked for this page: {} states and {} pairs of a state and an event in (1), {} and {} in (2).\n",
        machine.nodes.len(),
        machine.pairs,
        anybody.nodes.len(),
        anybody.pairs
    )
    .unwrap();
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
