//! Rules for texts: each says what to do about a text that it does not accept.

type Accepted = Result<(), &'static str>;

/// Something that can be read, on one line.
pub(super) fn one_line(text: &str) -> Accepted {
    let good = !text.trim().is_empty() && !text.contains(unreadable);
    good.then_some(()).ok_or("write a text without line ends")
}

/// Something for `sh -c`; it may have several lines.
pub(super) fn command(text: &str) -> Accepted {
    let strange = |letter: char| unreadable(letter) && !"\n\t".contains(letter);
    let good = !text.trim().is_empty() && !text.contains(strange);
    good.then_some(())
        .ok_or("write the command as you would type it in a shell")
}

/// A work-item prefix.
pub(super) fn prefix(text: &str) -> Accepted {
    let good = (1..=16).contains(&text.len())
        && text.starts_with(|letter: char| letter.is_ascii_uppercase())
        && text
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    good.then_some(()).ok_or("write it like SHOP or ET2")
}

/// A branch that git accepts (the rules of `git check-ref-format --branch`).
pub(super) fn branch(text: &str) -> Accepted {
    if text.starts_with("refs/") || text.starts_with("origin/") {
        return Err("write the branch alone, without refs/heads/ or origin/");
    }
    let component =
        |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(".lock");
    let good = text != "@"
        && text.split('/').all(component)
        && !text.contains("..")
        && !text.contains("@{")
        && !text.ends_with('.')
        && !text.contains(|letter: char| unreadable(letter) || " ~^:?*[\\".contains(letter));
    good.then_some(())
        .ok_or("write a name that git accepts for a branch")
}

/// The beginning of paths in a repository.
pub(super) fn path_in_repository(text: &str) -> Accepted {
    let stays_inside = !text.starts_with('/') && !text.split('/').any(|part| part == ".." || part == ".");
    let good = stays_inside && one_line(text).is_ok();
    good.then_some(())
        .ok_or("write it relative to the repository's root, without ./ and ..")
}

/// The name of a variable of the environment.
pub(super) fn variable(text: &str) -> Accepted {
    let good = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    good.then_some(())
        .ok_or("write the name alone, without $ and value")
}

/// The id of a model.
pub(super) fn model(text: &str) -> Accepted {
    let good = !text.is_empty()
        && !text.starts_with('-')
        && !text.contains(|letter: char| unreadable(letter) || letter.is_whitespace() || letter == ',');
    good.then_some(()).ok_or("write the id as the provider does")
}

/// A program: where it lies must not depend on the directory that it is started in.
pub(super) fn program(text: &str) -> Accepted {
    let good = one_line(text).is_ok() && (text.starts_with('/') || !text.contains('/'));
    good.then_some(())
        .ok_or("write an absolute path, or the name alone")
}

/// An address of the web, without a login in it.
pub(super) fn address(text: &str) -> Accepted {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let good =
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains([' ', '@'])) && one_line(text).is_ok();
    good.then_some(())
        .ok_or("begin it with https:// or http://, and put no name or key into it")
}

fn unreadable(letter: char) -> bool {
    letter.is_control() || letter == '\u{FFFD}'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> Accepted, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(rule(text), Ok(()), "{text:?}");
        }
        for text in bad {
            assert!(rule(text).is_err(), "{text:?} is accepted");
        }
    }

    #[test]
    fn prefixes_are_capitals_and_digits() {
        check(
            prefix,
            &["ET", "A", "ET2"],
            &["", "et", "2ET", "E-T", "ÄT", "ABCDEFGHIJKLMNOPQ"],
        );
    }

    #[test]
    fn branches_are_those_that_git_accepts() {
        let bad = [
            "",
            "-x",
            "a..b",
            "a b",
            "a/.b",
            "x.lock",
            "origin/main",
            "refs/heads/main",
            "a/",
            "@",
        ];
        check(branch, &["main", "release/2.0", "a-b"], &bad);
    }

    #[test]
    fn protected_paths_stay_in_the_repository() {
        check(
            path_in_repository,
            &["deploy/", ".github/", "Cargo.toml"],
            &["", "/etc", "../x", "./a", "a/../b"],
        );
    }

    #[test]
    fn commands_may_have_lines_and_other_texts_may_not() {
        check(command, &["cargo test", "set -e\n\tmake\n"], &["", " \n", "a\0b"]);
        check(one_line, &["Shop of Anna"], &["", "  ", "a\nb", "a\u{FFFD}"]);
    }
}
