//! A brief has an end, and says so where something is missing.

use pipeline_core::brief::{BRIEF_MAX, Launch};
use pipeline_core::stage::Cause;

use crate::setting::{bounce, brief, task};

#[test]
fn long_words_and_logs_keep_their_beginning_and_end() {
    let text = format!("first\n{}\nlast", "слово ".repeat(2_000_000));
    let answers = brief(
        &task(Vec::new()),
        "analysis",
        &Launch::Answers { text: text.clone() },
    );
    assert!(answers.len() <= BRIEF_MAX);
    assert!(
        answers.contains("> first") && answers.contains("bytes are left out here]"),
        "{}",
        answers.len()
    );
    let log = bounce("development", Cause::Ci, "CI state: failure", &[&text]);
    let red = brief(&task(vec![log]), "development", &Launch::Bounce);
    assert!(red.contains("> first") && red.contains("> last") && red.contains("bytes are left out here]"));
    assert!(red.len() < 20_000);
}

#[test]
fn many_findings_are_counted() {
    let findings: Vec<String> = (0..1_000)
        .map(|number| format!("P1 src/{number}.rs {}", "x".repeat(9_000)))
        .collect();
    let findings: Vec<&str> = findings.iter().map(String::as_str).collect();
    let review = bounce(
        "review",
        Cause::Review,
        "Review verdict: REQUEST_CHANGES",
        &findings,
    );
    let text = brief(&task(vec![review]), "development", &Launch::Bounce);
    assert!(text.len() <= BRIEF_MAX);
    assert!(text.ends_with("[the brief ends here: it would be longer than 200,000 bytes]\n"));
    let short: Vec<&str> = vec!["P2 name"; 1];
    let many: Vec<String> = (0..250).map(|number| format!("P2 name {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).chain(short).collect();
    let review = bounce("review", Cause::Review, "Review verdict: REQUEST_CHANGES", &many);
    let text = brief(&task(vec![review]), "development", &Launch::Bounce);
    assert!(text.ends_with("(151 more are left out; the reports have them.)\n"));
}

#[test]
fn a_long_history_says_how_much_of_it_is_missing() {
    let bounces = (0..50).map(|_| bounce("development", Cause::Ci, "CI state: failure", &["ci/test"]));
    let text = brief(&task(bounces.collect()), "development", &Launch::Bounce);
    assert!(text.contains("(29 earlier ones are left out.)"), "{text}");
    assert!(text.contains("\n49. ci at development:\n") && !text.contains("\n50. "));
}
