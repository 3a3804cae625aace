//! The SQL statements that stand in the sources of a crate, found by reading them, so that none is forgotten in a list. Knows how Rust is
//! written, and that SQL stands there in capitals; must not know what a statement is for.

mod literals;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use literals::literals;

/// What a statement with a plan begins with. `PRAGMA`, `VACUUM` and the frame of a transaction have none.
const VERBS: [&str; 6] = ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"];

/// What stands before a module that only tests have.
const TESTS: &str = "#[cfg(test)]\nmod ";

/// A statement and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its module and the constant or function that holds it, as `jobs::claim::NEXT`; the second one of a function ends in ` 2`.
    pub name: String,
    /// Its text.
    pub sql: String,
}

/// Every statement in the sources of a crate, tests left out, sorted by module. `folder` is the crate's `src`.
#[must_use]
pub fn statements(folder: &Path) -> Vec<Statement> {
    let mut modules = Vec::new();
    collect(folder, folder, &mut modules);
    modules.sort();
    modules
        .iter()
        .flat_map(|(module, source)| in_source(module, source))
        .collect()
}

/// Those of one module.
fn in_source(module: &str, source: &str) -> Vec<Statement> {
    let mut seen = BTreeMap::new();
    literals(without_tests(source))
        .into_iter()
        .filter(|literal| is_statement(&literal.text))
        .map(|literal| {
            let count: &mut u32 = seen.entry(literal.item.clone()).or_default();
            *count += 1;
            let name = match *count {
                1 => format!("{module}::{}", literal.item),
                more => format!("{module}::{} {more}", literal.item),
            };
            let sql = literal.text;
            Statement { name, sql }
        })
        .collect()
}

fn is_statement(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|first| VERBS.contains(&first)) && words.next().is_some()
}

/// Modules below `folder` with their sources.
fn collect(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    let mut files = Vec::new();
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            folders.push(path);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    let sources: Vec<(PathBuf, String)> = files
        .into_iter()
        .map(|path| (path.with_extension(""), fs::read_to_string(&path).unwrap()))
        .collect();
    // `lib.rs` and the file beside the folder name what only tests have.
    let parent = fs::read_to_string(folder.with_extension("rs")).unwrap_or_default();
    let declared = sources.iter().map(|(_, source)| source.as_str());
    let tests: Vec<String> = declared.chain([parent.as_str()]).flat_map(test_modules).collect();
    let is_for_tests = |path: &Path| {
        let name = path.file_name().unwrap().to_string_lossy();
        tests.iter().any(|test| *test == name)
    };
    for (path, source) in sources {
        if !is_for_tests(&path) {
            let module = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .replace('/', "::");
            found.push((module, source));
        }
    }
    for path in folders.iter().filter(|path| !is_for_tests(path)) {
        collect(root, path, found);
    }
}

/// Names of modules in files of their own that only tests have.
fn test_modules(source: &str) -> Vec<String> {
    let after = source.split(TESTS).skip(1);
    let names = after.filter_map(|rest| rest.lines().next()?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// A source up to the module at its end that only tests have.
fn without_tests(source: &str) -> &str {
    let begins = |at: &usize| {
        source[*at..]
            .lines()
            .nth(1)
            .is_some_and(|line| line.ends_with('{'))
    };
    let end = source.match_indices(TESTS).map(|(at, _)| at).find(begins);
    end.map_or(source, |end| &source[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(String, String)> {
        let found = in_source("m", source);
        found.into_iter().map(|one| (one.name, one.sql)).collect()
    }

    #[test]
    fn a_statement_has_the_name_of_what_holds_it() {
        for (source, name) in [
            ("const ALL: &str = \"UPDATE t SET a = 1\";", "m::ALL"),
            (
                "pub(crate) const ALL: &str =\n    r#\"UPDATE t SET a = 1\"#;",
                "m::ALL",
            ),
            (
                "pub fn all(c: &'a Connection) { c.prepare(\"UPDATE t SET a = 2\") }",
                "m::all",
            ),
            ("const fn all() { \"UPDATE t SET a = 'x'\" }", "m::all"),
            (
                "fn quote() -> char { '\"' } fn all() { \"WITH x AS ()\" }",
                "m::all",
            ),
            ("/* fn no() \" */ fn all() { \"WITH x AS (y)\" } // \"", "m::all"),
        ] {
            let names: Vec<String> = found(source).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, [name], "{source}");
        }
    }

    #[test]
    fn what_is_no_statement_or_for_tests_is_passed_over() {
        for source in [
            "fn a() { \"UPDATE\" }",
            "fn a() { \"UPDATED for you\" }",
            "fn a() { \"PRAGMA data_version\" }",
            "// \"UPDATE t SET a = 1\"",
            "#[cfg(test)]\nmod tests {\n    fn a() { \"UPDATE t SET a = 1\" }\n}",
        ] {
            assert_eq!(found(source), [], "{source}");
        }
    }

    #[test]
    fn two_of_one_function_are_told_apart_and_joined_lines_are_one() {
        let both = found("fn a() { \"WITH 1\"; \"WITH \\\n    2\" }");
        let expected = [("m::a", "WITH 1"), ("m::a 2", "WITH 2")];
        assert_eq!(
            both,
            expected.map(|(name, sql)| (name.to_owned(), sql.to_owned()))
        );
    }

    #[test]
    fn modules_that_only_tests_have_are_known() {
        let source = "#[cfg(test)]\nmod query_plans;\nmod jobs;\n#[cfg(test)]\nmod tests {\n}";
        assert_eq!(test_modules(source), ["query_plans"]);
    }
}
