//! kill -9 of the demo at named boundaries, before and after effects: the second start ends the same, and nothing is done twice.

use std::sync::Mutex;

use crate::account::{Account, the_log_leads_to_every_task, undisturbed};
use crate::agreement::all_runs_agree;
use crate::demo_run::{demo, json};
use crate::dice::{all_are_wanted, next, seed};

/// Calls and how often the happy scenario makes each.
const CALLS: [(&str, u64); 11] = [
    ("workspace.start_branch", 1),
    ("tracker.comment", 14),
    ("tracker.move_to", 4),
    ("workspace.checkout", 7),
    ("runner.start", 7),
    ("workspace.harvest", 7),
    ("workspace.push", 6),
    ("forge.open_pull_request", 2),
    ("forge.set_status", 2),
    ("forge.merge", 2),
    ("workspace.release", 1),
];
const KILLS: usize = 10;
const AT_ONCE: usize = 3;

#[test]
fn a_killed_demo_goes_on_and_does_nothing_twice() {
    let seed = seed();
    let expected = undisturbed();
    let work = Mutex::new(boundaries(seed));
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(boundary) = { work.lock().unwrap().pop() } {
                        kill_and_go_on(&boundary, &expected);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

fn kill_and_go_on(boundary: &str, expected: &Account) {
    let home = tempfile::tempdir().unwrap();
    let killed = demo(home.path(), &["--json", "--kill-at", boundary]);
    assert_eq!(
        killed.code, None,
        "{boundary} was not reached: {}{}",
        killed.stdout, killed.stderr
    );
    let ended = demo(home.path(), &["--json"]);
    assert_eq!(
        ended.code,
        Some(0),
        "{boundary}: {}{}",
        ended.stdout,
        ended.stderr
    );
    let account = Account::of(home.path(), &json(&ended.stdout));
    assert_eq!(&account, expected, "{boundary}");
    the_log_leads_to_every_task(home.path(), boundary);
    assert!(all_runs_agree(home.path()) >= 7, "{boundary}");
    println!("{boundary}: ended the same");
}

/// Ten boundaries, chosen by the seed; or all.
fn boundaries(seed: u64) -> Vec<String> {
    let every = |(call, times): (&str, u64)| {
        (1..=times)
            .map(move |nth| format!("{call}:{nth}"))
            .collect::<Vec<_>>()
    };
    let mut all: Vec<String> = CALLS
        .into_iter()
        .flat_map(every)
        .flat_map(|call| ["before", "after"].map(|side| format!("{side}:{call}")))
        .collect();
    if all_are_wanted() {
        return all;
    }
    let mut state = seed;
    (0..KILLS)
        .map(|_| {
            let at = usize::try_from(next(&mut state)).unwrap_or_default() % all.len();
            all.swap_remove(at)
        })
        .collect()
}
