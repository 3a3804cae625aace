//! What the documents name exists.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

#[path = "source_tree/files.rs"]
mod source_tree;

/// How a path of ours begins.
const OURS: &[&str] = &["crates/", "bins/", "fixtures/", "agents/", "docs/"];

#[test]
fn every_path_that_the_documents_name_exists() {
    let mut missing = Vec::new();
    for (document, text) in documents() {
        for path in paths(&text) {
            if !source_tree::root().join(&path).exists() {
                missing.push(format!("{document} names {path}, which does not exist"));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn every_crate_has_a_line_in_the_code_map() {
    let map = std::fs::read_to_string(source_tree::root().join("docs/ARCHITECTURE.md")).unwrap();
    for (manifest, _) in source_tree::files("crates", "toml") {
        let folder = manifest.trim_end_matches("/Cargo.toml");
        assert!(
            map.contains(&format!("`{folder}`")),
            "docs/ARCHITECTURE.md says nothing of {folder}"
        );
    }
}

#[test]
fn decisions_are_numbered_without_gaps_and_say_what_they_must() {
    for (at, (path, text)) in source_tree::files("docs/decisions", "md").into_iter().enumerate() {
        let number = format!("docs/decisions/{:04}-", at + 1);
        assert!(path.starts_with(&number), "{path} should begin with {number}");
        for heading in ["## Context", "## Decision", "## Alternatives", "## Consequences"] {
            assert!(text.contains(heading), "{path} has no '{heading}'");
        }
    }
}

#[test]
fn paths_are_found_in_prose() {
    for (text, expected) in [
        ("see `crates/git/src/lib.rs`.", "crates/git/src/lib.rs"),
        (
            "a gate is a file in crates/pipeline-core/src/gate/*.rs",
            "crates/pipeline-core/src/gate",
        ),
        (
            "(docs/decisions/0002-yaml-crates.md)",
            "docs/decisions/0002-yaml-crates.md",
        ),
        ("it ends in crates/web.", "crates/web"),
        ("the user's docs/work-items/ET-012/", ""),
        ("/other/crates/web", ""),
    ] {
        assert_eq!(paths(text).join(" "), expected, "{text}");
    }
}

fn documents() -> Vec<(String, String)> {
    let mut documents = source_tree::files("docs", "md");
    for name in ["README.md", "CHANGELOG.md"] {
        if let Ok(text) = std::fs::read_to_string(source_tree::root().join(name)) {
            documents.push((name.to_owned(), text));
        }
    }
    documents
}

/// Paths of ours in a text; of a pattern the folder that it stands for. `docs/work-items` belongs to the users' repositories.
fn paths(text: &str) -> Vec<String> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "_./-*<>{}".contains(letter)))
        .filter(|word| OURS.iter().any(|ours| word.starts_with(ours)) && !word.starts_with("docs/work-items"))
        .map(|word| {
            let fixed = word.split(['*', '<', '{']).next().unwrap_or_default();
            let folder = if fixed.len() < word.len() {
                fixed.rsplit_once('/').map_or("", |(folder, _)| folder)
            } else {
                fixed
            };
            folder.trim_end_matches(['.', '/']).to_owned()
        })
        .collect()
}
