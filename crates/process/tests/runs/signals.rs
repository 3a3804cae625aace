//! Signals to the runner itself, and the runner as the first process of a container.

use std::fs;

use process::{Command, EndReason, ExitOutcome, lock_held};
use rustix::process::Signal;

use crate::fixture::{FOR_EVER, Run, host, is_gone, not_tried};

#[test]
fn term_to_the_runner_ends_its_program_in_an_orderly_way() {
    for signal in [Signal::TERM, Signal::INT, Signal::QUIT] {
        let run = Run::new();
        run.fifo("started");
        run.launch(&format!(
            "trap 'echo saved; exit 5' TERM; echo $$ > started; sleep {FOR_EVER} & wait"
        ))
        .unwrap();
        let pid = run.text("started");
        run.signal_runner(signal);
        let record = run.finished();
        assert_eq!(
            (record.reason, record.exit_code),
            (EndReason::Interrupted, Some(5))
        );
        assert_eq!(run.stdout(), "saved\n");
        assert!(is_gone(&pid));
    }
}

#[test]
fn a_second_term_does_not_wait_for_the_grace() {
    let run = Run::new();
    run.fifo("started");
    run.fifo("heard");
    // The grace of these runs is ten minutes.
    run.launch("trap 'echo > heard' TERM; echo > started; while :; do sleep 0.01; done")
        .unwrap();
    run.text("started");
    run.signal_runner(Signal::TERM);
    run.text("heard");
    run.signal_runner(Signal::TERM);
    let record = run.finished();
    assert_eq!((record.reason, record.signal), (EndReason::Interrupted, Some(9)));
}

#[test]
fn a_hang_up_is_nothing() {
    let run = Run::new();
    run.fifo("go");
    run.launch("read word < go; exit 6").unwrap();
    run.signal_runner(Signal::HUP);
    fs::write(run.path("go"), "go\n").unwrap();
    let record = run.finished();
    assert_eq!((record.reason, record.exit_code), (EndReason::Exited, Some(6)));
}

#[test]
fn a_program_that_dies_of_the_signal_before_the_runner_hears_its_own_was_interrupted() {
    let run = Run::new();
    run.fifo("started");
    run.launch("echo $$ $PPID > started; read word < started")
        .unwrap();
    let pids = run.text("started");
    // As a service manager goes through the processes of a unit, one after the other.
    let kill = Command::new("/bin/sh").args(["-c", &format!("kill -TERM {}", pids.trim())]);
    kill.run().unwrap();
    assert_eq!(run.finished().reason, EndReason::Interrupted);
}

#[test]
fn a_program_that_dies_of_a_term_that_was_not_for_us_ended_by_itself() {
    let record = Run::launched("kill -TERM $$").finished();
    assert_eq!((record.reason, record.signal), (EndReason::Exited, Some(15)));
}

/// Whoever started the tests may have made them ignore something, as `nohup` does with HUP: that goes on to all.
#[test]
fn the_program_has_no_signal_blocked_or_ignored_by_us() {
    let run = Run::launched("grep -E '^Sig(Blk|Ign)' /proc/self/status");
    run.finished();
    let own = fs::read_to_string("/proc/self/status").unwrap();
    let inherited = signal_set(&own, "SigIgn:") & !(1 << (BROKEN_PIPE - 1));
    assert_eq!(signal_set(&run.stdout(), "SigBlk:"), 0);
    assert_eq!(signal_set(&run.stdout(), "SigIgn:") & !inherited, 0);
}

/// The number of the signal that programs in Rust ignore, and that they give back to what they start.
const BROKEN_PIPE: u32 = 13;

fn signal_set(status: &str, name: &str) -> u64 {
    let set = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    // Above those are signals of the C library.
    u64::from_str_radix(set.trim(), 16).unwrap() & 0x7fff_ffff
}

#[test]
fn what_the_starter_of_the_runner_ignores_the_program_does_not() {
    let run = Run::new();
    run.prepare("grep ^SigIgn /proc/self/status");
    let script = "trap '' INT QUIT HUP; exec \"$1\" runner \"$2\"";
    let runner = Command::new("/bin/sh").args(["-c", script, "sh"]);
    runner.args([&host(), &run.dir]).run().unwrap();
    let set = run.stdout().trim().rsplit('\t').next().unwrap().to_owned();
    assert_eq!(u64::from_str_radix(&set, 16).unwrap() & 0x7fff_ffff, 0);
}

/// Everything of a container but its files. Where the kernel allows that in neither way there is nothing to try, and it is said.
fn container() -> Option<Command> {
    let ways = [
        &["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"][..],
        &["--pid", "--fork", "--mount-proc"],
    ];
    let unshare = |flags: &[&str]| Command::new("unshare").args(flags);
    let works = |flags: &[&str]| {
        let probe = unshare(flags).arg("true").run();
        probe.is_ok_and(|output| output.status == ExitOutcome::Code(0))
    };
    let way = ways.into_iter().find(|flags| works(flags));
    if way.is_none() {
        not_tried("unshare allows no PID namespace here");
    }
    way.map(unshare)
}

#[test]
fn as_the_first_process_of_a_container_the_runner_hears_term_and_reaps_orphans() {
    let Some(container) = container() else { return };
    let run = Run::new();
    run.fifo("started");
    // They become children of process 1, and stay zombies until it collects them.
    let orphans = "for i in 1 2 3 4 5; do setsid -f true; done";
    let collected = "while grep -qs '^State:.Z' /proc/[0-9]*/status; do :; done";
    // The program itself stops "the container": it sees the runner as process 1.
    let script = format!("{orphans}; {collected}; echo $PPID; kill -TERM 1; exec sleep {FOR_EVER}");
    run.prepare(&script);
    let output = container.arg(host()).arg("runner").arg(&run.dir).run().unwrap();
    assert_eq!(output.status, ExitOutcome::Code(0));
    assert!(!lock_held(&run.dir).unwrap());
    let record = run.finished();
    assert_eq!((record.reason, record.signal), (EndReason::Interrupted, Some(15)));
    assert_eq!(run.stdout(), "1\n");
}
