//! Figures of runs that go on with a session, and of logs that nobody vouches for.

use super::*;

fn settled(name: &str, kind: ProviderKind, resumed: Option<&Resumed>, model: Option<&str>) -> Transcript {
    let mut transcript = Sample::read(name).transcript(kind);
    transcript.settle(resumed, model, &Prices::built_in());
    transcript
}

fn resumed(totals: Option<Usage>) -> Resumed {
    Resumed {
        session: "s".to_owned(),
        totals,
    }
}

#[track_caller]
fn check_cost(transcript: &Transcript, expected: f64) {
    let cost = transcript.so_far.cost_usd;
    assert!((cost - expected).abs() < 1e-9, "{cost} instead of {expected}");
}

#[test]
fn a_resumed_run_costs_what_it_added_to_the_session() {
    let kind = ProviderKind::Claude;
    let first = settled("claude-session-1-new.txt", kind, None, None);
    let before = resumed(first.totals);
    let second = settled("claude-session-3-resume.txt", kind, Some(&before), None);
    assert_eq!(
        (second.so_far.input_tokens, second.so_far.output_tokens),
        (100, 20)
    );
    check_cost(&second, 0.0006);
    let before = resumed(second.totals);
    let third = settled("claude-session-4-resume-other-cwd.txt", kind, Some(&before), None);
    check_cost(&third, 0.0006);
    assert_eq!(third.totals.unwrap().input_tokens, 300);
    assert!(!third.cost_is_estimated && third.notes.is_empty());
}

#[test]
fn a_thread_that_counts_all_its_turns_is_subtracted_too() {
    let kind = ProviderKind::Codex;
    let first = settled("codex-resume-a.txt", kind, None, Some("gpt-5.5"));
    let before = resumed(first.totals);
    let second = settled("codex-resume-b.txt", kind, Some(&before), Some("gpt-5.5"));
    assert_eq!(
        (second.so_far.input_tokens, second.so_far.output_tokens),
        (100, 20)
    );
    check_cost(&second, 0.0011);
    assert!(second.cost_is_estimated);
    assert_eq!(second.model.as_deref(), Some("gpt-5.5"));
}

#[test]
fn a_session_whose_beginning_nobody_knows_is_said_to_be_so() {
    let before = resumed(None);
    let claude = settled(
        "claude-session-3-resume.txt",
        ProviderKind::Claude,
        Some(&before),
        None,
    );
    assert_eq!(claude.so_far.input_tokens, 100, "its own tokens are known");
    check_cost(&claude, 0.0006);
    assert!(claude.cost_is_estimated && claude.notes.len() == 1);
    let codex = settled("codex-resume-b.txt", ProviderKind::Codex, Some(&before), None);
    assert_eq!(codex.so_far.input_tokens, 200);
    assert_eq!(codex.notes.len(), 2, "{:?}", codex.notes);
}

#[test]
fn a_run_that_failed_before_it_counted_leaves_the_session_as_it_was() {
    let totals = Usage {
        input_tokens: 500,
        cost_usd: 0.5,
        ..Usage::default()
    };
    let before = resumed(Some(totals));
    for name in ["claude-500.txt", "claude-bad-resume.txt"] {
        let failed = settled(name, ProviderKind::Claude, Some(&before), None);
        assert_eq!(failed.so_far, Usage::default(), "{name}");
        assert_eq!(failed.totals, Some(totals), "{name}");
    }
}

#[test]
fn progress_is_known_before_the_end() {
    let sample = Sample::read("claude-write-stream.txt");
    let without_end = sample.stdout.trim_end().rsplit_once('\n').unwrap().0;
    let transcript = Transcript::of(ProviderKind::Claude, without_end.as_bytes(), "").unwrap();
    assert_eq!(transcript.record, None);
    assert_eq!(transcript.last_tool.as_deref(), Some("Write"));
    assert_eq!(
        transcript.so_far.input_tokens, 200,
        "a message in two parts counts once"
    );
    assert_eq!(transcript.version.as_deref(), Some("2.1.329"));
}

#[test]
fn repeated_requests_are_counted() {
    for (name, kind, expected) in [
        ("claude-529-fallback.txt", ProviderKind::Claude, 6),
        ("codex-500.txt", ProviderKind::Codex, 5),
        ("gemini-429.txt", ProviderKind::Gemini, 6),
    ] {
        assert_eq!(Sample::read(name).transcript(kind).retries, expected, "{name}");
    }
}

#[test]
fn hostile_output_neither_ends_the_reading_nor_gets_into_the_figures() {
    let result = r#"{"type":"result","is_error":false,"usage":{"input_tokens":7,"output_tokens":-1},"total_cost_usd":1e99,"modelUsage":{"m":{"inputTokens":18446744073709551615}},"result":"\u001b[31mok"}"#;
    let log = [
        "x".repeat(3 << 20),
        "{\"type\":".repeat(200_000),
        "[12345678901234567890 bytes of output are not kept]".to_owned(),
        r#"{"type":7}"#.to_owned(),
        r#"{"type":"assistant","message":[]}"#.to_owned(),
        result.to_owned(),
    ]
    .join("\n");
    let mut log = log.into_bytes();
    log.extend(b"\n\xff\xfe{\n");
    for kind in [
        ProviderKind::Claude,
        ProviderKind::Codex,
        ProviderKind::Opencode,
        ProviderKind::Gemini,
    ] {
        let mut transcript = Transcript::of(kind, log.as_slice(), "").unwrap();
        assert_eq!(transcript.notes.len(), 1, "{kind:?}: the gap is noted");
        transcript.settle(None, None, &Prices::built_in());
        if kind == ProviderKind::Claude {
            assert_eq!(
                (transcript.so_far.input_tokens, transcript.so_far.output_tokens),
                (7, 0)
            );
            assert_eq!(transcript.record.unwrap().summary, "ok");
        }
    }
}

#[test]
fn words_of_a_failure_hold_no_key() {
    let said = r#"{"type":"turn.failed","error":{"message":"unexpected status 401: Incorrect API key provided: sk-proj-1234."}}"#;
    let transcript = Transcript::of(ProviderKind::Codex, said.as_bytes(), "").unwrap();
    let failure = ProviderKind::Codex.judge(1, &transcript).unwrap();
    assert!(failure.message.ends_with("provided: ***"), "{}", failure.message);
}

#[test]
fn a_provider_that_says_when_to_come_back_is_heard() {
    let transcript = Sample::read("opencode-429.txt").transcript(ProviderKind::Opencode);
    let failure = ProviderKind::Opencode.judge(1, &transcript).unwrap();
    assert_eq!(failure.retry_after, Some(Duration::from_secs(2)));
}
