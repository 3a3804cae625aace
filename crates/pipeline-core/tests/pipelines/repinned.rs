//! A task that is moved to another definition on purpose: when it may be, what that changes, and that its log still tells its story.

use std::collections::BTreeMap;

use pipeline_core::decision::Decision;
use pipeline_core::event::Event;
use pipeline_core::id::OrderId;
use pipeline_core::order::{OperatorOrder, OperatorOrderKind};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::replay::{began_with, replay};
use pipeline_core::stage::{Column, GateName, StageName};
use pipeline_core::task::{Phase, TaskState};
use pipeline_core::time::Timestamp;

use crate::drive::{Drive, World};
use crate::shipped;

fn repin(drive: &Drive<'_>, to: &Pipeline) -> Event {
    Event::Repinned {
        order: OperatorOrder {
            id: OrderId(1),
            task: drive.task.id,
            by: "olga".to_owned(),
            reason: "the new rules".to_owned(),
            at: Timestamp(9),
            what: OperatorOrderKind::Repin,
        },
        from: drive.task.pipeline.clone(),
        to: Box::new(to.clone()),
    }
}

/// Why the rules refuse it; none when they do not.
fn refusal(drive: &Drive<'_>, to: &Pipeline) -> Option<String> {
    match drive.asked(&repin(drive, to)) {
        Decision::Change(change) => {
            assert_eq!(change.task.pipeline, to.digest());
            assert_eq!(
                (&change.task.state, &change.task.stage),
                (&drive.task.state, &drive.task.stage)
            );
            assert!(change.jobs.is_empty() && change.effects.is_empty() && change.cancel.is_empty());
            None
        }
        Decision::Ignore(why) => Some(why),
        Decision::Illegal(why) => panic!("{why}"),
    }
}

