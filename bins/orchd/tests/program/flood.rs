//! An agent that prints more than anybody wants: 256 MiB of lines, a line of 1 GiB, and rubbish. It is not held up, and neither its runner nor the
//! daemon grows by 16 MiB.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::processes;
use crate::serving::Serving;

const AGENT: &str = r#"
cat > /dev/null
until [ -e "$PLACE/go" ] || [ ! -d "$PLACE" ]; do sleep 0.05; done
yes 'a line of the kind that builds print by the thousand, and nobody reads' | head -c 268435456
head -c 1073741824 /dev/zero | tr '\0' x
echo
head -c 4194304 /dev/urandom
printf '\033[2J\033]0;title\007\r\b\177\302\23331m\342\200\256\n'
touch "$PLACE/flooded"
until [ -e "$PLACE/end" ] || [ ! -d "$PLACE" ]; do sleep 0.05; done
docs="docs/work-items/$ORCHD_WORK_ITEM"
for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do echo text > "$docs/$name"; done
echo '{"type":"result","usage":{"output_tokens":7}}'
"#;

const LEAST: u64 = (256 << 20) + (1 << 30) + (4 << 20);
const ROOM: u64 = 16 << 20;

#[test]
fn a_flood_of_output_holds_nobody_up_and_costs_no_memory() {
    let mut serving = Serving::with(AGENT, &json!({"agent_output_cap_mb": 4}));
    let issue = serving.issue("Add a greeting");
    let run = serving.until("a run to be looked at", |this| {
        let run = processes::living_runs(&this.data()).pop()?;
        let progress = process::read_progress(&run).unwrap();
        progress.map(|_| run)
    });
    let (daemon, runner) = (serving.pid(), processes::runner(&run).unwrap());
    serving.get("/status");
    let before = (peak_memory(daemon), peak_memory(runner));
    serving.agents_go_on();
    serving.until("all to be printed", |this| {
        this.path("flooded").exists().then_some(())
    });
    let log = serving.get("/runs/1-1-1/log");
    let runner_grew = peak_memory(runner) - before.1;
    fs::write(serving.path("end"), "").unwrap();
    serving.until_it_stands(&issue, "analysis/waiting-human");
    serving.get("/runs/1-1-1/log");
    let daemon_grew = peak_memory(daemon) - before.0;

    println!("the runner grew by {runner_grew} bytes, the daemon by {daemon_grew}");
    assert!(runner_grew < ROOM, "the runner grew by {runner_grew} bytes");
    assert!(daemon_grew < ROOM, "the daemon grew by {daemon_grew} bytes");
    let row = &serving.runs(&issue)[0];
    assert_eq!(
        (row.outcome.as_str(), row.record.usage.output_tokens),
        ("finished", 7)
    );
    let exit = process::read_exit(&run).unwrap().unwrap();
    assert!(
        exit.stdout_bytes > LEAST && exit.dropped_bytes > LEAST - (8 << 20),
        "{exit:?}"
    );
    let kept = fs::metadata(process::stdout_log(&run)).unwrap().len();
    assert!(kept <= 4 << 20, "{kept} bytes are kept");
    assert!(!log.contains(obeyed), "the page has control characters");
}

/// What a terminal, or who reads a line from left to right, would obey.
fn obeyed(letter: char) -> bool {
    (letter.is_control() && letter != '\n' && letter != '\t') || ('\u{202a}'..='\u{202e}').contains(&letter)
}

/// The most memory that a process ever had, in bytes.
fn peak_memory(pid: i32) -> u64 {
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}
