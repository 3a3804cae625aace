//! Paths: documents and patterns in the directory of the work item, prompts in the repository. None leads out of its place, and each is
//! written as git writes it.

use super::Subject;
use crate::pipeline::file::form::Said;
use crate::pipeline::file::reader::short;
use crate::stage::{Stage, WriteScope};

pub(super) fn check(subject: &mut Subject<'_>) {
    for (_, stage, said) in subject.stages() {
        documents(subject, stage, said);
        patterns(subject, stage, said);
        prompt(subject, stage, said);
    }
}

fn documents(subject: &mut Subject<'_>, stage: &Stage, said: &Said) {
    for (at, name) in stage.reports.iter().enumerate() {
        let path = said.reports.get(at);
        if stage.reports.iter().take(at).any(|earlier| earlier == name) {
            let message = format!("{} stands here twice", short(name));
            let fix = "take one of them out".to_owned();
            subject.refuse_element((said, "reports"), path, message, fix);
        }
        document(subject, (said, "reports"), path, name);
    }
    if let Some(name) = &stage.asks_in {
        document(subject, (said, "asks_in"), None, name);
    }
    if let Some((name, _)) = &stage.objects_in {
        document(subject, (said, "objects_in.document"), None, name);
    }
}

fn document(subject: &mut Subject<'_>, key: (&Said, &str), element: Option<&String>, name: &str) {
    let star = name.contains('*').then_some("it has a '*'");
    if let Some(flaw) = flaw(name).or(star) {
        let message = format!("'{}' is no name of a document: {flaw}", short(name));
        let fix = "write the name of a file in the directory of the work item, such as 12-review.md";
        subject.refuse_element(key, element, message, fix.to_owned());
    }
}

fn patterns(subject: &mut Subject<'_>, stage: &Stage, said: &Said) {
    // Those that follow from the documents were told with them.
    let (WriteScope::Documents(patterns) | WriteScope::DocsTree(patterns) | WriteScope::Code(patterns)) =
        &stage.scope;
    for (pattern, path) in patterns.iter().zip(&said.patterns) {
        // What the star stands for may be a whole part of the path: `06-adr/*`.
        let whole = pattern.strip_suffix('*').map(|stem| format!("{stem}x"));
        let whole = whole.as_ref().filter(|_| pattern != "*").unwrap_or(pattern);
        let star = whole.contains('*').then_some(if pattern == "*" {
            "it names every file"
        } else {
            "its '*' is not at its end"
        });
        if let Some(flaw) = flaw(whole).or(star) {
            let message = format!("'{}' is no pattern: {flaw}", short(pattern));
            let fix =
                "write a path in the directory of the work item; one '*' at its end stands for anything";
            subject.refuse_element((said, "may_write"), Some(path), message, fix.to_owned());
        }
    }
}

fn prompt(subject: &mut Subject<'_>, stage: &Stage, said: &Said) {
    let Some(prompt) = &stage.prompt else { return };
    if let Some(flaw) = flaw(prompt) {
        let message = format!("'{}' is no path of a prompt: {flaw}", short(prompt));
        let fix = "write a path in the repository from its root, such as agents/reviewer.md";
        subject.refuse((said, "prompt"), message, fix.to_owned());
    }
}

/// Why a text is no path below a directory.
fn flaw(path: &str) -> Option<&'static str> {
    let mut parts = path.split('/');
    if path.contains('\\') {
        Some("it has a '\\', and git parts paths by '/'")
    } else if path.starts_with('/') {
        Some("it begins with '/'")
    } else if path.starts_with('~') {
        Some("it begins with '~'")
    } else if path.contains("://") || path.get(1..3) == Some(":/") {
        Some("it is an address, no path in the repository")
    } else if parts.clone().any(|part| part == ".." || part == ".") {
        Some("it has '.' or '..' for a directory")
    } else if path.ends_with('/') {
        Some("it ends with '/'")
    } else if parts.clone().any(str::is_empty) {
        Some("it has '//'")
    } else if parts.any(|part| part.eq_ignore_ascii_case(".git")) {
        Some("it leads into .git")
    } else {
        None
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn a_path_stays_below_its_directory() {
        for path in [
            "12-review.md",
            "06-adr/ADR-0001.md",
            "отчёт.md",
            "a b.md",
            "..a/b..",
            ".github/x.md",
        ] {
            assert_eq!(flaw(path), None, "{path}");
        }
        for path in [
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a/..",
            "./a",
            "a//b",
            "agents/",
            "~/x.md",
            "a\\b.md",
            "C:\\a.md",
            "C:/a.md",
            "https://e.org/x.md",
            ".git/config",
            "a/.GIT/x",
        ] {
            assert!(flaw(path).is_some(), "{path}");
        }
    }
}
