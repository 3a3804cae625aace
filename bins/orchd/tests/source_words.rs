//! What only some crates do, told by words in their sources: spawning, SQL, running git. `walls.rs` guards what they import.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

#[path = "source_tree/files.rs"]
mod source_tree;

/// Text that only some crates may hold in their sources.
struct Words {
    any_of: &'static [&'static str],
    only_in: &'static [&'static str],
    why: &'static str,
}

const WORDS: &[Words] = &[
    Words {
        any_of: &[
            "std::process::Command",
            "std::process::{Command",
            "tokio::process",
            "CommandExt",
        ],
        only_in: &["process"],
        why: "only the process crate spawns",
    },
    Words {
        any_of: &[
            "SELECT ",
            "INSERT INTO ",
            "INSERT OR ",
            "DELETE FROM ",
            "CREATE TABLE ",
        ],
        only_in: &["store-sqlite", "tracker-local", "bench"],
        why: "only these two hold SQL, and what measures SQLite by itself",
    },
    Words {
        any_of: &["\"git\"", "/git\""],
        only_in: &["git", "bench"],
        why: "only the git crate runs git, and what measures git by itself",
    },
];

/// Telling the git crate which program is git runs nothing.
const TELLS_WHICH_GIT: &str = "Git::new(\"git\")";

#[test]
fn sources_hold_only_what_their_crate_is_for() {
    let mut broken = Vec::new();
    for (path, text) in ["crates", "bins"]
        .into_iter()
        .flat_map(|folder| source_tree::files(folder, "rs"))
    {
        broken.extend(misplaced(&path, &text));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn misplaced_words_are_found_in_code_and_not_in_comments() {
    for (path, text, expected) in [
        ("crates/web/src/api.rs", "let rows = \"SELECT 1\";", 1),
        ("crates/web/src/api.rs", "    // SELECT is for the store", 0),
        ("crates/store-sqlite/src/jobs.rs", "\"SELECT 1\"", 0),
        ("crates/git/tests/a.rs", "std::process::Command::new(\"sh\")", 0),
        ("crates/app/src/wire.rs", "Git::new(\"git\")", 0),
        ("crates/app/src/wire.rs", "Command::new(\"git\")", 1),
        ("bins/orchd/src/main.rs", "std::process::Command::new(\"sh\")", 1),
    ] {
        assert_eq!(misplaced(path, text).len(), expected, "{path}: {text}");
    }
}

/// Words in the sources of a crate that belong to another; one sentence each. Tests beside the sources may do as they like.
fn misplaced(path: &str, text: &str) -> Vec<String> {
    let mut parts = path.split('/').skip(1);
    let (Some(name), Some("src")) = (parts.next(), parts.next()) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
    {
        let line = line.replace(TELLS_WHICH_GIT, "");
        for words in WORDS.iter().filter(|words| !words.only_in.contains(&name)) {
            if let Some(word) = words.any_of.iter().find(|word| line.contains(**word)) {
                broken.push(format!(
                    "{path}:{} holds {}: {}",
                    number + 1,
                    word.trim(),
                    words.why
                ));
            }
        }
    }
    broken
}
