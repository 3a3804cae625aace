//! Holds, and what the daemon says of its claims.

use std::collections::BTreeMap;
use std::sync::Arc;

use pipeline_core::admission::{Admission, HeldBack, ProjectAdmission};
use pipeline_core::hold::{Hold, HoldKind, Lifting, NewHold};
use pipeline_core::id::{AccountId, ProjectId};
use pipeline_core::port::store::Store;
use pipeline_core::port::store::admission::{HoldRow, ToldAdmission};
use pipeline_core::role::Role;
use pipeline_core::task::{Ask, Resume, TaskState, Wait};

use crate::conformance::store::commit;
use crate::sample::{self, at};

fn said(project: Option<&str>, kind: HoldKind, seconds: i64) -> NewHold {
    NewHold {
        project: project.map(ProjectId::new),
        kind,
        by: "ann".to_owned(),
        reason: "upgrade".to_owned(),
        at: at(seconds),
    }
}

fn lifting(by: &str, seconds: i64) -> Lifting {
    Lifting {
        by: by.to_owned(),
        reason: "done".to_owned(),
        at: at(seconds),
    }
}

async fn standing(store: &Arc<dyn Store>) -> Vec<NewHold> {
    let holds: Vec<Hold> = store.holds().await.unwrap();
    holds.into_iter().map(|hold| hold.said).collect()
}

/// Every kind in every scope by itself, oldest first.
pub async fn a_hold_stands_until_it_is_lifted(store: Arc<dyn Store>) {
    assert_eq!(standing(&store).await, []);
    let pause = store.hold(said(None, HoldKind::Pause, 1)).await.unwrap();
    let drain = store.hold(said(None, HoldKind::Drain, 2)).await.unwrap();
    let project = store.hold(said(Some("et"), HoldKind::Pause, 3)).await.unwrap();
    assert_eq!(
        store.holds().await.unwrap(),
        [pause.clone(), drain.clone(), project.clone()]
    );
    assert!(store.lift(pause.id, lifting("bob", 4)).await.unwrap());
    assert!(!store.lift(pause.id, lifting("eve", 5)).await.unwrap());
    assert_eq!(store.holds().await.unwrap(), [drain, project]);
}

/// So that nobody has to lift twice.
pub async fn a_hold_takes_the_place_of_its_like(store: Arc<dyn Store>) {
    store.hold(said(Some("et"), HoldKind::Pause, 1)).await.unwrap();
    store.hold(said(Some("et"), HoldKind::Pause, 2)).await.unwrap();
    store.hold(said(Some("other"), HoldKind::Pause, 3)).await.unwrap();
    assert_eq!(
        standing(&store).await,
        [
            said(Some("et"), HoldKind::Pause, 2),
            said(Some("other"), HoldKind::Pause, 3)
        ]
    );
}

/// Newest first, with their ends.
pub async fn past_holds_are_kept_for_the_audit(store: Arc<dyn Store>) {
    let first = store.hold(said(None, HoldKind::Drain, 1)).await.unwrap();
    store.lift(first.id, lifting("bob", 2)).await.unwrap();
    let second = store.hold(said(None, HoldKind::Kill, 3)).await.unwrap();
    let rows = store.past_holds(5).await.unwrap();
    assert_eq!(
        rows,
        [
            HoldRow {
                hold: second.clone(),
                lifted: None
            },
            HoldRow {
                hold: first,
                lifted: Some(lifting("bob", 2))
            },
        ]
    );
    assert_eq!(store.past_holds(1).await.unwrap()[0].hold, second);
}

/// The last word counts.
pub async fn the_daemons_word_is_kept(store: Arc<dyn Store>) {
    assert_eq!(store.admission().await.unwrap(), None);
    store.tell_admission(&Admission::default(), at(1)).await.unwrap();
    let admission = Admission {
        everything: vec![
            HeldBack::Hold(said(None, HoldKind::Pause, 1)),
            HeldBack::Disk {
                place: "data".to_owned(),
                free: 1,
                floor: 2,
            },
        ],
        projects: BTreeMap::from([(
            ProjectId::new("et"),
            ProjectAdmission {
                all: vec![HeldBack::Full { running: 1, limit: 1 }],
                new_tasks: vec![HeldBack::PeopleAreBusy { waiting: 3, limit: 3 }],
                roles: BTreeMap::from([(
                    Role::new(Role::DEVELOPER),
                    vec![HeldBack::Provider {
                        account: AccountId::shared("claude"),
                        why: "usage limit".to_owned(),
                    }],
                )]),
            },
        )]),
    };
    store.tell_admission(&admission, at(2)).await.unwrap();
    let told = store.admission().await.unwrap();
    assert_eq!(told, Some(ToldAdmission { at: at(2), admission }));
}

/// By project; whatever else a task waits for does not count.
pub async fn tasks_that_wait_for_people_are_counted(store: Arc<dyn Store>) {
    assert_eq!(store.waiting_for_people().await.unwrap(), BTreeMap::new());
    let blocked = TaskState::Blocked {
        reason: "CI is red".to_owned(),
        resume: Resume::Role,
    };
    let states = [
        (
            "et",
            TaskState::Waiting(Wait::Human(Ask::Documents { docs_tree: None })),
        ),
        ("et", TaskState::Waiting(Wait::Answers)),
        ("other", blocked),
        ("et", TaskState::Waiting(Wait::Ci)),
        ("et", TaskState::Starting),
        ("et", TaskState::Done),
    ];
    for (id, (project, state)) in (1..).zip(states) {
        let mut task = sample::task(id);
        task.project = ProjectId::new(project);
        task.state = state;
        commit(&store, sample::insert(task)).await;
    }
    let expected = BTreeMap::from([(ProjectId::new("et"), 2), (ProjectId::new("other"), 1)]);
    assert_eq!(store.waiting_for_people().await.unwrap(), expected);
}
