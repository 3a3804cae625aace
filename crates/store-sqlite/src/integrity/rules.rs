//! The rules between the tables. Each names every place where it is broken.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_core::id::{JobId, TaskId};
use pipeline_core::job::JobKind;
use pipeline_core::task::{Task, TaskState, Wait};
use rusqlite::{Connection, Row};

use crate::columns::{Json, rows};
use crate::integrity::Problem;

/// Every broken rule.
pub(super) fn broken(connection: &Connection) -> Vec<Problem> {
    let mut problems = Problems::default();
    let tasks = problems.reading("tasks", tasks(connection));
    let world = World {
        jobs: problems.reading("jobs", jobs(connection)),
        unsent: problems.reading("effects", unsent(connection)),
        timers: problems.reading("timers", timers(connection)),
    };
    for stored in &tasks {
        columns(stored, &mut problems);
        progress(&stored.task, &world, &mut problems);
        effects(&stored.task, &world, &mut problems);
        armed(&stored.task, &world, &mut problems);
    }
    left_behind(&tasks, &world, &mut problems);
    two_runs(&world, &mut problems);
    for (rule, sql) in [
        ("log", LOG),
        ("lanes", LANES),
        ("targets", TARGETS),
        ("counts", COUNTS),
    ] {
        let found = rows(connection, sql, [], |row| row.get::<_, String>(0));
        for what in problems.reading(rule, found) {
            problems.add(rule, what);
        }
    }
    problems.0
}

/// Revisions 1, 2, 3 … up to that of the task.
const LOG: &str = "SELECT format('task %d has revision %d, its log has %d entries, from %d to %d',
        tasks.id, tasks.revision, count(event_log.revision),
        coalesce(min(event_log.revision), 0), coalesce(max(event_log.revision), 0))
    FROM tasks LEFT JOIN event_log ON event_log.task = tasks.id
    GROUP BY tasks.id
    HAVING count(event_log.revision) <> tasks.revision
        OR min(event_log.revision) <> 1 OR max(event_log.revision) <> tasks.revision";
/// One row of a lane is sent at a time.
const LANES: &str = "SELECT format('lane %s has %d effects in flight', lane, count(*))
    FROM outbox WHERE status = 'in_flight' GROUP BY lane HAVING count(*) > 1";
/// The newest state of a target is the last one.
const TARGETS: &str = "SELECT format('effect %s of %s has a generation that another one has', key, target)
    FROM outbox WHERE target IS NOT NULL GROUP BY target, generation HAVING count(*) > 1";
/// Triggers count jobs as they change.
const COUNTS: &str =
    "SELECT format('%d jobs are counted as %s, and there are %d', jobs, status, coalesce(there, 0))
    FROM job_counts LEFT JOIN (SELECT status, count(*) AS there FROM jobs GROUP BY status) USING (status)
    WHERE jobs <> coalesce(there, 0)";

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, rule: &'static str, what: String) {
        self.0.push(Problem { rule, what });
    }

    fn holds(&mut self, right: bool, rule: &'static str, what: impl FnOnce() -> String) {
        if !right {
            self.add(rule, what());
        }
    }

    /// What could be read; that it could not is a problem of its own.
    fn reading<T: Default>(&mut self, rule: &'static str, found: rusqlite::Result<T>) -> T {
        found.unwrap_or_else(|error| {
            self.add(rule, format!("cannot be read: {error}"));
            T::default()
        })
    }
}

struct Stored {
    task: Task,
    id: i64,
    stage: String,
    state: String,
    revision: u64,
}

struct World {
    jobs: BTreeMap<JobId, Job>,
    unsent: BTreeMap<TaskId, BTreeSet<String>>,
    timers: BTreeMap<TaskId, BTreeMap<String, u32>>,
}

struct Job {
    status: String,
    kind: &'static str,
    called_off: bool,
}

impl Job {
    fn is_live(&self) -> bool {
        matches!(self.status.as_str(), "queued" | "running")
    }
}

fn columns(stored: &Stored, problems: &mut Problems) {
    let task = &stored.task;
    let same = task.id.0 == stored.id
        && task.stage.as_str() == stored.stage
        && task.state.name() == stored.state
        && task.revision == stored.revision;
    problems.holds(same, "columns", || {
        format!("the columns of task {} are not those of its body", stored.id)
    });
}

/// Something or somebody moves every open task on.
fn progress(task: &Task, world: &World, problems: &mut Problems) {
    let is_live = |job: &JobId| world.jobs.get(job).is_some_and(Job::is_live);
    let moves = match &task.state {
        TaskState::Working { job } | TaskState::Gathering { job } => is_live(job),
        TaskState::Starting | TaskState::Publishing { .. } | TaskState::Merging { .. } => {
            !task.open_effects.is_empty()
        }
        TaskState::Waiting(Wait::Ci | Wait::Dependency | Wait::Budget) => {
            !task.timers.is_empty() || !task.open_effects.is_empty()
        }
        TaskState::Waiting(Wait::Human(_) | Wait::Answers)
        | TaskState::Blocked { .. }
        | TaskState::Done
        | TaskState::Cancelled => true,
    };
    problems.holds(moves, "progress", || {
        format!(
            "task {} is {} at {} and nothing moves it on: no job, effect, timer or human",
            task.id,
            task.state.name(),
            task.stage
        )
    });
    for job in task.ci_job.into_iter().chain(task.tests_job()) {
        problems.holds(task.is_over() || is_live(&job), "progress", || {
            format!("task {} waits for job {job}, which is over or not there", task.id)
        });
    }
}

