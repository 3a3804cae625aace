//! The status of a staging or deploy log (behaviour §4.4).

use crate::verdict::front_matter::FrontMatter;

/// What a log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeployVerdict {
    /// SUCCESS.
    Success,
    /// FAILED; a reason when the log gives one.
    Failed(Option<String>),
    /// Nothing that can be read; why.
    Unreadable(String),
}

/// Reads `key` (`staging_status` or `deploy_status`) of a log.
#[must_use]
pub fn deploy_verdict(text: &str, key: &str) -> DeployVerdict {
    let matter = match FrontMatter::read(text) {
        Ok(matter) => matter,
        Err(error) => {
            return DeployVerdict::Unreadable(format!(
                "No machine-readable {key} in frontmatter (got: {error})"
            ));
        }
    };
    let value = matter.text(key).unwrap_or("none");
    if value.eq_ignore_ascii_case("SUCCESS") {
        DeployVerdict::Success
    } else if value.eq_ignore_ascii_case("FAILED") {
        DeployVerdict::Failed(matter.text("reason").map(str::to_owned))
    } else {
        DeployVerdict::Unreadable(format!("No machine-readable {key} in frontmatter (got: {value})"))
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn two_words_count() {
        for (value, expected) in [
            ("SUCCESS", DeployVerdict::Success),
            ("success", DeployVerdict::Success),
            ("Failed", DeployVerdict::Failed(None)),
            (
                "OK",
                DeployVerdict::Unreadable(
                    "No machine-readable deploy_status in frontmatter (got: OK)".to_owned(),
                ),
            ),
        ] {
            let text = format!("---\ndeploy_status: {value}\n---\n");
            assert_eq!(deploy_verdict(&text, "deploy_status"), expected);
        }
    }

    #[test]
    fn a_missing_key_is_named() {
        assert_eq!(
            deploy_verdict("---\nresult: 9/10 checks PASS\n---\n", "staging_status"),
            DeployVerdict::Unreadable(
                "No machine-readable staging_status in frontmatter (got: none)".to_owned()
            )
        );
    }
}
