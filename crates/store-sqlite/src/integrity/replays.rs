//! Whether every task follows from its event log, by the rules of this program.

use std::collections::BTreeMap;

use pipeline_core::replay::{ReplayError, began_with, replay};
use pipeline_core::task::Task;
use rusqlite::Connection;

use crate::columns::{Json, rows};
use crate::failure::Failure;
use crate::integrity::Problem;
use crate::{event_log, pipelines, project_versions};

/// The tasks whose logs lead elsewhere. Entries that were logged before settings were kept with them cannot be replayed and are passed over.
pub(super) fn broken(connection: &Connection) -> Vec<Problem> {
    let problem = |what: String| Problem { rule: "replay", what };
    let tasks = rows(connection, "SELECT body FROM tasks ORDER BY id", [], |row| {
        row.get(0).map(|Json(task)| task)
    });
    let tasks: Vec<Task> = match tasks {
        Ok(tasks) => tasks,
        Err(error) => return vec![problem(error.to_string())],
    };
    let told = tasks.iter().filter_map(|task| {
        let why = match replayed(connection, task) {
            Ok(why) => why,
            Err(failure) => Some(failure.to_string()),
        };
        why.map(|why| problem(format!("task {}: {why}", task.id)))
    });
    told.collect()
}

fn replayed(connection: &Connection, task: &Task) -> Result<Option<String>, Failure> {
    let log = event_log::of_task(connection, task.id)?;
    let began = began_with(task, &log);
    let Some(pipeline) = pipelines::find(connection, began)? else {
        return Ok(Some(format!("its pipeline {began} is not stored")));
    };
    let mut projects = BTreeMap::new();
    for digest in log.iter().filter_map(|entry| entry.project.as_ref()) {
        if !projects.contains_key(digest)
            && let Some(project) = project_versions::find(connection, digest)?
        {
            projects.insert(digest.clone(), project);
        }
    }
    Ok(match replay(task, &log, &pipeline, &projects) {
        Ok(_) | Err(ReplayError::NoSettings { .. }) => None,
        Err(error) => Some(error.to_string()),
    })
}
