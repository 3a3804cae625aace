//! No file of source grows past what a reader takes in.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

#[path = "source_tree/files.rs"]
mod source_tree;

const LONGEST: usize = 350;

/// Files that may be longer, and why.
const EXCEPTIONS: &[(&str, &str)] = &[];

#[test]
fn no_source_file_is_longer_than_350_lines() {
    let too_long: Vec<String> = lengths()
        .into_iter()
        .filter(|(path, lines)| *lines > LONGEST && excuse(path).is_none())
        .map(|(path, lines)| {
            format!("{path} has {lines} lines; split it by what changes together (at most {LONGEST})")
        })
        .collect();
    assert!(too_long.is_empty(), "\n{}", too_long.join("\n"));
}

#[test]
fn half_of_the_source_files_have_at_most_150_lines() {
    let mut lines: Vec<usize> = lengths().into_iter().map(|(_, lines)| lines).collect();
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    assert!(
        median <= 150,
        "the median source file has {median} lines; at most 150 are wanted"
    );
}

#[test]
fn every_exception_is_still_needed_and_has_a_reason() {
    let lengths = lengths();
    for (path, reason) in EXCEPTIONS {
        assert!(!reason.is_empty(), "{path} is an exception without a reason");
        let needed = lengths
            .iter()
            .any(|(file, lines)| file == path && *lines > LONGEST);
        assert!(
            needed,
            "{path} is not longer than {LONGEST} lines any more: take it off the list"
        );
    }
}

fn excuse(path: &str) -> Option<&'static str> {
    EXCEPTIONS
        .iter()
        .find(|(excused, _)| *excused == path)
        .map(|(_, reason)| *reason)
}

fn lengths() -> Vec<(String, usize)> {
    ["crates", "bins"]
        .into_iter()
        .flat_map(|folder| source_tree::files(folder, "rs"))
        .map(|(path, text)| (path, text.lines().count()))
        .collect()
}
