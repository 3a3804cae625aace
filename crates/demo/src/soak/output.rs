//! An agent that writes far more than anybody keeps: it is not held up, neither runner nor daemon grows, and the log says what is missing.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::clock::SystemClock;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::tasks::TaskFilter;
use pipeline_core::task::{TaskState, Wait};
use rustix::process::Signal;

use super::census::resident;
use super::daemon::Beginning;
use super::doors::Doors;
use super::installation::Installation;
use super::processes;
use super::programs::Programs;
use super::waiting::{block_on, pause};

/// Lines, one line of a gigabyte or less, bytes of chance, colours; then an analyst's work.
const AGENT: &str = r#"
cat > /dev/null
yes 'a line as agents write them, of about as many letters as a terminal is wide, and it says nothing' | head -c BYTES
echo
head -c LINE /dev/zero | tr '\0' 'y'
echo
head -c 50000000 /dev/urandom
yes "$(printf '\033[1;31mred\033[0m\033[2J\033]0;title\007')" | head -c 50000000
echo
for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do
    echo text > "docs/work-items/$ORCHD_WORK_ITEM/$name"
done
echo '{"type":"result","usage":{"input_tokens":10,"output_tokens":5}}'
"#;
const GIB: u64 = 1 << 30;
/// What a process may grow by, in KiB.
const GROWTH: u64 = 16 << 10;
/// What is kept of a log: the usual cap and the line about the rest.
const KEPT: u64 = (64 << 20) + 4_096;
const LOOK: Duration = Duration::from_millis(50);
/// For each GiB on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// What the agent wrote, in GiB.
    pub gibibytes: u64,
    /// How long it took.
    pub seconds: u64,
    /// Peak memory of the runner above its first, in KiB.
    pub runner_growth: u64,
    /// Peak memory of the daemon above its first, in KiB.
    pub daemon_growth: u64,
    /// Bytes of the log.
    pub kept: u64,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// Has one agent write so much in an empty directory.
#[must_use]
pub fn play(programs: &Arc<Programs>, doors: Doors, place: &Path, gibibytes: u64) -> Figures {
    let agent = AGENT
        .replace("BYTES", &(gibibytes * GIB).to_string())
        .replace("LINE", &gibibytes.min(1).saturating_mul(GIB).to_string());
    let installation = Installation::with_agent(place, 1, &agent);
    let begun = SystemClock.now();
    let Beginning {
        mut daemon,
        store,
        people,
    } = Beginning::of(programs, doors, &installation);
    people.write(1);
    let mut watch = Watch::new(daemon.pid(), &installation.home());
    let limit = PATIENCE * u32::try_from(gibibytes + 1).unwrap_or(u32::MAX);
    let is_over = || {
        let tasks = block_on(store.tasks(TaskFilter::Open)).expect("the store can be read");
        tasks.first().is_some_and(|task| {
            matches!(
                task.state,
                TaskState::Waiting(Wait::Human(_)) | TaskState::Blocked { .. }
            )
        })
    };
    while !is_over() && SystemClock.now().since(begun) < limit {
        watch.look();
        pause(LOOK);
    }
    watch.look();
    let tasks = block_on(store.tasks(TaskFilter::Open)).expect("the store can be read");
    let went_on = tasks
        .iter()
        .any(|task| matches!(task.state, TaskState::Waiting(Wait::Human(_))));
    daemon.end(Signal::TERM);
    let mut figures = watch.figures();
    figures.gibibytes = gibibytes;
    figures.seconds = SystemClock.now().since(begun).as_secs();
    if !went_on {
        figures
            .faults
            .push(format!("the agent's work was not taken: {tasks:#?}"));
    }
    figures
}

struct Watch {
    daemon: i32,
    home: PathBuf,
    run: Option<PathBuf>,
    first: Option<u64>,
    peak: u64,
    daemon_first: u64,
    daemon_peak: u64,
}

impl Watch {
    fn new(daemon: i32, home: &Path) -> Self {
        Self {
            daemon,
            home: home.to_owned(),
            run: None,
            first: None,
            peak: 0,
            daemon_first: resident(daemon, "VmHWM:"),
            daemon_peak: 0,
        }
    }

    fn look(&mut self) {
        self.daemon_peak = self.daemon_peak.max(resident(self.daemon, "VmHWM:"));
        if self.run.is_none() {
            self.run = processes::living_runs(&self.home).pop();
        }
        // The first look is at the run's own runner, not at what starts it: its agent lives already.
        let Some(run) = &self.run else { return };
        let Some(runner) = processes::runner(run).filter(|_| processes::agent(run).is_some()) else {
            return;
        };
        let peak = resident(runner, "VmHWM:");
        self.first.get_or_insert(peak);
        self.peak = self.peak.max(peak);
    }

    fn figures(self) -> Figures {
        let log = self.run.map(|run| process::stdout_log(&run)).unwrap_or_default();
        let mut figures = Figures {
            runner_growth: self.peak - self.first.unwrap_or_default(),
            daemon_growth: self.daemon_peak.saturating_sub(self.daemon_first),
            kept: fs::metadata(&log).map_or(0, |log| log.len()),
            ..Figures::default()
        };
        let mut wrong = |is_wrong: bool, what: &str| {
            if is_wrong {
                figures.faults.push(what.to_owned());
            }
        };
        wrong(self.first.is_none(), "the runner was never seen");
        wrong(figures.runner_growth > GROWTH, "the runner grew");
        wrong(figures.daemon_growth > GROWTH, "the daemon grew");
        wrong(figures.kept > KEPT, "more of the output was kept than the cap");
        wrong(
            !says_what_is_missing(&log),
            "the log does not say what is missing",
        );
        figures
    }
}

fn says_what_is_missing(log: &Path) -> bool {
    let mut text = Vec::new();
    let read = fs::File::open(log).and_then(|mut log| log.read_to_end(&mut text));
    let mark = b"bytes of output are not kept";
    read.is_ok() && text.windows(mark.len()).any(|part| part == mark)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} GiB and a line of 1 GiB in {} s; peak growth: runner {} KiB, daemon {} KiB; {} bytes kept",
            self.gibibytes, self.seconds, self.runner_growth, self.daemon_growth, self.kept
        )
    }
}
