//! Write scopes (behaviour §8.5): what a role may change, checked on the diff of its result.

use crate::run::{Change, ChangedPath};
use crate::stage::WriteScope;

/// Paths whose change needs a human, whatever the role.
const PROTECTED: [&str; 9] = [
    "agents/",
    ".openclaw/",
    ".orchd/",
    ".github/",
    ".gitea/",
    ".forgejo/",
    ".gitlab-ci.yml",
    ".woodpecker",
    ".gitmodules",
];

/// What came of checking a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeVerdict {
    /// All of it is allowed.
    Inside,
    /// These paths are not the role's.
    Outside(Vec<String>),
    /// These paths need a human.
    Protected(Vec<String>),
}

/// Checks a diff against a scope. `directory` is the task's own (`docs/work-items/ET-012/`).
#[must_use]
pub fn check_scope(
    scope: &WriteScope,
    directory: &str,
    extra: &[String],
    diff: &[ChangedPath],
) -> ScopeVerdict {
    let paths = |wanted: &dyn Fn(&&ChangedPath) -> bool| -> Vec<String> {
        diff.iter().filter(wanted).map(named).collect()
    };
    let outside = paths(&|changed| !allowed(scope, directory, changed));
    if !outside.is_empty() {
        return ScopeVerdict::Outside(outside);
    }
    let protected = paths(&|changed| is_protected(&changed.path, extra));
    if protected.is_empty() {
        ScopeVerdict::Inside
    } else {
        ScopeVerdict::Protected(protected)
    }
}

/// A link may stand exactly where a file is wanted: then its place is no explanation.
fn named(changed: &ChangedPath) -> String {
    if changed.special && changed.change != Change::Deleted {
        format!("{} (a symbolic link or a submodule)", changed.path)
    } else {
        changed.path.clone()
    }
}

fn allowed(scope: &WriteScope, directory: &str, changed: &ChangedPath) -> bool {
    if is_hostile(changed) {
        return false;
    }
    let own = changed.path.strip_prefix(directory);
    let matches =
        |patterns: &[String]| own.is_some_and(|name| patterns.iter().any(|pattern| fits(pattern, name)));
    match scope {
        WriteScope::Documents(patterns) => matches(patterns),
        WriteScope::DocsTree(patterns) => {
            let shared = changed.path.starts_with("docs/") && !is_at(&changed.path, "docs/work-items");
            shared || matches(patterns)
        }
        WriteScope::Code(patterns) => !is_at(&changed.path, "docs/work-items") || matches(patterns),
    }
}

