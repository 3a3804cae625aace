//! The verdict of a review (behaviour §4.2).

use crate::verdict::findings::{MAX_REPORT_BYTES, Severity, review_findings};
use crate::verdict::front_matter::FrontMatter;
use crate::verdict::lookalike::{appearance, first_disguised};

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

/// Of an approval whose items were not all read.
pub(crate) const TOO_LARGE: &str =
    "APPROVED in a review larger than 256 KiB, whose items cannot all be read: make it shorter";

/// Reads the verdict of a review.
#[must_use]
pub fn review_verdict(text: &str) -> ReviewVerdict {
    match FrontMatter::read(text) {
        Ok(matter) => read(&matter, text),
        Err(error) => ReviewVerdict::Unreadable(format!("No readable frontmatter in review: {error}")),
    }
}

/// The verdict of a review whose front matter is read already.
pub(crate) fn read(matter: &FrontMatter, text: &str) -> ReviewVerdict {
    let Some(value) = matter.text("verdict") else {
        return ReviewVerdict::Unreadable(missing(matter));
    };
    if value.eq_ignore_ascii_case("REQUEST_CHANGES") {
        return ReviewVerdict::RequestChanges;
    }
    if !value.eq_ignore_ascii_case("APPROVED") {
        return ReviewVerdict::Unreadable(format!(
            "Review verdict not recognised: {} (write APPROVED or REQUEST_CHANGES)",
            shown(value, &["APPROVED", "REQUEST_CHANGES"])
        ));
    }
    if text.len() > MAX_REPORT_BYTES {
        return ReviewVerdict::Unreadable(TOO_LARGE.to_owned());
    }
    let findings = review_findings(text);
    let mut blockers = findings.iter().filter(|finding| finding.severity <= Severity::P1);
    match blockers.next() {
        None => ReviewVerdict::Approved,
        Some(first) => ReviewVerdict::Unreadable(format!(
            "APPROVED with {} open P0/P1 items: fix the verdict or mark the items resolved (the first: {} {})",
            blockers.count() + 1,
            first.severity.as_str(),
            shown(&first.text, &[])
        )),
    }
}

fn missing(matter: &FrontMatter) -> String {
    let missing = "No machine-readable verdict in review frontmatter";
    if matter.is_nested("verdict") {
        return format!("{missing} (it holds a list or mapping; write APPROVED or REQUEST_CHANGES)");
    }
    match matter.misspelt("verdict") {
        Some(found) => format!("{missing} (found {found})"),
        None => missing.to_owned(),
    }
}

/// A value for a diagnosis: one line, not long, and a letter named that makes it look like a word that it is not.
pub(crate) fn shown(value: &str, words: &[&str]) -> String {
    const MOST: usize = 120;
    let mut line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(MOST) {
        line.truncate(end);
        line.push('…');
    }
    let looks = appearance(value);
    let is_disguised = words.iter().any(|word| looks.trim().eq_ignore_ascii_case(word));
    match first_disguised(value) {
        Some(letter) if is_disguised => format!("{line} with {letter}"),
        _ => line,
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    fn check(text: &str, expected: &ReviewVerdict) {
        assert_eq!(&review_verdict(text), expected, "{text:?}");
    }

    fn unreadable(text: &str, why: &str) {
        check(text, &ReviewVerdict::Unreadable(why.to_owned()));
    }

    #[test]
    fn two_words_count_and_nothing_else() {
        check("---\nverdict: approved \n---\n", &ReviewVerdict::Approved);
        check(
            "---\nverdict: REQUEST_CHANGES\n---\n",
            &ReviewVerdict::RequestChanges,
        );
        for value in [
            "LGTM",
            "APPROVED with remarks",
            "REQUEST CHANGES",
            "NOT APPROVED",
            "APPROVED\n  REQUEST_CHANGES",
        ] {
            let text = format!("---\nverdict: {value}\n---\n");
            assert!(
                matches!(review_verdict(&text), ReviewVerdict::Unreadable(_)),
                "{value}"
            );
        }
    }

    #[test]
    fn a_diagnosis_says_what_to_mend() {
        unreadable(
            "---\nverdict: АPPROVED\n---\n",
            "Review verdict not recognised: АPPROVED with U+0410, which is not the Latin A (write APPROVED or REQUEST_CHANGES)",
        );
        unreadable(
            "---\nVerdict: APPROVED\n---\n",
            "No machine-readable verdict in review frontmatter (found 'Verdict'; keys are written in lower case)",
        );
        unreadable(
            "---\nverdict: [APPROVED]\n---\n",
            "No machine-readable verdict in review frontmatter (it holds a list or mapping; write APPROVED or REQUEST_CHANGES)",
        );
        unreadable(
            "---\nversion: 2\n---\n",
            "No machine-readable verdict in review frontmatter",
        );
    }

    #[test]
    fn approval_with_an_open_blocker_is_a_contradiction() {
        unreadable(
            "---\nverdict: APPROVED\n---\n### P0 — Blocker\n- it crashes\n",
            "APPROVED with 1 open P0/P1 items: fix the verdict or mark the items resolved (the first: P0 it crashes)",
        );
        unreadable(
            "---\rverdict: APPROVED\r---\r### P1\r- it crashes\r",
            "APPROVED with 1 open P0/P1 items: fix the verdict or mark the items resolved (the first: P1 it crashes)",
        );
        check(
            "---\nverdict: APPROVED\n---\n### P0\n- [x] it crashed\n- Нет.\n### P2\n- a nit\n",
            &ReviewVerdict::Approved,
        );
    }

    #[test]
    fn approval_needs_a_body_that_was_read_to_its_end() {
        let body = "x\n".repeat(MAX_REPORT_BYTES / 2);
        unreadable(&format!("---\nverdict: APPROVED\n---\n{body}"), TOO_LARGE);
        check(
            &format!("---\nverdict: REQUEST_CHANGES\n---\n{body}"),
            &ReviewVerdict::RequestChanges,
        );
    }
}
