//! `orchctl pipeline` as an operator uses it: real files, real exit codes, no daemon and no database.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

/// A shipped file with one place changed, in a directory of its own.
fn changed(from: &str, to: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(shipped("bug-fix.yaml")).unwrap();
    std::fs::write(directory.path().join("mine.yaml"), text.replace(from, to)).unwrap();
    directory
}

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/pipelines")
        .join(name);
    path.to_string_lossy().into_owned()
}

/// Runs the program in a directory: exit code, standard output, standard error.
fn run(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut program = cargo_bin_cmd!("orchctl");
    let output = program
        .env_clear()
        .current_dir(directory)
        .arg("pipeline")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn here(arguments: &[&str]) -> (i32, String, String) {
    run(Path::new("."), arguments)
}

#[test]
fn the_shipped_pipelines_are_good() {
    for name in ["built-in.yaml", "bug-fix.yaml", "ux.yaml"] {
        let (code, out, err) = here(&["check", &shipped(name)]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.contains(": good: "), "{out}");
    }
}

#[test]
fn problems_are_told_with_file_line_and_column() {
    let directory = changed("role: reviewer", "role: reviwer");
    let (code, out, _) = run(
        directory.path(),
        &["check", "mine.yaml", "missing.yaml", &shipped("ux.yaml")],
    );
    assert_eq!(code, 1);
    let lines: Vec<&str> = out.lines().take(2).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    mine.yaml:26:11: stages[2].role: there is no role 'reviwer'; did you mean 'reviewer'? known: analyst, architect, developer, reviewer, tester, deployer; or add it to `roles`
    missing.yaml:1:1: the file cannot be read (No such file or directory (os error 2)); name a pipeline file, or built-in
    ");
}

#[test]
fn a_file_of_another_encoding_is_refused_instead_of_mended() {
    let directory = changed("role: reviewer", "role: reviewer");
    let file = directory.path().join("mine.yaml");
    let bytes = [b"# F\xfcr\n".as_slice(), &std::fs::read(&file).unwrap()].concat();
    std::fs::write(&file, bytes).unwrap();
    let (code, out, _) = run(directory.path(), &["check", "mine.yaml"]);
    assert_eq!(
        (code, out.as_str()),
        (
            1,
            "mine.yaml:1:4: byte 0xFC is not UTF-8; save the file as UTF-8\n"
        )
    );
}

#[test]
fn problems_are_told_to_programs_too() {
    let directory = changed("  bounces: 4", "  bounces: 400");
    let (code, out, _) = run(directory.path(), &["check", "mine.yaml", "--json"]);
    assert_eq!(code, 1);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    let problem = &value["files"][0]["problems"][0];
    assert_eq!(
        (&problem["line"], &problem["field"]),
        (&8.into(), &"limits.bounces".into())
    );
}

#[test]
fn a_pipeline_is_shown_as_a_table_with_what_it_can_cost() {
    let (code, out, _) = here(&["show", &shipped("bug-fix.yaml")]);
    assert_eq!(code, 0);
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    pipeline bug-fix, digest 4d698b0e5439797960eae8471c358ae23873e302264763267fb7298e6a0690bd

    STAGE        ROLE       COLUMN       GATES                   ON FAIL               NOTES
    created      -          Todo
    development  developer  Development  check_ci_green          development (ci)      mends code
    review       reviewer   Review       check_reviewer_verdict  development (review)
    testing      tester     Testing      check_tests_passed      development (tests)
    deploy       deployer   In Progress  check_deploy_status     development, blocked  after the merge; one attempt
    done         -          Done

    limits: bounces_per_cause 2, bounces 4, question_rounds 3, conflict_rounds 2, repairs 1, base_merges 3, attempts 2
    runs of a task: 4 when everything passes at once, at most 61 before it is Done or Blocked (65 with merge: after_deploy)
    ");
}

#[test]
fn the_built_in_pipeline_is_shown_as_a_graph_and_as_json() {
    let (code, graph, _) = here(&["show", "built-in", "--format", "mermaid"]);
    assert_eq!(code, 0);
    assert!(
        graph.starts_with("flowchart TD\n") && graph.contains("|\"merge\"|"),
        "{graph}"
    );
    for arguments in [
        ["show", "built-in", "--format=json"],
        ["show", "built-in", "--json"],
    ] {
        let (code, out, _) = here(&arguments);
        assert_eq!(code, 0);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(value["mending"], "development");
    }
}

#[test]
fn what_differs_is_told_stage_by_stage() {
    let directory = changed("cause: review", "cause: tests");
    let (code, out, _) = run(directory.path(), &["diff", &shipped("bug-fix.yaml"), "mine.yaml"]);
    assert_eq!(code, 1);
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    OF            KEY      LEFT                  RIGHT
    stage review  on_fail  development (review)  development (tests)
    ");
    let (code, out, _) = here(&["diff", "built-in", &shipped("built-in.yaml")]);
    assert_eq!((code, out.as_str()), (0, "The pipelines are the same.\n"));
}

#[test]
fn a_pipeline_that_cannot_be_used_is_neither_shown_nor_compared() {
    for arguments in [
        vec!["show", "nowhere.yaml"],
        vec!["diff", "built-in", "nowhere.yaml"],
    ] {
        let (code, out, err) = here(&arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(
            err.starts_with("nowhere.yaml:1:1: the file cannot be read"),
            "{err}"
        );
    }
}
