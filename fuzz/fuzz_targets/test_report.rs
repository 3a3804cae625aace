//! Any test report: what passes has a positive word and looks like nothing negative; findings are bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipeline_core::verdict::findings::{MAX_FINDINGS, MAX_TEXT, test_findings};
use pipeline_core::verdict::front_matter::FrontMatter;
use pipeline_core::verdict::lookalike::appearance;
use pipeline_core::verdict::tests::{TestVerdict, test_verdict};
use pipeline_core::verdict::tokens::{Tone, tone};

fuzz_target!(|text: &str| {
    check(text);
    check(&format!("---\nresult: {text}\n---\n"));
    let findings = test_findings(text);
    assert!(findings.len() <= MAX_FINDINGS);
    assert!(
        findings
            .iter()
            .all(|finding| finding.chars().count() <= MAX_TEXT + 1)
    );
});

fn check(text: &str) {
    if !matches!(test_verdict(text), TestVerdict::Pass(_)) {
        return;
    }
    let matter = FrontMatter::read(text).expect("a pass has front matter");
    let values = ["result", "verdict", "status"].map(|key| matter.text(key));
    let tones: Vec<Tone> = values.into_iter().flatten().map(tone).collect();
    assert!(tones.contains(&Tone::Positive));
    assert!(!tones.iter().any(|tone| matches!(tone, Tone::Doubtful(_))));
    for value in values.into_iter().flatten() {
        assert!(
            !matches!(tone(&appearance(value)), Tone::Negative(_)),
            "{value:?}"
        );
    }
}
