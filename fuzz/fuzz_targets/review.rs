//! Any review: an approval has its word in the front matter and no open blocker in its body; findings are bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipeline_core::verdict::findings::{MAX_FINDINGS, MAX_TEXT, Severity, review_findings};
use pipeline_core::verdict::front_matter::FrontMatter;
use pipeline_core::verdict::review::{ReviewVerdict, review_verdict};

fuzz_target!(|text: &str| {
    check(text);
    check(&format!("---\nverdict: APPROVED\n---\n### P0\n{text}"));
});

fn check(text: &str) {
    let findings = review_findings(text);
    assert!(findings.len() <= 4 * MAX_FINDINGS);
    assert!(
        findings
            .iter()
            .all(|finding| finding.text.chars().count() <= MAX_TEXT + 1)
    );
    if review_verdict(text) == ReviewVerdict::Approved {
        let matter = FrontMatter::read(text).expect("an approval has front matter");
        let value = matter.text("verdict").expect("an approval has a verdict");
        assert!(value.eq_ignore_ascii_case("APPROVED"));
        assert!(findings.iter().all(|finding| finding.severity > Severity::P1));
    }
}
