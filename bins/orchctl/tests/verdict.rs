//! `orchctl verdict` on files and directories: it runs without a data directory, and its exit code is that of the worst report.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;
use tempfile::TempDir;

const APPROVED: &str = "---\nverdict: APPROVED\nwork_item: ET-001\n---\n";
const FAILED: &str = "---\nresult: FAILED\n---\n| a | FAIL |\n";

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// `file: outcome` of each line, without the directory.
    fn outcomes(&self, directory: &Path) -> Vec<String> {
        let lines = self.lines().into_iter();
        lines
            .map(|line| {
                let file = line["file"].as_str().unwrap();
                let name = Path::new(file).strip_prefix(directory).unwrap().display();
                format!("{name}: {}", line["outcome"].as_str().unwrap())
            })
            .collect()
    }
}

fn verdict(arguments: &[&str], paths: &[&Path]) -> Said {
    let mut program = cargo_bin_cmd!("orchctl");
    let output = program
        .env_clear()
        .args(["--home", "/nowhere", "verdict"])
        .args(arguments)
        .args(paths)
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/reports")
        .join(folder)
}

#[test]
fn the_worst_report_gives_the_exit_code() {
    for (files, code) in [
        (&[("12-review.md", APPROVED)][..], 0),
        (&[("12-review.md", APPROVED), ("13-test-report.md", FAILED)], 1),
        (&[("12-review.md", "# none"), ("13-test-report.md", FAILED)], 2),
    ] {
        let directory = directory(files);
        let said = verdict(&[], &[directory.path()]);
        assert_eq!((said.code, said.err.as_str()), (code, ""), "{}", said.out);
    }
}

#[test]
fn a_line_has_every_field() {
    let directory = directory(&[("13-test-report.md", FAILED)]);
    let file = directory.path().join("13-test-report.md");
    let said = verdict(&["--format", "json"], &[&file]);
    let expected = serde_json::json!({
        "file": file,
        "gate": "check_tests_passed",
        "outcome": "fail",
        "value": "FAILED",
        "reason": "Test verdict: FAILED (FAILED)",
        "findings": ["a | FAIL"],
    });
    assert_eq!(said.lines(), [expected]);
}

