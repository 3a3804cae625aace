use super::*;

/// A living process; its session is that of `session`.
fn process(pid: i32, parent: i32, session: i32, started: u64) -> ProcessStat {
    ProcessStat {
        identity: ProcessIdentity { pid, started },
        parent,
        session,
        zombie: false,
        own_ticks: 0,
        collected_ticks: 0,
        rss_pages: 0,
    }
}

/// The runner 9_000_100 leads the session 9_000_100; it saw 9_000_101 and 9_000_102.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new(None, None);
    assert!(ledger.see(&[
        process(9_000_101, 9_000_100, 9_000_100, 7),
        process(9_000_102, 1, 9_000_102, 8)
    ]));
    ledger
}

#[track_caller]
fn check(all: &[ProcessStat], expected: &[i32]) {
    let mut found: Vec<i32> = ledger()
        .living(all, |stat| stat.pid() == 9_000_666)
        .iter()
        .map(ProcessStat::pid)
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_process_is_known_by_pid_and_start_time() {
    check(
        &[process(9_000_101, 1, 9_000_100, 7), process(5, 1, 5, 7)],
        &[9_000_101],
    );
}

#[test]
fn a_pid_that_was_reused_is_a_stranger_with_all_its_session_and_children() {
    let reused = process(9_000_102, 1, 9_000_102, 9);
    check(&[reused, process(9_000_103, 9_000_102, 9_000_102, 10)], &[]);
}

#[test]
fn a_session_of_the_run_is_known_as_long_as_one_of_ours_vouches_for_it() {
    check(
        &[
            process(9_000_102, 1, 9_000_102, 8),
            process(9_000_200, 1, 9_000_102, 9),
        ],
        &[9_000_102, 9_000_200],
    );
    check(&[process(9_000_200, 1, 9_000_102, 9)], &[]);
}

#[test]
fn what_a_process_of_the_run_started_belongs_to_the_run() {
    let tree = [
        process(9_000_101, 1, 9_000_100, 7),
        process(9_000_201, 9_000_101, 9_000_201, 9),
        process(9_000_202, 9_000_201, 9_000_202, 9),
    ];
    check(&tree, &[9_000_101, 9_000_201, 9_000_202]);
}

#[test]
fn a_mark_is_enough() {
    check(
        &[
            process(9_000_666, 1, 9_000_666, 9),
            process(9_000_667, 9_000_666, 9_000_667, 9),
        ],
        &[9_000_666, 9_000_667],
    );
}

#[test]
fn the_dead_and_the_caller_are_left_alone() {
    let me = getpid().as_raw_pid();
    let mut dead = process(9_000_101, 1, 9_000_100, 7);
    dead.zombie = true;
    check(
        &[
            dead,
            process(me, 9_000_666, 9_000_102, 9),
            process(9_000_666, 1, 9_000_666, 9),
        ],
        &[9_000_666],
    );
}

#[test]
fn a_ledger_of_another_boot_or_in_pieces_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let written = ledger();
    written.write(folder.path()).unwrap();
    assert_eq!(Ledger::read(folder.path()).unwrap(), written);
    let other = Ledger {
        boot: "before".to_owned(),
        ..written
    };
    other.write(folder.path()).unwrap();
    assert_eq!(Ledger::read(folder.path()).unwrap(), Ledger::default());
    fs::write(folder.path().join(PROCESSES), "{\"boot\":").unwrap();
    assert_eq!(Ledger::read(folder.path()).unwrap(), Ledger::default());
}

#[test]
fn a_look_without_a_change_is_not_written() {
    let mut ledger = ledger();
    let same = [
        process(9_000_101, 9_000_100, 9_000_100, 7),
        process(9_000_102, 1, 9_000_102, 8),
    ];
    assert!(!ledger.see(&same));
    assert!(ledger.see(&same[..1]));
}

#[test]
fn a_session_that_began_outside_of_the_namespace_names_nobody() {
    let mut ledger = Ledger::new(None, None);
    ledger.see(&[process(9_000_101, 1, OUTSIDE, 7)]);
    let all = [
        process(9_000_101, 1, OUTSIDE, 7),
        process(9_000_300, 1, OUTSIDE, 3),
    ];
    let found = ledger.living(&all, |_| false);
    assert_eq!(
        found.iter().map(ProcessStat::pid).collect::<Vec<_>>(),
        [9_000_101]
    );
}
