//! The pipeline of a project: a file beside the settings.

use std::path::Path;

use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::file::parse;

use crate::folder::{Folder, PROJECT, origin};

fn bug_fix() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pipelines/bug-fix.yaml");
    std::fs::read_to_string(path).unwrap()
}

/// A project with these keys too, and a pipeline file in a directory beside its settings.
fn folder(keys: &str, pipeline: &str) -> Folder {
    let folder = Folder::with(&format!("projects: [{{{PROJECT}, {keys}}}]"));
    std::fs::create_dir(folder.path().join("pipelines")).unwrap();
    std::fs::write(folder.path().join("pipelines/mine.yaml"), pipeline).unwrap();
    folder
}

#[test]
fn a_project_that_names_no_pipeline_has_the_built_in_one() {
    let loaded = Folder::with_project("").loaded();
    assert_eq!(loaded.settings.projects[0].pipeline, Pipeline::built_in());
    assert_eq!(
        origin(&loaded, "projects[0].pipeline"),
        "the built-in pipeline (default)"
    );
}

#[test]
fn a_pipeline_file_stands_beside_the_settings() {
    let folder = folder("pipeline: pipelines/mine.yaml", &bug_fix());
    let loaded = folder.loaded();
    let project = &loaded.settings.projects[0];
    assert_eq!(project.pipeline, parse(&bug_fix()).unwrap());
    assert_eq!((project.max_developer_retries, project.max_bounces), (2, 4));
    let shown = origin(&loaded, "projects[0].pipeline");
    assert!(shown.ends_with("pipelines/mine.yaml (file)"), "{shown}");
}

#[test]
fn the_project_s_own_limits_win_over_those_of_its_pipeline() {
    let folder = folder("pipeline: pipelines/mine.yaml, max_bounces: 5", &bug_fix());
    let project = folder.loaded().settings.projects.remove(0);
    assert_eq!((project.max_developer_retries, project.max_bounces), (2, 5));
}

#[test]
fn everything_that_is_wrong_with_a_pipeline_is_told_with_its_place() {
    let broken = bug_fix()
        .replace("role: reviewer", "role: reviwer")
        .replace("bounces: 4", "bounces: 0");
    let problems = folder("pipeline: pipelines/mine.yaml", &broken).problems(&[]);
    let starts = [
        "orch.yaml: projects[0].pipeline: found pipelines/mine.yaml:8:12: limits.bounces: 0 limits nothing",
        "orch.yaml: projects[0].pipeline: found pipelines/mine.yaml:26:11: stages[2].role: there is no role 'reviwer', expected a pipeline",
        "orch.yaml: projects: found none that can be used",
    ];
    assert_eq!(problems.len(), starts.len(), "{problems:?}");
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}");
    }
}

#[test]
fn a_pipeline_file_that_is_not_there_is_told() {
    let problems = folder("pipeline: gone.yaml", "").problems(&[]);
    assert_eq!(
        problems[0],
        "orch.yaml: projects[0].pipeline: found `gone.yaml`, which cannot be read (No such file or directory (os error 2)), \
         expected the path of a pipeline file; write a path that this account may read"
    );
}
