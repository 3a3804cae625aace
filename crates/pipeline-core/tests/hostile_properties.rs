//! What holds for every text: verdicts are never turned to pass by what stands around a negative word, and no input makes a parser panic.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

use pipeline_core::id::{IssueId, JobId, RunId, TaskId, WorkItemId};
use pipeline_core::message::text::{cut, escape, one_line};
use pipeline_core::observation::ItemObservation;
use pipeline_core::start::{branch, slug};
use pipeline_core::time::Timestamp;
use pipeline_core::usage::{duration_text, tokens_text};
use pipeline_core::verdict::findings::{MAX_FINDINGS, MAX_TEXT, review_findings, test_findings};
use pipeline_core::verdict::front_matter::{FrontMatter, MAX_BYTES, MAX_NODES};
use pipeline_core::verdict::report::{JudgeOptions, Outcome, ReportGate, judge_bytes};
use pipeline_core::verdict::tests::{TestVerdict, test_verdict};
use pipeline_core::verdict::tokens::{Tone, tone};
use proptest::collection::vec;
use proptest::prelude::*;

const NEGATIVE: [&str; 9] = [
    "BLOCKED",
    "FAILED",
    "FAIL",
    "FAILING",
    "FAILURE",
    "REQUEST_CHANGES",
    "REJECT",
    "REJECTED",
    "RED",
];
const POSITIVE: [&str; 6] = [
    "PASSED",
    "PASS",
    "READY-TO-DEPLOY",
    "READY_TO_DEPLOY",
    "GREEN",
    "APPROVED",
];
/// Words that neither deny nor excuse.
const NOISE: [&str; 9] = [
    "all",
    "tests",
    "ok",
    "регрессий",
    "нет",
    "42",
    "stage",
    "registered",
    "bypassed",
];

fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    (prop::sample::select(words), any::<u64>()).prop_map(|(word, cases)| mixed(word, cases))
}

/// The word with each letter in upper or lower case.
fn mixed(word: &str, cases: u64) -> String {
    word.chars()
        .enumerate()
        .map(|(at, letter)| match cases >> (at % 64) & 1 {
            0 => letter.to_ascii_lowercase(),
            _ => letter.to_ascii_uppercase(),
        })
        .collect()
}

fn glue() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&[" ", ", ", " — ", ": ", " (", ") ", "; ", " ** "][..])
}

