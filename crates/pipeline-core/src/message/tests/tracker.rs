use super::{EN, HOSTILE, RU};
use crate::message::comment::Delivery;
use crate::message::tracker::*;
use crate::project::Locale;
use crate::stage::StageName;
use crate::usage::Usage;

fn usage() -> Usage {
    Usage {
        input_tokens: 1_234,
        output_tokens: 999,
        cost_usd: 0.5,
        ..Usage::default()
    }
}

fn message<'a>(locale: Locale, lines: &'a [StageLine<'a>], total: &'a Usage) -> TrackerMessage<'a> {
    TrackerMessage {
        locale,
        work_item: "ET-012",
        title: "New <cart>",
        lines,
        total,
        done: None,
        pull_request: None,
        delivery: Delivery::Deployed,
    }
}

fn check(locale: Locale, lines: &[(&str, LineKind<'_>)], expected: &str) {
    let stages: Vec<StageName> = lines.iter().map(|(stage, _)| StageName::new(*stage)).collect();
    let lines: Vec<StageLine<'_>> = stages
        .iter()
        .zip(lines)
        .map(|(stage, (_, kind))| StageLine { stage, kind: *kind })
        .collect();
    assert_eq!(tracker_message(&message(locale, &lines, &usage())), expected);
}

fn finished(seconds: u64, model: Option<&str>) -> LineKind<'_> {
    LineKind::Finished {
        seconds,
        usage: usage(),
        model,
    }
}

#[test]
fn a_task_at_work_shows_its_stages() {
    let lines = [
        ("analysis", finished(540, Some("anthropic/claude-opus-4"))),
        (
            "analysis",
            LineKind::ReviewClock {
                of: ReviewOf::Brd,
                seconds: 59,
                waiting: false,
            },
        ),
        ("architecture", finished(0, None)),
        ("development", LineKind::Running { attempt: 1 }),
    ];
    check(
        RU,
        &lines,
        "🛠️ ET-012 · New &lt;cart&gt;\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         ✅ Analysis      9м · 1.2k↓/999↑ · $0.50 · opus-4\n\
         ⏸️ Ревью БРД &lt;1м · твоё время\n\
         ✅ Architecture  — · 1.2k↓/999↑ · $0.50\n\
         🔄 Development   … · идёт\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         💰 1.2k↓ / 999↑ · $0.50",
    );
    check(
        EN,
        &lines,
        "🛠️ ET-012 · New &lt;cart&gt;\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         ✅ Analysis      9m · 1.2k↓/999↑ · $0.50 · opus-4\n\
         ⏸️ BRD review &lt;1m · your time\n\
         ✅ Architecture  — · 1.2k↓/999↑ · $0.50\n\
         🔄 Development   … · running\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         💰 1.2k↓ / 999↑ · $0.50",
    );
}

#[test]
fn waiting_repeating_and_blocked_stages_show_it() {
    let lines = [
        (
            "analysis",
            LineKind::ReviewClock {
                of: ReviewOf::Brd,
                seconds: 120,
                waiting: true,
            },
        ),
        ("testing", LineKind::Running { attempt: 2 }),
        ("deploy-staging", LineKind::Blocked { reason: HOSTILE }),
    ];
    check(
        RU,
        &lines,
        "🛠️ ET-012 · New &lt;cart&gt;\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         ⏸️ Ревью БРД 2м · твоё время ⏳\n\
         🔄 Testing       · попытка 2 … идёт\n\
         ⛔ Staging       · &lt;b onclick=&quot;x&quot;&gt;&amp;&lt;/b&gt; &lt;script&gt;\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         💰 1.2k↓ / 999↑ · $0.50",
    );
    check(
        EN,
        &lines[..2],
        "🛠️ ET-012 · New &lt;cart&gt;\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         ⏸️ BRD review 2m · your time ⏳\n\
         🔄 Testing       · attempt 2 … running\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         💰 1.2k↓ / 999↑ · $0.50",
    );
}

#[test]
fn a_finished_task_shows_where_the_time_went() {
    let total = usage();
    let mut done = message(RU, &[], &total);
    done.title = " ";
    done.pull_request = Some(7);
    done.done = Some(DoneTimes {
        total_seconds: 3_600,
        agents_seconds: 1_859,
        yours_seconds: 30,
    });
    assert_eq!(
        tracker_message(&done),
        "🎉 ET-012 — ГОТОВО\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         💰 1.2k↓ / 999↑ · $0.50\n\
         ⏱️ Всего 60м · агенты 30м · твоё &lt;1м\n\
         🔗 PR #7 · 📦 deployed"
    );
    done.locale = EN;
    done.title = "Cart";
    done.pull_request = None;
    assert_eq!(
        tracker_message(&done),
        "🎉 ET-012 · Cart — DONE\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         ━━━━━━━━━━━━━━━━━━━━━━\n\
         💰 1.2k↓ / 999↑ · $0.50\n\
         ⏱️ Total 60m · agents 30m · yours &lt;1m\n\
         📦 deployed"
    );
    done.delivery = Delivery::Merged;
    assert!(tracker_message(&done).ends_with("yours &lt;1m"));
    done.pull_request = Some(7);
    assert!(tracker_message(&done).ends_with("\n🔗 PR #7"));
}

#[test]
fn documents_of_other_pipelines_are_reviewed_by_the_name_of_their_stage() {
    let clock = |seconds| LineKind::ReviewClock {
        of: ReviewOf::Stage,
        seconds,
        waiting: true,
    };
    for (locale, expected) in [
        (RU, "⏸️ Ревью ux 2м · твоё время ⏳"),
        (EN, "⏸️ ux review 2m · your time ⏳"),
    ] {
        let (stage, total) = (StageName::new("ux"), usage());
        let lines = [StageLine {
            stage: &stage,
            kind: clock(120),
        }];
        let text = tracker_message(&message(locale, &lines, &total));
        assert!(text.lines().any(|line| line == expected), "{text}");
    }
}

#[test]
fn minutes_are_full_minutes() {
    for (seconds, expected) in [
        (0, "—"),
        (1, "<1m"),
        (59, "<1m"),
        (60, "1m"),
        (119, "1m"),
        (3_600, "60m"),
    ] {
        assert_eq!(minutes_text(EN, seconds), expected);
        assert_eq!(minutes_text(RU, seconds), expected.replace('m', "м"));
    }
}

#[test]
fn models_lose_their_provider() {
    for (model, expected) in [
        ("claude-sonnet-4", "sonnet-4"),
        ("anthropic/claude-opus-4", "opus-4"),
        ("a/b/gpt-5", "gpt-5"),
        ("", ""),
    ] {
        assert_eq!(model_text(model), expected);
    }
}

#[test]
fn labels_are_padded() {
    for (stage, expected) in [
        ("analysis", "Analysis     "),
        ("architecture", "Architecture "),
        ("development", "Development  "),
        ("review", "Review       "),
        ("testing", "Testing      "),
        ("deploy-staging", "Staging      "),
        ("deploy", "Deploy       "),
        ("security-audit-2", "security-audit-2"),
    ] {
        assert_eq!(stage_label(&StageName::new(stage)), expected);
    }
}

#[test]
fn an_endless_title_and_reason_leave_room_for_the_rest() {
    let total = usage();
    let stage = StageName::new("review");
    let endless = "ж".repeat(10_000);
    let lines = [StageLine {
        stage: &stage,
        kind: LineKind::Blocked { reason: &endless },
    }];
    let mut long = message(RU, &lines, &total);
    long.title = &endless;
    assert_eq!(tracker_message(&long).matches('ж').count(), 199 + 299);
}
