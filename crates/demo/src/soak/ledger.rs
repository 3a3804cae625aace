//! What many tasks left, compared with what the first of them left, which nobody disturbed: nothing may be missing, nothing may be there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use app::places::Places;
use git::{Git, Repository};
use pipeline_core::id::ProjectId;
use pipeline_core::port::board::Board;
use pipeline_core::port::store::Store;
use pipeline_core::port::store::tasks::TaskFilter;
use pipeline_core::replay::stored::replay_stored;
use pipeline_core::task::{Task, TaskState};

use super::doors::Doors;
use super::waiting::block_on;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Tasks that are done and merged.
    pub done: usize,
    /// Merges in the default branch.
    pub merges: usize,
    /// Runs of agents.
    pub runs: usize,
    /// What is missing.
    pub lost: Vec<String>,
    /// What is there more often than it must be.
    pub doubled: Vec<String>,
    /// Tasks that do not follow from their log.
    pub disagreements: Vec<String>,
}

/// Judges a home whose daemon has ended. `stopped` names the tasks that people had to restart: what was said about that is said once more.
#[must_use]
pub fn of_home(doors: Doors, home: &Path, tasks: usize, stopped: &[String]) -> Ledger {
    let places = Places::in_directory(home);
    let store = (doors.store)(&places).expect("there is a database");
    let board = (doors.board)(&places);
    block_on(judge(
        store.as_ref(),
        board.as_ref(),
        &places,
        Expected {
            tasks,
            stopped,
            garbled: &garbled(home),
        },
    ))
}

#[derive(Clone, Copy)]
struct Expected<'a> {
    tasks: usize,
    stopped: &'a [String],
    /// Work items and stages in which a report was garbled: such a one may be repaired, once.
    garbled: &'a BTreeSet<(String, String)>,
}

impl Expected<'_> {
    /// How often something may be there more than in a task that nobody disturbed.
    fn more(&self, name: &str, what: &str) -> usize {
        if self.stopped.iter().any(|stopped| stopped == name) {
            return usize::MAX;
        }
        let stages = self
            .garbled
            .iter()
            .filter(|(task, _)| task == name)
            .map(|(_, stage)| stage);
        let is_repair = what.contains("the report cannot be read");
        stages
            .filter(|stage| is_repair || what == finished(stage))
            .count()
    }
}

fn finished(stage: &str) -> String {
    format!("finished run of {stage}")
}

/// The faults that agents have met, as they note them beside the home.
fn garbled(home: &Path) -> BTreeSet<(String, String)> {
    let spent = home.parent().unwrap_or(home).join("spent");
    let notes = fs::read_dir(spent).into_iter().flatten().flatten();
    let of_note = |note: fs::DirEntry| {
        let is_garbled = fs::read_to_string(note.path()).ok()?.trim() == "garbled";
        let name = note.file_name().into_string().ok()?;
        let (task, stage) = name.split_once('.')?;
        is_garbled.then(|| (task.to_owned(), stage.to_owned()))
    };
    notes.filter_map(of_note).collect()
}

type Counts = BTreeMap<String, usize>;

async fn judge(store: &dyn Store, board: &dyn Board, places: &Places, expected: Expected<'_>) -> Ledger {
    let mut ledger = Ledger::default();
    let tasks = store.tasks(TaskFilter::All).await.expect("the store can be read");
    if tasks.len() < expected.tasks {
        ledger
            .lost
            .push(format!("{} tasks of {}", tasks.len(), expected.tasks));
    }
    if tasks.len() > expected.tasks {
        ledger
            .doubled
            .push(format!("{} tasks of {}", tasks.len(), expected.tasks));
    }
    let calm = match tasks.first() {
        Some(first) => counts(store, board, first).await,
        None => Counts::new(),
    };
    for task in &tasks {
        let found = counts(store, board, task).await;
        ledger.runs += store.runs(task.id).await.expect("the store can be read").len();
        ledger.take_up(task, &calm, &found, expected);
        if let Err(error) = replay_stored(store, task).await {
            ledger.disagreements.push(format!("{}: {error}", task.work_item));
        }
    }
    ledger.merged(&tasks, &places.forge());
    ledger
}

/// Comments by their first lines, and runs whose work was taken, by stage.
async fn counts(store: &dyn Store, board: &dyn Board, task: &Task) -> Counts {
    let mut counts = Counts::new();
    let seen = board.issue(&task.project, &task.issue).await;
    for comment in seen.expect("the board can be read").comments {
        if comment.own {
            *counts.entry(said(task, &comment.text)).or_default() += 1;
        }
    }
    for run in store.runs(task.id).await.expect("the store can be read") {
        if run.outcome == "finished" {
            *counts.entry(finished(run.stage.as_str())).or_default() += 1;
        }
    }
    counts
}

/// The first line without what differs between tasks: their names and what their runs cost.
fn said(task: &Task, text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.split_once("Task total").map_or(line, |(mark, _)| mark);
    let line = line.replace(task.work_item.as_str(), "WORK-ITEM");
    format!("comment: {line}")
}

impl Ledger {
    fn take_up(&mut self, task: &Task, calm: &Counts, found: &Counts, expected: Expected<'_>) {
        let name = task.work_item.as_str();
        if task.state == TaskState::Done && task.merged.is_some() {
            self.done += 1;
        } else {
            self.lost.push(format!("{name} ended as {:?}", task.state));
        }
        for (what, times) in calm {
            let here = found.get(what).copied().unwrap_or_default();
            if here < *times {
                self.lost
                    .push(format!("{name}: {what}: {here} instead of {times}"));
            }
        }
        for (what, times) in found {
            let there = calm.get(what).copied().unwrap_or_default();
            if *times > there.saturating_add(expected.more(name, what)) {
                self.doubled
                    .push(format!("{name}: {what}: {times} instead of {there}"));
            }
        }
    }

    /// The default branch has as many merges of each task as of the first one.
    fn merged(&mut self, tasks: &[Task], forge: &Path) {
        let Some(first) = tasks.first() else { return };
        let merges = merges(&repository(forge, &first.project));
        self.merges = merges.len();
        let of = |task: &Task| {
            let name = task.work_item.as_str();
            merges
                .iter()
                .filter(|message| {
                    message
                        .split(|letter: char| !letter.is_alphanumeric() && letter != '-')
                        .any(|word| word == name)
                })
                .count()
        };
        let expected = of(first);
        for task in tasks {
            let found = of(task);
            let text = format!("{}: {found} merges instead of {expected}", task.work_item);
            match found.cmp(&expected) {
                std::cmp::Ordering::Less => self.lost.push(text),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => self.doubled.push(text),
            }
        }
    }
}

fn repository(forge: &Path, project: &ProjectId) -> PathBuf {
    forge.join(project.as_str()).join("repo.git")
}

/// The messages of the merge commits of the default branch.
fn merges(path: &Path) -> Vec<String> {
    let repository = Repository::open(&Git::new("git"), path);
    let mut found = Vec::new();
    let mut at = repository
        .rev_parse("refs/heads/main")
        .expect("the forge can be read");
    while let Some(sha) = at {
        let commit = repository.commit(&sha).expect("the forge can be read");
        if commit.parents.len() > 1 {
            found.push(commit.message);
        }
        at = commit.parents.into_iter().next();
    }
    found
}