/// The path is this place or below it, as a file system reads it that does not tell capitals from small letters: there it
/// would overwrite what stands there.
fn is_at(path: &str, place: &str) -> bool {
    let lower = path.to_lowercase();
    lower
        .strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Nobody may leave a link or a submodule in the documents, or a path that another system reads as `.git`.
fn is_hostile(changed: &ChangedPath) -> bool {
    let lower = changed.path.to_lowercase();
    let git_like = lower.split('/').any(|part| part == ".git" || part == "git~1");
    let special = changed.special && changed.change != Change::Deleted && is_at(&changed.path, "docs");
    git_like || special
}

fn is_protected(path: &str, extra: &[String]) -> bool {
    let lower = path.to_lowercase();
    // A link in the place of a protected directory is a change of it.
    let begins = |prefix: &str| lower.starts_with(prefix) || prefix.strip_suffix('/') == Some(&*lower);
    PROTECTED.iter().any(|prefix| begins(prefix)) || extra.iter().any(|prefix| begins(&prefix.to_lowercase()))
}

/// `06-adr/*`, `07-*`, `questions.md`: one star at the end stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod cases {
    use super::*;
    use crate::pipeline::Pipeline;
    use crate::stage::StageName;

    const OWN: &str = "docs/work-items/ET-1/";

    fn check(stage: &str, path: &str, expected: &str) {
        let pipeline = Pipeline::built_in();
        let scope = &pipeline.stage(&StageName::new(stage)).unwrap().scope;
        let diff = [ChangedPath {
            path: path.to_owned(),
            change: Change::Modified,
            special: false,
        }];
        let verdict = match check_scope(scope, OWN, &["secrets/".to_owned()], &diff) {
            ScopeVerdict::Inside => "inside",
            ScopeVerdict::Outside(_) => "outside",
            ScopeVerdict::Protected(_) => "protected",
        };
        assert_eq!(verdict, expected, "{stage} {path}");
    }

    #[test]
    fn every_role_stays_in_its_files() {
        check("analysis", "docs/work-items/ET-1/01-brd.md", "inside");
        check("analysis", "docs/work-items/ET-1/12-review.md", "outside");
        check("analysis", "docs/work-items/ET-2/01-brd.md", "outside");
        check("analysis", "src/main.rs", "outside");
        check("architecture", "docs/ARCHITECTURE.md", "inside");
        check(
            "architecture",
            "docs/work-items/ET-1/06-adr/ADR-0001-x.md",
            "inside",
        );
        check(
            "architecture",
            "docs/work-items/ET-2/06-adr/ADR-0001-x.md",
            "outside",
        );
        check("development", "src/main.rs", "inside");
        check("development", "docs/work-items/ET-1/12-review.md", "outside");
        check("development", "docs/work-items/ET-1/09-migration.md", "inside");
        check("review", "docs/work-items/ET-1/12-review.md", "inside");
        check("review", "src/main.rs", "outside");
        check("deploy", "docs/work-items/ET-1/14-deploy-log.md", "inside");
    }

    #[test]
    fn capitals_are_no_way_around_a_scope() {
        check("development", "Docs/Work-Items/ET-1/12-review.md", "outside");
        check(
            "development",
            "docs/wor\u{212a}-items/ET-1/12-review.md",
            "outside",
        );
        check("architecture", "docs/WORK-ITEMS/ET-1/12-review.md", "outside");
        check("architecture", "DOCS/ARCHITECTURE.md", "outside");
        check("analysis", "docs/work-items/et-1/01-brd.md", "outside");
        check("development", "Secrets/key", "protected");
        check("development", "Agents", "protected");
        check("development", ".gitHub", "protected");
        check("development", "agents-guide.md", "inside");
    }

    #[test]
    fn a_link_in_the_place_of_documents_is_outside_and_says_what_it_is() {
        let pipeline = Pipeline::built_in();
        for (stage, path) in [
            ("review", "docs/work-items/ET-1/12-review.md"),
            ("review", "docs/work-items/ET-1"),
            ("development", "docs/work-items"),
            ("development", "docs"),
            ("development", "Docs"),
        ] {
            let scope = &pipeline.stage(&StageName::new(stage)).unwrap().scope;
            let diff = [ChangedPath {
                path: path.to_owned(),
                change: Change::Added,
                special: true,
            }];
            let expected = format!("{path} (a symbolic link or a submodule)");
            assert_eq!(
                check_scope(scope, OWN, &[], &diff),
                ScopeVerdict::Outside(vec![expected])
            );
        }
    }

    #[test]
    fn protected_and_hostile_paths() {
        check("development", ".github/workflows/ci.yml", "protected");
        check("development", "Agents/reviewer.md", "protected");
        check("development", "secrets/key", "protected");
        check("development", "vendor/.GIT/config", "outside");
    }

    #[test]
    fn a_link_among_the_documents_is_refused() {
        let scope = WriteScope::Code(Vec::new());
        let diff = [ChangedPath {
            path: "docs/link".to_owned(),
            change: Change::Added,
            special: true,
        }];
        assert_eq!(
            check_scope(&scope, OWN, &[], &diff),
            ScopeVerdict::Outside(vec!["docs/link (a symbolic link or a submodule)".to_owned()])
        );
    }
}