fn joined(words: &[(String, &'static str)]) -> String {
    words.iter().map(|(word, glue)| format!("{word}{glue}")).collect()
}

fn issue(title: &str, id: &str) -> ItemObservation {
    ItemObservation {
        issue: IssueId::new(id),
        sequence: 7,
        title: title.to_owned(),
        description: String::new(),
        column: None,
        deleted: false,
        created_at: Timestamp(0),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    }
}

/// Pieces of Markdown and YAML in any order: nearer to a report than letters at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &[
            "---\n",
            "verdict: ",
            "APPROVED\n",
            "result: ",
            "PASS\n",
            "FAILED",
            "\n",
            "\r",
            "\r\n",
            " ",
            "### P0\n",
            "- x\n",
            "  - [x] y\n",
            "| FAIL |\n",
            "|---|\n",
            "```\n",
            "~~~~\n",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a ",
            "!t ",
            "<<: ",
            "\"",
            "'",
            "|\n",
            ">-\n",
            "? ",
            ": ",
            "#",
            "\0",
            "\u{feff}",
            "я",
            "\u{200b}",
            "%YAML 1.2\n",
            "...\n",
            "\t",
            "9/10 ",
            "0 ",
            "NOT ",
            "===\n",
        ][..],
    );
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_negative_word_is_never_outweighed(
        before in vec((prop_oneof![word(&POSITIVE), word(&NOISE)], glue()), 0..6),
        negative in word(&NEGATIVE),
        after in vec((prop_oneof![word(&POSITIVE), word(&NOISE)], glue()), 0..6),
    ) {
        let value = format!("{}{negative} {}", joined(&before), joined(&after));
        prop_assert!(matches!(tone(&value), Tone::Negative(_)), "{value}");
    }

    #[test]
    fn noise_does_not_take_a_pass_away(
        before in vec((word(&NOISE), glue()), 0..6),
        positive in word(&POSITIVE),
        after in vec((word(&NOISE), glue()), 0..6),
    ) {
        let value = format!("{}{positive} {}", joined(&before), joined(&after));
        prop_assert_eq!(tone(&value), Tone::Positive, "{}", value);
    }

    #[test]
    fn noise_alone_says_nothing(words in vec((word(&NOISE), glue()), 0..9)) {
        prop_assert_eq!(tone(&joined(&words)), Tone::Unknown);
    }

    #[test]
    fn fewer_than_all_is_negative(some in 0_u64..1_000, more in 1_u64..1_000, counted in word(&["checks", "tests", "cases", "passed", "pass"])) {
        let value = format!("PASS {some}/{} {counted}", some + more);
        prop_assert!(matches!(tone(&value), Tone::Negative(_)), "{value}");
        let all = format!("PASS {more}/{more} {counted}");
        prop_assert_eq!(tone(&all), Tone::Positive);
    }

    #[test]
    fn what_is_denied_in_its_clause_is_no_pass(
        before in vec((word(&NOISE), glue()), 0..3),
        not in prop::sample::select(&["not", "NOT", "cannot", "never", "doesn't", "isn’t", "не", "НЕ"][..]),
        between in vec(word(&NOISE), 0..4),
        positive in word(&POSITIVE),
    ) {
        let value = format!("PASS {}{not} {} {positive}", joined(&before), between.join(" "));
        prop_assert!(matches!(tone(&value), Tone::Negative(_) | Tone::Doubtful(_)), "{value}");
    }

    #[test]
    fn fewer_than_all_of_anything_is_no_pass(
        before in vec((prop_oneof![word(&POSITIVE), word(&NOISE)], glue()), 0..4),
        some in 0_u64..1_000,
        more in 1_u64..1_000,
        of in prop::sample::select(&["/", " / ", " of ", " OUT OF ", " из "][..]),
        after in vec((prop_oneof![word(&POSITIVE), word(&NOISE)], glue()), 0..4),
    ) {
        let value = format!("{}{some}{of}{} {}", joined(&before), some + more, joined(&after));
        prop_assert!(matches!(tone(&value), Tone::Negative(_) | Tone::Doubtful(_)), "{value}");
    }

    #[test]
    fn the_order_of_the_fields_does_not_matter(
        positive in word(&POSITIVE),
        negative in word(&NEGATIVE),
        keys in Just(["result", "verdict", "status"]).prop_shuffle(),
    ) {
        let text = format!("---\n{}: {positive}\n{}: {negative}\n---\n", keys[0], keys[1]);
        let is_fail = matches!(test_verdict(&text), TestVerdict::Fail { .. });
        prop_assert!(is_fail, "{text}");
    }

    #[test]
    fn front_matter_of_any_text_is_bounded(text in pieces()) {
        match FrontMatter::read(&text) {
            Ok(matter) => prop_assert!(matter.bytes() <= MAX_BYTES && matter.nodes() <= MAX_NODES),
            Err(error) => {
                // A place in the file, or the one after its last line.
                let lines = text.replace("\r\n", "\n").replace('\r', "\n").lines().count();
                prop_assert!(error.line >= 1 && error.line <= lines.max(1) + 1, "{error} in {text:?}");
                prop_assert!(error.column >= 1);
            }
        }
    }

    #[test]
    fn any_bytes_are_judged(bytes in vec(any::<u8>(), 0..400), gate in prop::sample::select(&ReportGate::ALL[..])) {
        let options = JudgeOptions { gate: Some(gate), work_item: None };
        let text = [b"---\n".as_slice(), &bytes].concat();
        for bytes in [bytes, text] {
            let verdict = judge_bytes("a.md", &bytes, &options);
            prop_assert!(!verdict.reason.is_empty());
        }
    }

    #[test]
    fn a_pass_needs_its_word_in_the_front_matter(text in pieces()) {
        for gate in ReportGate::ALL {
            let options = JudgeOptions { gate: Some(gate), work_item: None };
            if judge_bytes("a.md", text.as_bytes(), &options).outcome == Outcome::Pass {
                let matter = FrontMatter::read(&text).unwrap();
                let named = ["verdict", "result", "status"].iter().any(|key| matter.text(key).is_some());
                prop_assert!(named, "{text:?}");
            }
        }
    }

    #[test]
    fn findings_of_any_text_are_bounded(text in pieces()) {
        let review = review_findings(&text);
        prop_assert!(review.len() <= 4 * MAX_FINDINGS);
        prop_assert!(review.iter().all(|finding| finding.text.chars().count() <= MAX_TEXT + 1));
        let tests = test_findings(&text);
        prop_assert!(tests.len() <= MAX_FINDINGS);
        prop_assert!(tests.iter().all(|finding| finding.chars().count() <= MAX_TEXT + 1));
    }

    #[test]
    fn slugs_are_fit_for_a_branch(title in any::<String>()) {
        let slug = slug(&title);
        prop_assert!(slug.len() <= 30);
        prop_assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{slug}");
        prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"), "{slug}");
    }

    #[test]
    fn a_branch_is_a_name_that_git_takes(title in any::<String>(), id in "[a-z0-9-]{8,36}") {
        let item = issue(&title, &id);
        let branch = branch(&WorkItemId::new("ET-007"), &item);
        let tail = branch.as_str().strip_prefix("feature/ET-007-").unwrap();
        prop_assert!(!tail.is_empty() && tail.len() <= 30, "{branch}");
        prop_assert!(tail.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{branch}");
    }

    #[test]
    fn tokens_are_short_and_near(tokens in 0_u64..2_000_000_000) {
        let text = tokens_text(tokens);
        let (number, scale) = match text.strip_suffix('k') {
            Some(number) => (number, 1e3),
            None => text.strip_suffix('M').map_or((text.as_str(), 1.0), |number| (number, 1e6)),
        };
        let shown = number.parse::<f64>().unwrap() * scale;
        prop_assert!(text.len() <= 7);
        prop_assert!((shown - tokens as f64).abs() <= scale * 0.05 + 0.5, "{tokens} as {text}");
    }

    #[test]
    fn text_of_others_is_cut_and_never_markup(text in any::<String>(), most in 1_usize..100) {
        let short = cut(&text, most);
        prop_assert!(short.chars().count() <= most);
        prop_assert!(text.starts_with(short.trim_end_matches('…')) || text.ends_with('…'));
        prop_assert!(!escape(&text).contains(['<', '>', '"']));
        prop_assert!(!one_line(&text, most).contains(['\n', '\r']));
    }

    #[test]
    fn run_ids_read_as_they_are_written(task in 0_i64.., number in any::<u32>(), fence in any::<u32>()) {
        let run = RunId { job: JobId { task: TaskId(task), number }, fence };
        prop_assert_eq!(run.to_string().parse::<RunId>(), Ok(run));
    }

    #[test]
    fn durations_have_two_units_at_most(seconds in 0_u64..400_000_000) {
        let text = duration_text(seconds);
        let parts: Vec<&str> = text.split(' ').collect();
        prop_assert!(parts.len() <= 2);
        let total: u64 = parts.iter().map(|part| {
            let (number, unit) = part.split_at(part.len() - 1);
            let scale = match unit { "h" => 3_600, "m" => 60, _ => 1 };
            number.parse::<u64>().unwrap() * scale
        }).sum();
        prop_assert!(seconds >= total && seconds - total < 60);
    }
}
