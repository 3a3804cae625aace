//! kill -9 of daemon, runner and agent while an agent is at work: the work is taken up or done again, and nothing is done twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use crate::account::{Account, the_log_leads_to_every_task, undisturbed};
use crate::demo_run::{Ended, demo, json};
use crate::dice::{all_are_wanted, next, seed};
use crate::patience::wait_for;
use crate::processes::{self, kill};

/// The scripted agent, which stands still once: where a file of the test says so, until it is let go or killed.
const AGENT: &str = r#"
stand() {
    mv "PLACE/stop.$ORCHD_STAGE.$1" "PLACE/stands" 2>/dev/null || return 0
    read -r _ < "PLACE/gate"
}
stand before
"ORCHD" demo-agent --scenario happy || exit $?
stand after
"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Daemon,
    Runner,
    Agent,
}

const STAGES: [&str; 7] = [
    "analysis",
    "architecture",
    "development",
    "review",
    "testing",
    "deploy-staging",
    "deploy",
];
const MOMENTS: [&str; 2] = ["before", "after"];
const KILLS: usize = 10;
const AT_ONCE: usize = 3;

type Boundary = (Victim, &'static str, &'static str);

#[test]
fn whoever_dies_while_an_agent_works_nothing_is_lost_or_done_twice() {
    let seed = seed();
    let expected = undisturbed();
    let work = Mutex::new(boundaries(seed));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(boundary) = { work.lock().unwrap().pop() } {
                    kill_at(boundary, &expected);
                    println!("{boundary:?}: ended as it must");
                }
            });
        }
    });
}

fn kill_at(boundary: Boundary, expected: &Account) {
    let (victim, stage, moment) = boundary;
    let place = tempfile::tempdir().unwrap();
    let home = place.path().join("home");
    let agent = prepare(place.path(), &format!("stop.{stage}.{moment}"));
    let arguments = ["--json", "--provider", "command", "--agent-cmd", &agent];
    let ended = thread::scope(|scope| {
        let first = scope.spawn(|| demo(&home, &arguments));
        let run = wait_for("the agent to stand still", || {
            assert!(!first.is_finished(), "{boundary:?} was not reached");
            standing(place.path(), &home, moment)
        });
        strike(victim, &home, &run);
        if victim != Victim::Daemon {
            return first.join().unwrap();
        }
        assert_eq!(first.join().unwrap().code, None, "{boundary:?}");
        let second = scope.spawn(|| demo(&home, &["--json"]));
        fs::write(place.path().join("gate"), "go on\n").unwrap();
        second.join().unwrap()
    });
    judge(boundary, &home, &ended, expected);
}

fn prepare(place: &Path, stop: &str) -> String {
    let gate = place.join("gate");
    rustix::fs::mkfifoat(rustix::fs::CWD, &gate, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    fs::write(place.join(stop), "").unwrap();
    let orchd = assert_cmd::cargo::cargo_bin("orchd");
    let text = AGENT
        .replace("PLACE", &place.to_string_lossy())
        .replace("ORCHD\"", &format!("{}\"", orchd.display()));
    let script = place.join("agent.sh");
    fs::write(&script, text).unwrap();
    format!("exec sh '{}'", script.display())
}

/// The run whose agent stands still; after its work, once its result has been kept.
fn standing(place: &Path, home: &Path, moment: &str) -> Option<PathBuf> {
    if !place.join("stands").exists() {
        return None;
    }
    let run = processes::living_runs(home).pop()?;
    let said = fs::read_to_string(process::stdout_log(&run)).unwrap_or_default();
    (moment == "before" || said.contains("\"type\":\"result\"")).then_some(run)
}

fn strike(victim: Victim, home: &Path, run: &Path) {
    let pid = match victim {
        Victim::Daemon => processes::daemon(home),
        Victim::Runner => processes::runner(run),
        Victim::Agent => processes::agent(run),
    };
    kill(pid.unwrap_or_else(|| panic!("{victim:?} of {} is not known", run.display())));
}

fn judge(boundary: Boundary, home: &Path, ended: &Ended, expected: &Account) {
    let (victim, stage, moment) = boundary;
    let report = json(&ended.stdout);
    let account = Account::of(home, &report);
    let whole = || format!("{boundary:?}: {report:#} {}", ended.stderr);
    // What was said before the end counts, unless it was the agent itself that ended badly.
    let is_repeated = victim == Victim::Agent || (victim == Victim::Runner && moment == "before");
    if is_repeated && stage.starts_with("deploy") {
        assert_eq!(ended.code, Some(3), "{}", whole());
        assert_eq!(account.state, "blocked", "{}", whole());
        assert_eq!(runs(&report, stage), 1, "a deployer is not repeated: {}", whole());
        assert_eq!(account.alerts, expected.alerts + 1, "{}", whole());
    } else {
        assert_eq!(ended.code, Some(0), "{}", whole());
        assert_eq!(&account, expected, "{}", whole());
        assert_eq!(runs(&report, stage), 1 + u64::from(is_repeated), "{}", whole());
    }
    the_log_leads_to_every_task(home, &format!("{boundary:?}"));
    assert_eq!(processes::of_runs(home), Vec::<i32>::new(), "{}", whole());
}

fn runs(report: &serde_json::Value, stage: &str) -> u64 {
    let stages = report["stages"].as_array().unwrap();
    let found = stages.iter().find(|row| row["stage"] == stage).unwrap();
    found["runs"].as_u64().unwrap()
}

/// Ten boundaries, chosen by the seed, of every victim some; or all.
fn boundaries(seed: u64) -> Vec<Boundary> {
    let victims = [Victim::Daemon, Victim::Runner, Victim::Agent];
    let places = STAGES
        .into_iter()
        .flat_map(|stage| MOMENTS.map(|moment| (stage, moment)));
    let mut left: Vec<Vec<Boundary>> = victims
        .map(|victim| {
            places
                .clone()
                .map(|(stage, moment)| (victim, stage, moment))
                .collect()
        })
        .into();
    if all_are_wanted() {
        return left.concat();
    }
    let mut state = seed;
    (0..KILLS)
        .map(|turn| {
            let of_victim = &mut left[turn % victims.len()];
            let at = usize::try_from(next(&mut state)).unwrap_or_default() % of_victim.len();
            of_victim.swap_remove(at)
        })
        .collect()
}
