//! Files that are no settings file at all.

use std::path::Path;

use app::settings::environment::Environment;
use app::settings::load::load;

use crate::folder::{Folder, PROJECT};

fn check(text: &str, expected: &str) {
    let problems = Folder::with(text).problems(&[]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("orch.yaml: found "), "{}", problems[0]);
    assert!(
        problems[0].contains(expected),
        "{expected} is not in {}",
        problems[0]
    );
}

#[test]
fn broken_yaml_is_reported_with_line_and_column() {
    check(
        "bind: x\nprojects:\n  - a: [1, 2\nlocale: en\n",
        "line 4 column 7",
    );
    check("bind: x\n\tlocale: en\n", "line 2 column 1");
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    check(
        "bind: 127.0.0.1:1\nbind: 127.0.0.1:2\n",
        "duplicate entry with key \"bind\"",
    );
    check(
        &format!("projects: [{{{PROJECT}, repo: again}}]\n"),
        "duplicate entry with key \"repo\"",
    );
}

#[test]
fn other_things_than_a_map_are_refused() {
    check("just words\n", "found `just words`, expected a map of keys");
    check("- a\n- b\n", "found a list, expected a map of keys");
    check(&"#".repeat((1 << 20) + 1), "found more than 1 MiB");
    check("a: 1\n---\nb: 2\n", "more than one document");
    check(
        &format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)),
        "recursion limit",
    );
}

#[test]
fn bytes_that_are_not_text_are_refused() {
    let folder = Folder::empty();
    std::fs::write(folder.path().join("orch.yaml"), b"bind: \xff\n").unwrap();
    assert!(folder.problems(&[])[0].contains("bytes that are not UTF-8"));
}

#[test]
fn a_named_file_has_to_be_there() {
    let folder = Folder::empty();
    let environment = Environment::new(folder.path(), [("ORCH_BIND", "127.0.0.1:1")]);
    let error = load(Some(Path::new("other.yaml")), &environment)
        .unwrap_err()
        .to_string();
    let path = folder.path().join("other.yaml");
    assert!(
        error.contains(&format!("{}: found `No such file", path.display())),
        "{error}"
    );
    let directory = load(Some(Path::new(".")), &environment).unwrap_err().to_string();
    assert!(
        directory.contains("expected a settings file that can be read"),
        "{directory}"
    );
}

#[test]
fn without_file_and_projects_the_error_says_how_to_write_one() {
    for folder in [
        Folder::empty(),
        Folder::with(""),
        Folder::with("# nothing yet\nlocale: en\n"),
    ] {
        let problems = folder.problems(&[]);
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].starts_with("orch.yaml: projects: found none"),
            "{}",
            problems[0]
        );
        let (_, after) = problems[0].split_once("write into orch.yaml: ").unwrap();
        let (shortest, _) = after.split_once(" (deploy/orch.example.yaml").unwrap();
        assert_eq!(Folder::with(shortest).loaded().settings.projects.len(), 1);
    }
}
