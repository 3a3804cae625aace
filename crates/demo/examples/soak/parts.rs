//! The parts of a soak beside its rounds: many tasks on one daemon, and an agent that writes far more than anybody keeps.

use std::path::Path;
use std::sync::Arc;

use demo::soak::fleet::{self, Plan};
use demo::soak::ledger::{self, Ledger};
use demo::soak::output;
use demo::soak::programs::Programs;

use crate::doors::DOORS;
use crate::tally::{Fault, Fleet, Output, Wrong};

const AT_ONCE: usize = 6;

/// So many tasks on one home.
pub(crate) fn fleet(programs: &Arc<Programs>, tasks: usize, seed: u64) -> Fleet {
    let mut place = tempfile::tempdir().unwrap();
    let played = fleet::play(
        &Plan {
            programs: Arc::clone(programs),
            doors: DOORS,
            tasks,
            at_once: AT_ONCE,
            seed,
        },
        place.path(),
    );
    let stopped: Vec<String> = played.restarts.iter().map(|(task, _)| task.clone()).collect();
    let ledger = ledger::of_home(DOORS, &played.home, tasks, &stopped);
    let mut faults = of_ledger(&ledger);
    faults.extend(
        disagreements(programs, &played.home)
            .into_iter()
            .map(of(Wrong::Disagrees)),
    );
    faults.extend(played.leaks.iter().cloned().map(of(Wrong::Leaked)));
    if played.left > 0 {
        faults.push(of(Wrong::ProcessLeft)(format!("{} processes", played.left)));
    }
    if !faults.is_empty() {
        place.disable_cleanup(true);
        println!(
            "the home of the {tasks} tasks is kept in {}",
            place.path().display()
        );
    }
    Fleet {
        played,
        ledger,
        faults,
    }
}

fn of(wrong: Wrong) -> impl Fn(String) -> Fault {
    move |what| Fault { wrong, what }
}

fn of_ledger(ledger: &Ledger) -> Vec<Fault> {
    let lost = ledger.lost.iter().cloned().map(of(Wrong::Lost));
    let doubled = ledger.doubled.iter().cloned().map(of(Wrong::Doubled));
    let disagreements = ledger.disagreements.iter().cloned().map(of(Wrong::Disagrees));
    lost.chain(doubled).chain(disagreements).collect()
}

/// An agent that writes so many GiB.
pub(crate) fn output(programs: &Arc<Programs>, gibibytes: u64) -> Output {
    let place = tempfile::tempdir().unwrap();
    let figures = output::play(programs, DOORS, place.path(), gibibytes);
    let faults = figures.faults.iter().cloned().map(of(Wrong::Output)).collect();
    Output { figures, faults }
}

/// What orchctl finds wrong.
pub(crate) fn disagreements(programs: &Programs, home: &Path) -> Vec<String> {
    let questions: [&[&str]; 3] = [&["replay", "--all"], &["check"], &["runs", "verify", "--all"]];
    let ask = |question: &&[&str]| {
        let answer = programs.orchctl(home, question);
        (answer.code != Some(0)).then(|| {
            format!(
                "orchctl {}: {:?} {}{}",
                question.join(" "),
                answer.code,
                answer.stdout,
                answer.stderr
            )
        })
    };
    questions.iter().filter_map(ask).collect()
}
