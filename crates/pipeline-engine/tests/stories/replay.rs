//! A log that was tampered with does not pass for the story of its task.

use std::collections::BTreeMap;

use pipeline_core::event::LogEntry;
use pipeline_core::id::{ProjectDigest, TaskId};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::tasks::{TaskKey, TaskStore};
use pipeline_core::project::{Locale, Project};
use pipeline_core::replay::{ReplayError, replay};
use pipeline_core::task::Task;

use crate::world::World;

/// A finished story: the task, its log, and what it went by.
struct Told {
    task: Task,
    log: Vec<LogEntry>,
    projects: BTreeMap<ProjectDigest, Project>,
}

impl Told {
    async fn whole() -> Self {
        let mut world = World::new().await;
        let issue = world.approved().await;
        let key = TaskKey::Issue(world.project.id.clone(), issue);
        let task = world.store.task(&key).await.unwrap().unwrap();
        let log = world.store.log(task.id).await.unwrap();
        let projects = BTreeMap::from([(world.project.digest(), world.project.clone())]);
        world.ends().await;
        Self { task, log, projects }
    }

    fn replayed(&self) -> Result<Task, ReplayError> {
        replay(&self.task, &self.log, &Pipeline::built_in(), &self.projects)
    }
}

type Tampering = fn(&mut Told);

#[tokio::test]
async fn a_tampered_log_is_told_from_a_whole_one() {
    let told = Told::whole().await;
    assert_eq!(told.replayed().unwrap(), told.task);
    let cases: [(&str, Tampering, &str); 11] = [
        ("emptied", |told| told.log.clear(), "the event log is empty; "),
        (
            "without its first entry",
            |told| drop(told.log.remove(0)),
            "the event log holds revision 2 of task 1 where the task's revision 1 was expected",
        ),
        (
            "without its second entry",
            |told| drop(told.log.remove(1)),
            "the event log holds revision 3 of task 1 where the task's revision 2 was expected",
        ),
        (
            "with an entry twice",
            |told| told.log.insert(1, told.log[1].clone()),
            "the event log holds revision 2 of task 1 where the task's revision 3 was expected",
        ),
        (
            "with an entry of another task",
            |told| told.log[0].task = TaskId(99),
            "the event log holds revision 1 of task 99 where the task's revision 1 was expected",
        ),
        (
            "with another beginning",
            |told| told.log[0].event = told.log[1].event.clone(),
            "the event log begins with effect_done; expected the order that started the task",
        ),
        (
            "with an event twice",
            |told| told.log[2].event = told.log[1].event.clone(),
            "the rules refuse entry 3 (effect_done) of the log: ",
        ),
        (
            "without its last entry",
            |told| drop(told.log.pop()),
            "the log does not lead to the stored state, it differs in: ",
        ),
        (
            "with another note",
            |told| {
                told.log[3].note = "something else".to_owned();
                told.task.title = "Another one".to_owned();
            },
            "the log does not lead to the stored state, it differs in: title; entry 4 is the first that is decided otherwise now",
        ),
        (
            "without what it went by",
            |told| told.projects.clear(),
            "the project's settings of entry 1 are not stored; ",
        ),
        (
            "with an entry of an earlier version",
            |told| told.log[4].project = None,
            "the project's settings of entry 5 are not stored; ",
        ),
    ];
    for (how, tamper, said) in cases {
        let mut told = Told {
            task: told.task.clone(),
            log: told.log.clone(),
            projects: told.projects.clone(),
        };
        tamper(&mut told);
        let error = told.replayed().unwrap_err().to_string();
        assert!(error.starts_with(said), "{how}: {error}");
    }
}

#[tokio::test]
async fn a_log_goes_by_the_settings_of_its_time() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world = world.with_project(|project| project.locale = Locale::Ru).await;
    world.person_moves(&issue, pipeline_core::stage::Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
