//! The verdict of a review (behaviour §4.2).

use crate::verdict::findings::{Severity, review_findings};
use crate::verdict::front_matter::FrontMatter;

/// What a review says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewVerdict {
    /// APPROVED, and nothing of P0 or P1 is open.
    Approved,
    /// REQUEST_CHANGES.
    RequestChanges,
    /// Nothing that can be read; why.
    Unreadable(String),
}

/// Reads the verdict of a review.
#[must_use]
pub fn review_verdict(text: &str) -> ReviewVerdict {
    let matter = match FrontMatter::read(text) {
        Ok(matter) => matter,
        Err(error) => {
            return ReviewVerdict::Unreadable(format!("No readable frontmatter in review: {error}"));
        }
    };
    let Some(value) = matter.text("verdict") else {
        return ReviewVerdict::Unreadable("No machine-readable verdict in review frontmatter".to_owned());
    };
    if value.eq_ignore_ascii_case("REQUEST_CHANGES") {
        return ReviewVerdict::RequestChanges;
    }
    if !value.eq_ignore_ascii_case("APPROVED") {
        return ReviewVerdict::Unreadable(format!(
            "Review verdict not recognised: {value} (write APPROVED or REQUEST_CHANGES)"
        ));
    }
    let open = review_findings(text)
        .iter()
        .filter(|finding| finding.severity <= Severity::P1)
        .count();
    if open > 0 {
        return ReviewVerdict::Unreadable(format!(
            "APPROVED with {open} open P0/P1 items: fix the verdict or mark the items resolved"
        ));
    }
    ReviewVerdict::Approved
}

#[cfg(test)]
mod cases {
    use super::*;

    fn check(text: &str, expected: &ReviewVerdict) {
        assert_eq!(&review_verdict(text), expected, "{text:?}");
    }

    #[test]
    fn two_words_count_and_nothing_else() {
        check("---\nverdict: approved \n---\n", &ReviewVerdict::Approved);
        check(
            "---\nverdict: REQUEST_CHANGES\n---\n",
            &ReviewVerdict::RequestChanges,
        );
        for value in ["LGTM", "APPROVED with remarks", "АPPROVED"] {
            let text = format!("---\nverdict: {value}\n---\n");
            assert!(
                matches!(review_verdict(&text), ReviewVerdict::Unreadable(_)),
                "{value}"
            );
        }
    }

    #[test]
    fn approval_with_an_open_blocker_is_a_contradiction() {
        let text = "---\nverdict: APPROVED\n---\n### P0 — Blocker\n- it crashes\n";
        check(
            text,
            &ReviewVerdict::Unreadable(
                "APPROVED with 1 open P0/P1 items: fix the verdict or mark the items resolved".to_owned(),
            ),
        );
        check(
            "---\nverdict: APPROVED\n---\n### P0\n- [x] it crashed\n- Нет.\n### P2\n- a nit\n",
            &ReviewVerdict::Approved,
        );
    }
}