/// What a task waits for is on its way.
fn effects(task: &Task, world: &World, problems: &mut Problems) {
    let unsent = world.unsent.get(&task.id);
    for key in &task.open_effects {
        let sent = unsent.is_some_and(|unsent| unsent.contains(key.as_str()));
        problems.holds(sent, "effects", || {
            format!("task {} waits for effect {key}, which nobody sends", task.id)
        });
    }
}

fn armed(task: &Task, world: &World, problems: &mut Problems) {
    let known = task.timers.iter();
    let known: BTreeMap<String, u32> = known
        .map(|(kind, generation)| (kind.as_str().to_owned(), *generation))
        .collect();
    let armed = world.timers.get(&task.id).cloned().unwrap_or_default();
    problems.holds(known == armed, "timers", || {
        format!("task {} knows the timers {known:?}, armed are {armed:?}", task.id)
    });
}

/// Work of a task that is over.
fn left_behind(tasks: &[Stored], world: &World, problems: &mut Problems) {
    let over: BTreeSet<TaskId> = tasks
        .iter()
        .filter(|stored| stored.task.is_over())
        .map(|stored| stored.task.id)
        .collect();
    for (id, job) in &world.jobs {
        let lives = job.is_live() && !job.called_off && over.contains(&id.task);
        problems.holds(!lives, "jobs", || {
            format!("job {id} is {} although its task is over", job.status)
        });
    }
}

/// At most one run of a kind lives per task; one that was called off may still be ending.
fn two_runs(world: &World, problems: &mut Problems) {
    let mut leased: BTreeMap<(TaskId, &str), Vec<String>> = BTreeMap::new();
    for (id, job) in &world.jobs {
        if job.status == "running" && !job.called_off {
            let of_kind = leased.entry((id.task, job.kind)).or_default();
            of_kind.push(id.to_string());
        }
    }
    for ((task, kind), jobs) in leased {
        // The project's tests and its CI are two commands.
        let limit = if kind == "command" { 2 } else { 1 };
        problems.holds(jobs.len() <= limit, "leases", || {
            format!(
                "task {task} has {} leased {kind} jobs: {}",
                jobs.len(),
                jobs.join(", ")
            )
        });
    }
}

fn tasks(connection: &Connection) -> rusqlite::Result<Vec<Stored>> {
    rows(
        connection,
        "SELECT id, stage, state, revision, body FROM tasks ORDER BY id",
        [],
        |row| {
            let Json(task) = row.get("body")?;
            Ok(Stored {
                task,
                id: row.get("id")?,
                stage: row.get("stage")?,
                state: row.get("state")?,
                revision: crate::columns::unsigned(row, "revision")?,
            })
        },
    )
}

fn jobs(connection: &Connection) -> rusqlite::Result<BTreeMap<JobId, Job>> {
    let found = rows(connection, "SELECT * FROM jobs ORDER BY seq", [], |row| {
        let Json(kind) = row.get("body")?;
        let job = Job {
            status: row.get("status")?,
            kind: match kind {
                JobKind::Agent(_) => "agent",
                JobKind::Command(_) => "command",
                JobKind::Gather(_) => "gather",
            },
            called_off: row.get("cancel_requested")?,
        };
        Ok((job_id(row)?, job))
    })?;
    Ok(found.into_iter().collect())
}

fn job_id(row: &Row<'_>) -> rusqlite::Result<JobId> {
    Ok(JobId {
        task: TaskId(row.get("task")?),
        number: row.get("number")?,
    })
}

fn unsent(connection: &Connection) -> rusqlite::Result<BTreeMap<TaskId, BTreeSet<String>>> {
    let found = rows(
        connection,
        "SELECT task, key FROM outbox WHERE task IS NOT NULL AND status IN ('pending', 'in_flight', 'ambiguous')",
        [],
        |row| Ok((TaskId(row.get(0)?), row.get::<_, String>(1)?)),
    )?;
    let mut unsent: BTreeMap<TaskId, BTreeSet<String>> = BTreeMap::new();
    for (task, key) in found {
        unsent.entry(task).or_default().insert(key);
    }
    Ok(unsent)
}

fn timers(connection: &Connection) -> rusqlite::Result<BTreeMap<TaskId, BTreeMap<String, u32>>> {
    let found = rows(
        connection,
        "SELECT task, kind, generation FROM timers",
        [],
        |row| {
            Ok((
                TaskId(row.get(0)?),
                row.get::<_, String>(1)?,
                row.get::<_, u32>(2)?,
            ))
        },
    )?;
    let mut timers: BTreeMap<TaskId, BTreeMap<String, u32>> = BTreeMap::new();
    for (task, kind, generation) in found {
        timers.entry(task).or_default().insert(kind, generation);
    }
    Ok(timers)
}
