//! The status of a staging or deploy log (behaviour §4.4).

use crate::verdict::front_matter::FrontMatter;
use crate::verdict::review::shown;

/// What a log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeployVerdict {
    /// SUCCESS.
    Success,
    /// FAILED; the `reason`, else the `result`, when the log gives one.
    Failed(Option<String>),
    /// Nothing that can be read; why.
    Unreadable(String),
}

/// Reads `key` (`staging_status` or `deploy_status`) of a log.
#[must_use]
pub fn deploy_verdict(text: &str, key: &str) -> DeployVerdict {
    match FrontMatter::read(text) {
        Ok(matter) => read(&matter, key),
        Err(error) => unreadable(key, &error.to_string()),
    }
}

/// The status of a log whose front matter is read already.
pub(crate) fn read(matter: &FrontMatter, key: &str) -> DeployVerdict {
    let Some(value) = matter.text(key) else {
        return match matter.misspelt(key) {
            Some(found) => unreadable(key, &found),
            None if matter.is_nested(key) => unreadable(key, "a list or mapping"),
            None => unreadable(key, "none"),
        };
    };
    if value.eq_ignore_ascii_case("SUCCESS") {
        DeployVerdict::Success
    } else if value.eq_ignore_ascii_case("FAILED") {
        let why = matter.text("reason").or_else(|| matter.text("result"));
        DeployVerdict::Failed(why.map(|why| shown(why, &[])))
    } else {
        unreadable(key, &shown(value, &["SUCCESS", "FAILED"]))
    }
}

fn unreadable(key: &str, got: &str) -> DeployVerdict {
    DeployVerdict::Unreadable(format!("No machine-readable {key} in frontmatter (got: {got})"))
}

#[cfg(test)]
mod cases {
    use super::*;

    fn check(fields: &str, expected: &str) {
        let text = format!("---\n{fields}\n---\n");
        let line = match deploy_verdict(&text, "deploy_status") {
            DeployVerdict::Success => "success".to_owned(),
            DeployVerdict::Failed(why) => format!("failed: {}", why.unwrap_or_default()),
            DeployVerdict::Unreadable(why) => why,
        };
        assert_eq!(line, expected, "{fields:?}");
    }

    #[test]
    fn two_words_count() {
        check("deploy_status: SUCCESS", "success");
        check("deploy_status: ' success '", "success");
        check("deploy_status: Failed", "failed: ");
        check(
            "deploy_status: FAILED\nresult: 9/10 checks PASS",
            "failed: 9/10 checks PASS",
        );
        check(
            "deploy_status: FAILED\nreason: port taken\nresult: x",
            "failed: port taken",
        );
    }

    #[test]
    fn everything_else_is_shown() {
        for (fields, got) in [
            ("deploy_status: OK", "OK"),
            ("deploy_status: SUCCESS (mostly)", "SUCCESS (mostly)"),
            (
                "deploy_status: SUCСESS",
                "SUCСESS with U+0421, which is not the Latin C",
            ),
            ("result: 10/10 checks PASS", "none"),
            ("deploy_status: [SUCCESS]", "a list or mapping"),
            (
                "Deploy_Status: SUCCESS",
                "'Deploy_Status'; keys are written in lower case",
            ),
        ] {
            check(
                fields,
                &format!("No machine-readable deploy_status in frontmatter (got: {got})"),
            );
        }
    }
}