#[test]
fn a_table_is_for_people() {
    let directory = directory(&[
        ("13-test-report.md", FAILED),
        ("notes.md", "\u{1b}[2Jnotes\n"),
        ("12-review.md", "notes\n"),
    ]);
    let said = verdict(&["--format", "table"], &[directory.path()]);
    let shown = said.out.replace(directory.path().to_str().unwrap(), "D");
    insta::assert_snapshot!(shown, @r"
    unreadable  check_reviewer_verdict  D/12-review.md: No readable frontmatter in review: line 1, column 1: the first line that is not empty must be '---', but it is 'notes'
    fail        check_tests_passed      D/13-test-report.md: Test verdict: FAILED (FAILED)
                a | FAIL
    unreadable  -                       D/notes.md: no gate known for this file and no verdict key in it
                line 1, column 1: the first line that is not empty must be '---', but it is 'notes'
    ");
}

#[test]
fn a_directory_stands_for_its_reports() {
    let directory = directory(&[
        ("b/12-review.md", APPROVED),
        ("a/13-test-report.md", FAILED),
        (".hidden/12-review.md", FAILED),
        ("a/.13-test-report.md", FAILED),
        ("a/picture.png", "no report"),
        ("14-deploy-log.md", "---\ndeploy_status: SUCCESS\n---\n"),
    ]);
    symlink(directory.path(), directory.path().join("a/loop")).unwrap();
    symlink(
        directory.path().join("b/12-review.md"),
        directory.path().join("link.md"),
    )
    .unwrap();
    let said = verdict(&[], &[directory.path()]);
    assert_eq!(
        said.outcomes(directory.path()),
        [
            "14-deploy-log.md: pass",
            "a/13-test-report.md: fail",
            "b/12-review.md: pass"
        ]
    );
}

#[test]
fn what_cannot_be_read_is_told_and_never_passes() {
    let directory = directory(&[]);
    let missing = directory.path().join("12-review.md");
    let said = verdict(&[], &[&missing, directory.path()]);
    let reasons: Vec<Value> = said.lines().iter().map(|line| line["reason"].clone()).collect();
    assert_eq!(
        reasons,
        [
            "the file cannot be read: No such file or directory (os error 2)",
            "no *.md file in this directory"
        ]
    );
    let gates: Vec<Value> = said.lines().iter().map(|line| line["gate"].clone()).collect();
    assert_eq!(gates, [Value::from("check_reviewer_verdict"), Value::Null]);
    assert_eq!(said.code, 2);
}

#[test]
fn what_is_no_regular_file_is_told_at_once() {
    let directory = directory(&[("12-review.md", APPROVED)]);
    let path = |name: &str| directory.path().join(name);
    symlink(path("b.md"), path("a.md")).unwrap();
    symlink(path("a.md"), path("b.md")).unwrap();
    let _listening = UnixListener::bind(path("socket.md")).unwrap();
    let paths = [
        path("a.md"),
        path("socket.md"),
        PathBuf::from("/dev/zero"),
        path("12-review.md/x"),
    ];
    let said = verdict(&[], &paths.each_ref().map(PathBuf::as_path));
    let reasons: Vec<Value> = said.lines().iter().map(|line| line["reason"].clone()).collect();
    assert_eq!(
        reasons,
        [
            "the file cannot be read: Too many levels of symbolic links (os error 40)",
            "the file cannot be read: it is not a regular file",
            "the file cannot be read: it is not a regular file",
            "the file cannot be read: Not a directory (os error 20)",
        ]
    );
    assert_eq!(said.code, 2);
}

#[test]
fn strange_names_give_one_line_each() {
    let names: [&[u8]; 4] = [
        b"12-review-\xff.md",
        b"12-review-\n.md",
        b"12-review-\x1b[2J.md",
        b"12-REVIEW.MD",
    ];
    let directory = tempfile::tempdir().unwrap();
    for name in names {
        fs::write(directory.path().join(OsStr::from_bytes(name)), APPROVED).unwrap();
    }
    let said = verdict(&[], &[directory.path()]);
    assert_eq!(
        said.outcomes(directory.path()),
        [
            "12-REVIEW.MD: pass",
            "12-review-\n.md: pass",
            "12-review-\u{1b}[2J.md: pass",
            "12-review-\u{fffd}.md: pass",
        ]
    );
    let said = verdict(&["--format", "table"], &[directory.path()]);
    assert_eq!((said.code, said.out.lines().count()), (0, 4), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "{}", said.out);
}

#[test]
fn the_keys_of_a_line_stand_in_one_order() {
    let directory = directory(&[("12-review.md", APPROVED)]);
    let file = directory.path().join("12-review.md");
    let expected = format!(
        r#"{{"file":"{}","gate":"check_reviewer_verdict","outcome":"pass","value":"APPROVED","reason":"Review verdict: APPROVED","findings":[]}}"#,
        file.display()
    );
    assert_eq!(verdict(&[], &[&file]).out, expected + "\n");
}

#[test]
fn too_many_reports_and_levels_are_told() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..10_002 {
        let name = format!("12-review-v{number:05}.md");
        fs::write(directory.path().join(name), APPROVED).unwrap();
    }
    let said = verdict(&[], &[directory.path()]);
    let lines = said.lines();
    assert_eq!(lines.len(), 10_001);
    assert_eq!(
        lines.last().unwrap()["reason"],
        "the directory holds more than 10000 reports; the rest was not judged"
    );
    assert_eq!(said.code, 2);

    let deep = tempfile::tempdir().unwrap();
    fs::create_dir_all(deep.path().join("1/2/3/4/5/6/7/8/9")).unwrap();
    let said = verdict(&[], &[deep.path()]);
    assert_eq!(said.outcomes(deep.path()), ["1/2/3/4/5/6/7/8/9: unreadable"]);
}

#[test]
fn of_a_large_file_the_head_is_read() {
    let large = format!("{FAILED}{}", "prose\n".repeat(1_000_000));
    let directory = directory(&[("13-test-report.md", &large)]);
    let said = verdict(&[], &[directory.path()]);
    assert_eq!(said.outcomes(directory.path()), ["13-test-report.md: fail"]);
}

#[test]
fn the_work_item_and_the_gate_can_be_named() {
    let directory = directory(&[("report.md", APPROVED)]);
    let reason = |arguments: &[&str]| verdict(arguments, &[directory.path()]).lines()[0]["reason"].clone();
    assert_eq!(
        reason(&["--work-item", "ET-002"]),
        "report.md belongs to ET-001, not to ET-002"
    );
    assert_eq!(reason(&["--work-item", "ET-001"]), "Review verdict: APPROVED");
    assert_eq!(
        reason(&["--gate", "check_tests_passed"]),
        "Test verdict: APPROVED (PASS)"
    );
    let said = verdict(&["--gate", "check_ci_green"], &[directory.path()]);
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("no gate of this name reads a report; known: check_reviewer_verdict"),
        "{}",
        said.err
    );
}

#[test]
fn the_fixtures_are_judged_as_their_folders_say() {
    for (folder, code) in [("TRK-021", 2), ("SHOP-007", 1), ("broken", 2), ("freeform", 2)] {
        assert_eq!(verdict(&[], &[&fixtures(folder)]).code, code, "{folder}");
    }
    let four = [
        "12-review-v4.md",
        "13-test-report.md",
        "14-deploy-log.md",
        "15-staging-log.md",
    ];
    let paths = four.map(|name| fixtures("TRK-021").join(name));
    let said = verdict(
        &["--work-item", "TRK-021"],
        &paths.each_ref().map(PathBuf::as_path),
    );
    assert_eq!(said.code, 0, "{}", said.out);
}
