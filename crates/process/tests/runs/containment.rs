//! Nobody of a run escapes, and nobody else is hit.

use std::fs::{self, OpenOptions};

use process::{Command, EndReason, ResourceSource, kill_orphans, launch};

use crate::fixture::{FOR_EVER, Run, host, is_gone, lives, not_tried};
use crate::neighbours::{Group, Stranger};

#[test]
fn a_descriptor_that_somebody_else_holds_open_does_not_delay_the_end() {
    let run = Run::new();
    run.fifo("born");
    run.fifo("go");
    run.launch("echo $$ > born; read word < go; echo last words")
        .unwrap();
    let pid = run.text("born");
    // No process of the run holds this end, and it stays open until after the end.
    let holder = OpenOptions::new()
        .write(true)
        .open(format!("/proc/{}/fd/1", pid.trim()))
        .unwrap();
    fs::write(run.path("go"), "go\n").unwrap();
    let record = run.finished();
    assert_eq!((record.reason, record.exit_code), (EndReason::Exited, Some(0)));
    assert_eq!(run.stdout(), "last words\n");
    drop(holder);
}

#[test]
fn a_storm_of_forks_is_ended_with_the_run() {
    let run = Run::new();
    run.fifo("born");
    // Each generation doubles until the table of this one program is full, every leaf sleeps.
    let storm = format!(
        "n=$1; [ $n -eq 0 ] && {{ echo leaf; exec sleep {FOR_EVER}; }}; sh ./storm $((n - 1)) & setsid sh ./storm $((n - 1)) & wait"
    );
    fs::write(run.path("storm"), storm).unwrap();
    run.launch("sh ./storm 6 & echo go > born; until [ -e stop ]; do :; done; exit 4")
        .unwrap();
    run.text("born");
    while run.stdout().lines().count() < 64 {
        std::thread::yield_now();
    }
    fs::write(run.path("stop"), "").unwrap();
    let record = run.finished();
    assert_eq!(record.exit_code, Some(4));
    assert!(record.processes_killed >= 127, "{record:?}");
}

#[test]
fn a_killed_runner_leaves_nobody_although_they_cleaned_their_environment_and_hid() {
    let run = Run::new();
    run.fifo("born");
    let hidden = format!("env -i setsid -f sh -c 'echo $$ > born; exec sleep {FOR_EVER}'");
    run.launch(&format!("{hidden}; exec env -i sleep {FOR_EVER}"))
        .unwrap();
    let orphan = run.text("born");
    run.await_ledger(&orphan);
    run.kill_runner();
    run.lost();
    assert!(lives(&orphan));
    assert_eq!(kill_orphans(&run.dir).unwrap(), 2);
    assert!(!lives(&orphan));
}

#[test]
fn the_brand_alone_finds_who_was_born_after_the_last_look() {
    let run = Run::new();
    run.fifo("born");
    let hidden = format!("env -i setsid -f sh -c 'echo $$ > born; exec sleep {FOR_EVER}'");
    run.launch(&format!("{hidden}; exec env -i sleep {FOR_EVER}"))
        .unwrap();
    let orphan = run.text("born");
    run.await_ledger(&orphan);
    run.kill_runner();
    run.lost();
    let mut ledger = run.ledger();
    (ledger["processes"], ledger["sessions"]) = (serde_json::json!([]), serde_json::json!([]));
    // Within a run of somebody else's the brand is his.
    let branded = !ledger["brand"].is_null();
    run.write_ledger(&ledger);
    assert_eq!(kill_orphans(&run.dir).unwrap(), if branded { 2 } else { 0 });
    assert_eq!(lives(&orphan), !branded);
}

