//! Any bytes as a staging or deploy log: SUCCESS is written in the front matter or it is no success.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipeline_core::verdict::front_matter::FrontMatter;
use pipeline_core::verdict::report::{JudgeOptions, Outcome, ReportGate, judge_bytes};

fuzz_target!(|bytes: &[u8]| {
    for (gate, key) in [
        (ReportGate::Deploy, "deploy_status"),
        (ReportGate::Staging, "staging_status"),
    ] {
        check(bytes, gate, key);
        check(
            &[b"---\n", key.as_bytes(), b": ", bytes, b"\n---\n"].concat(),
            gate,
            key,
        );
    }
});

fn check(bytes: &[u8], gate: ReportGate, key: &str) {
    let options = JudgeOptions {
        gate: Some(gate),
        work_item: Some("ET-001"),
    };
    let verdict = judge_bytes("log.md", bytes, &options);
    assert!(!verdict.reason.is_empty());
    if verdict.outcome == Outcome::Pass {
        let text = String::from_utf8_lossy(bytes);
        let matter = FrontMatter::read(&text).expect("a success has front matter");
        let value = matter.text(key).expect("a success has a status");
        assert!(value.eq_ignore_ascii_case("SUCCESS"));
    }
}
