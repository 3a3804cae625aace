//! The live message of a task, from its first line to its last, for the pipelines that are shipped.

use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::Locale;

use crate::drive::{Drive, World};
use crate::shipped;

/// What the message showed when it first held `mark`; the last one when `mark` is empty.
fn when(pipeline: &Pipeline, world: World, (locale, mark): (Locale, &str)) -> String {
    let drive = Drive::new(pipeline, world)
        .in_project(|project| project.locale = locale)
        .driven_to_the_end();
    let mut live = drive.live.into_iter();
    let found = if mark.is_empty() {
        live.next_back()
    } else {
        live.find(|text| text.contains(mark))
    };
    found.unwrap_or_else(|| panic!("nothing shows {mark}"))
}

#[test]
fn the_first_stage_runs() {
    let pipeline = Pipeline::built_in();
    insta::assert_snapshot!(when(&pipeline, World::Kind, (Locale::Ru, "идёт")));
}

#[test]
fn a_human_reads_the_documents() {
    let pipeline = Pipeline::built_in();
    insta::assert_snapshot!(when(&pipeline, World::Kind, (Locale::Ru, "⏳")));
}

#[test]
fn a_stage_runs_again() {
    let pipeline = Pipeline::built_in();
    insta::assert_snapshot!(when(
        &pipeline,
        World::Dear,
        (Locale::En, "🔄 Review        · attempt 2")
    ));
}

#[test]
fn everything_is_done() {
    let pipeline = Pipeline::built_in();
    insta::assert_snapshot!(when(&pipeline, World::Kind, (Locale::Ru, "")));
}

#[test]
fn stages_of_another_pipeline_go_by_their_own_names() {
    let pipeline = shipped("ux.yaml");
    insta::assert_snapshot!(when(&pipeline, World::Kind, (Locale::En, "✅ ux ")));
}

#[test]
fn another_pipeline_is_done() {
    let pipeline = shipped("ux.yaml");
    insta::assert_snapshot!(when(&pipeline, World::Kind, (Locale::En, "")));
}