#[test]
fn a_run_in_a_delegated_control_group_has_one_of_its_own_until_its_end() {
    let Some(group) = Group::delegated() else {
        return not_tried("no control group (version 2) is delegated to us");
    };
    let run = Run::new();
    run.fifo("go");
    run.prepare("grep ^0:: /proc/self/cgroup; timeout 0.2 sh -c 'while :; do :; done'; read word < go");
    let script = "echo $$ > \"$1\"/cgroup.procs && exec \"$2\" runner \"$3\"";
    let runner = Command::new("/bin/sh")
        .args(["-c", script, "sh"])
        .args([group.folder(), &host(), &run.dir]);
    std::thread::scope(|scope| {
        let runner = scope.spawn(|| runner.run().unwrap());
        while !process::stdout_log(&run.dir).exists() || run.stdout().is_empty() {
            std::thread::yield_now();
        }
        assert_eq!(group.subgroups().len(), 1);
        fs::write(run.path("go"), "go\n").unwrap();
        assert!(runner.join().unwrap().status.success());
    });
    let record = run.finished();
    let own = run.ledger()["group"]["name"].as_str().unwrap().to_owned();
    assert_eq!(run.stdout(), format!("0::{own}\n"));
    assert_eq!(record.resources.source, ResourceSource::Cgroup);
    assert!(record.resources.cpu_ms.unwrap() > 0, "{record:?}");
    assert!(group.subgroups().is_empty());
}

#[test]
fn a_control_group_alone_is_enough_to_find_who_is_left() {
    let Some(group) = Group::delegated() else {
        return not_tried("no control group (version 2) is delegated to us");
    };
    let run = Run::launched("true");
    run.finished();
    let stranger = Stranger::new();
    let own = group.folder().join("own/below");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("cgroup.procs"), stranger.pid().to_string()).unwrap();
    let mut ledger = run.ledger();
    ledger["group"] =
        serde_json::json!({"name": format!("{}/own", group.name()), "folder": group.folder().join("own")});
    run.write_ledger(&ledger);
    assert_eq!(kill_orphans(&run.dir).unwrap(), 1);
    assert!(!lives(&stranger.pid().to_string()));
    assert!(group.subgroups().is_empty());
}

#[test]
fn a_stranger_with_a_reused_pid_is_never_signalled() {
    let run = Run::launched("true");
    run.finished();
    let stranger = Stranger::new();
    let mut ledger = run.ledger();
    let started = stranger.started();
    for (named, boot) in [
        (started - 1, ledger["boot"].clone()),
        (started, "another boot".into()),
    ] {
        ledger["boot"] = boot;
        ledger["processes"] = serde_json::json!([{"pid": stranger.pid(), "started": named}]);
        ledger["sessions"] = serde_json::json!([stranger.session()]);
        run.write_ledger(&ledger);
        assert_eq!(kill_orphans(&run.dir).unwrap(), 0);
        assert!(lives(&stranger.pid().to_string()));
    }
}

#[test]
fn a_process_that_the_ledger_names_is_killed() {
    let run = Run::launched("true");
    run.finished();
    let stranger = Stranger::new();
    let mut ledger = run.ledger();
    ledger["processes"] = serde_json::json!([{"pid": stranger.pid(), "started": stranger.started()}]);
    run.write_ledger(&ledger);
    assert_eq!(kill_orphans(&run.dir).unwrap(), 1);
    assert!(!lives(&stranger.pid().to_string()));
}

#[test]
fn a_program_has_three_descriptors_a_closed_umask_and_dumps_no_core() {
    let run = Run::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let database = OpenOptions::new()
        .create(true)
        .append(true)
        .open(run.path("database"))
        .unwrap();
    // The shell's own redirections are those of `ls`, which opens the folder that it lists.
    let spec = run.spec("ls -l /proc/self/fd; umask; ulimit -c; ulimit -Hc");
    launch(&spec).unwrap();
    run.finished();
    drop((listener, database));
    let stdout = run.stdout();
    let shown: Vec<&str> = stdout.lines().filter(|line| line.contains(" -> ")).collect();
    assert_eq!(shown.len(), 4, "{stdout}");
    assert!(shown[3].contains("/fd"), "the folder itself: {stdout}");
    assert!(stdout.ends_with("\n0077\n0\n0\n"), "{stdout}");
}

#[test]
fn a_zombie_that_nobody_collects_does_not_hold_up_the_search() {
    let run = Run::launched("true");
    run.finished();
    let zombie = Stranger::dead();
    let mut ledger = run.ledger();
    ledger["processes"] = serde_json::json!([{"pid": zombie.pid(), "started": zombie.started()}]);
    run.write_ledger(&ledger);
    assert_eq!(kill_orphans(&run.dir).unwrap(), 0);
    assert!(!is_gone(&zombie.pid().to_string()));
}