/// Goes to the end, with a look at each state on the way.
fn on_the_way(pipeline: &Pipeline, mut look: impl FnMut(&Drive<'_>)) {
    let mut drive = Drive::new(pipeline, World::Dear);
    look(&drive);
    while let Some(event) = drive.next() {
        drive.happens(&event);
        look(&drive);
    }
    assert_eq!(drive.task.state, TaskState::Done);
}

fn changed(change: impl FnOnce(&mut Pipeline)) -> Pipeline {
    let mut pipeline = Pipeline::built_in();
    change(&mut pipeline);
    pipeline
}

#[test]
fn a_definition_that_says_the_same_of_the_present_stage_is_taken_wherever_no_merge_is_under_way() {
    let wider = changed(|pipeline| pipeline.limits.bounces += 1);
    let (mut taken, mut refused) = (0, 0);
    on_the_way(&Pipeline::built_in(), |drive| {
        let why = refusal(drive, &wider);
        let state = &drive.task.state;
        if *state == TaskState::Done {
            assert_eq!(why.as_deref(), Some("the task is over"));
        } else if drive.task.phase != Phase::Stage || matches!(state, TaskState::Merging { .. }) {
            assert_eq!(
                why.as_deref(),
                Some("the task is being merged; order it when it is in its next stage")
            );
            refused += 1;
        } else {
            assert_eq!(why, None, "{state:?}");
            taken += 1;
        }
    });
    assert!(taken > 100 && refused > 2, "{taken} {refused}");
}

#[test]
fn a_definition_that_changes_the_present_stage_is_taken_where_the_task_stands_still() {
    let mut told = BTreeMap::new();
    on_the_way(&Pipeline::built_in(), |drive| {
        let other = changed(|pipeline| {
            let at = pipeline.position(&drive.task.stage).unwrap();
            pipeline.stages[at].column = Column::Backlog;
        });
        let why = refusal(drive, &other).map_or("taken", |why| {
            if why.contains("describe differently") {
                "refused"
            } else {
                "merging or over"
            }
        });
        told.insert(format!("{} {why}", drive.task.state.name()), ());
    });
    let told: Vec<String> = told.into_keys().collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    done merging or over
    gathering refused
    merging merging or over
    publishing merging or over
    publishing refused
    starting refused
    waiting-answers taken
    waiting-human taken
    working refused
    ");
}

#[test]
fn a_definition_without_the_present_stage_is_refused_with_what_to_do() {
    let pipeline = Pipeline::built_in();
    let mut drive = Drive::new(&pipeline, World::Kind);
    drive.start();
    let why = refusal(&drive, &shipped("bug-fix.yaml")).unwrap();
    insta::assert_snapshot!(why, @"the task is in 'analysis', and pipeline bug-fix (4d698b0e5439) has no such stage (created, development, review, testing, deploy, done); 'orchctl advance --force --to STAGE' moves it to one that both have");
    let nobody = changed(|pipeline| pipeline.stages[1].role = None);
    assert_eq!(
        refusal(&drive, &nobody).unwrap().split(" (").next(),
        Some("in pipeline built-in")
    );
}

#[test]
fn a_merge_that_would_be_made_twice_or_never_is_refused() {
    let pipeline = Pipeline::built_in();
    let later = changed(|pipeline| pipeline.after_merge = vec![StageName::new("deploy")]);
    let mut drive = Drive::new(&pipeline, World::Kind);
    while drive.task.stage.as_str() != "deploy-staging" {
        let event = drive.next().unwrap();
        drive.happens(&event);
    }
    assert!(drive.task.merged.is_some());
    let why = refusal(&drive, &later).unwrap();
    assert!(
        why.starts_with("the merge comes before 'deploy-staging' in one"),
        "{why}"
    );
}

#[test]
fn the_same_definition_and_one_that_was_left_meanwhile_are_refused() {
    let pipeline = Pipeline::built_in();
    let drive = Drive::new(&pipeline, World::Kind);
    assert_eq!(
        refusal(&drive, &pipeline).unwrap(),
        "the task follows this definition already: pipeline built-in (e4de829ee5bf)"
    );
    let wider = changed(|pipeline| pipeline.limits.bounces += 1);
    let Event::Repinned { order, to, .. } = repin(&drive, &wider) else {
        panic!("another event");
    };
    let late = Event::Repinned {
        order,
        from: wider.digest(),
        to,
    };
    assert_eq!(
        drive.asked(&late),
        Decision::Ignore("the task was moved to another definition meanwhile; order it again".to_owned())
    );
}

#[test]
fn what_comes_next_goes_by_the_other_definition_and_the_log_tells_it_again() {
    let (first, ux) = (Pipeline::built_in(), shipped("ux.yaml"));
    let mut drive = Drive::new(&first, World::Dear);
    while !matches!(drive.task.state, TaskState::Waiting(_)) {
        let event = drive.next().unwrap();
        drive.happens(&event);
    }
    let moved = repin(&drive, &ux);
    drive.happens(&moved);
    let note = drive.log.last().unwrap().note.clone();
    insta::assert_snapshot!(note, @"olga moved the task from pipeline built-in (e4de829ee5bf) to pipeline ux (95594e61319d): the new rules");
    drive.pipeline = &ux;
    let drive = drive.driven_to_the_end();
    assert_eq!(drive.task.state, TaskState::Done);
    assert!(drive.task.totals.contains_key(&StageName::new("security")));
    assert!(
        ux.stages
            .iter()
            .any(|stage| stage.gates.contains(&GateName::CheckTestsLocal))
    );

    assert_eq!(*began_with(&drive.task, &drive.log), first.digest());
    let projects = BTreeMap::from([(drive.project.digest(), drive.project.clone())]);
    let told = replay(&drive.task, &drive.log, &first, &projects).unwrap();
    assert_eq!(told, drive.task);
    assert!(replay(&drive.task, &drive.log, &ux, &projects).is_err());
    let entry = serde_json::to_string(&drive.log).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<pipeline_core::event::LogEntry>>(&entry).unwrap(),
        drive.log
    );
}
