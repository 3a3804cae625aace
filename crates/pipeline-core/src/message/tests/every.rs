//! Every row of the tables in both languages, one snapshot per family: what changes here changes what people read.

use std::fmt::Write;

use super::{EN, RU, list, stage};
use crate::message::alert::*;
use crate::message::asking::*;
use crate::message::comment::*;
use crate::message::setback::*;
use crate::message::status::*;
use crate::message::tracker::*;
use crate::project::Locale;
use crate::role::Role;
use crate::stage::StageName;
use crate::usage::Usage;

/// A row by its name, in both languages; once where they are the same.
fn row(text: &mut String, name: &str, sentence: impl Fn(Locale) -> String) {
    let (ru, en) = (sentence(RU), sentence(EN));
    let _ = if ru == en {
        writeln!(text, "{name}\n  {en}")
    } else {
        writeln!(text, "{name}\n  {ru}\n  {en}")
    };
}

fn usage() -> Usage {
    Usage {
        input_tokens: 200,
        output_tokens: 2_500_000,
        cache_read_input_tokens: 1_034,
        cost_usd: 7.29,
        ..Usage::default()
    }
}

fn developer() -> Role {
    Role::new("developer")
}

const TURN: Turn = Turn { attempt: 1, max: 3 };

#[test]
fn comments_about_the_way() {
    use Qg0Problem::{DescriptionTooShort, TitleTooLong, TitleTooShort};
    let (analyst, items) = (Role::new("analyst"), list(&["ET-1", "ET-2"]));
    let mut text = String::new();
    let t = &mut text;
    row(t, "start", |locale| start_comment(locale, &analyst));
    row(t, "qg0_failed", |locale| {
        qg0_failed_comment(locale, &[TitleTooShort, TitleTooLong, DescriptionTooShort])
    });
    row(t, "relaunched_with_answers", relaunched_with_answers_comment);
    row(t, "analyst_rejected", |locale| {
        analyst_rejected_comment(locale, &analyst, "why")
    });
    row(t, "rolled_back", |locale| {
        rolled_back_comment(locale, "review", "development", "why")
    });
    row(t, "restarted", |locale| restarted_comment(locale, "review"));
    row(t, "stage_change", |_| {
        stage_change_comment("review", "testing", Some(&Role::new("tester")))
    });
    row(t, "stage_change, nobody starts", |_| {
        stage_change_comment("deploy", "done", None)
    });
    row(t, "nothing_to_approve", |locale| {
        nothing_to_approve_comment(locale, "review")
    });
    row(t, "not_an_approver", |locale| {
        not_an_approver_comment(locale, "eve")
    });
    row(t, "protected_paths", |locale| {
        protected_paths_comment(locale, &developer(), &items)
    });
    row(t, "foreign_head", |locale| {
        foreign_head_comment(locale, "feature/a", "abc")
    });
    row(t, "waiting_for", |locale| waiting_for_comment(locale, &items));
    row(t, "approval_stale", approval_stale_comment);
    row(t, "closed_task", |locale| closed_task_comment(locale, "done"));
    row(t, "judged_again", |locale| judged_again_comment(locale, "review"));
    row(t, "merged_outside", merged_outside_comment);
    row(t, "forced", |locale| {
        forced_comment(locale, "ann", "review", "why")
    });
    row(t, "waits_for_itself", |locale| {
        waits_for_itself_comment(locale, "ET-1, ET-2")
    });
    row(t, "escalation", |_| {
        escalation_comment(&retries_exhausted_line(&developer(), 3, "review"))
    });
    row(t, "done", |_| done_comment(Delivery::Deployed));
    row(t, "done, nothing was deployed", |_| {
        done_comment(Delivery::Merged)
    });
    row(t, "summary", |locale| {
        summary_comment(locale, &usage(), &[(analyst.clone(), usage())])
    });
    insta::assert_snapshot!(text);
}

#[test]
fn comments_about_setbacks() {
    let (analyst, analysis) = (Role::new("analyst"), stage("analysis"));
    let (developer, development) = (developer(), StageName::new("development"));
    let back = Back {
        stage: &development,
        role: &developer,
    };
    let items = list(&["a.rs", "b.rs"]);
    let mut text = String::new();
    let t = &mut text;
    row(t, "gate_failed", |_| {
        gate_failed_comment("testing", "check_tests_passed", "Test verdict: FAIL (FAIL)")
    });
    row(t, "questions", |locale| {
        questions_comment(locale, &analyst, "1?\n2?")
    });
    row(t, "analyst_empty", |locale| {
        analyst_empty_comment(locale, &analyst)
    });
    row(t, "questions_exhausted", |locale| {
        questions_exhausted_comment(locale, &analysis, 3)
    });
    row(t, "conflict", |locale| {
        conflict_comment(locale, &Role::new("architect"), &analysis.name, "why")
    });
    row(t, "tests_failed", |locale| {
        tests_failed_comment(locale, "why", &developer)
    });
    row(t, "review_bounced", |locale| {
        review_bounced_comment(locale, 4, &developer, TURN)
    });
    row(t, "ci_bounced", |_| ci_bounced_comment(TURN, &items));
    row(t, "staging_failed", |locale| {
        staging_failed_comment(locale, "why", back)
    });
    row(t, "deploy_failed", |locale| {
        deploy_failed_comment(locale, "why", back)
    });
    row(t, "merge_conflict", |locale| {
        merge_conflict_comment(locale, "main", &items, &developer, TURN)
    });
    row(t, "write_scope", |locale| {
        write_scope_comment(locale, &developer, &items)
    });
    row(t, "repair", |locale| {
        repair_comment(locale, &developer, "why", TURN)
    });
    insta::assert_snapshot!(text);
}

#[test]
fn status_comments() {
    let documents = [
        ("Review".to_owned(), Some("https://git.example.org/r".to_owned())),
        ("PR #7".to_owned(), None),
    ];
    let nothing = Usage::default();
    let mut text = String::new();
    for name in [
        "analysis",
        "architecture",
        "development",
        "review",
        "testing",
        "deploy-staging",
        "deploy",
    ] {
        let stage = stage(name);
        let role = stage.role.clone().expect("somebody works there");
        let comment = |locale| StatusComment {
            locale,
            stage: &stage,
            role: &role,
            verdict: None,
            status: None,
            duration_seconds: None,
            documents: &[],
            usage: &nothing,
        };
        row(&mut text, name, |locale| status_comment(&comment(locale)));
        row(&mut text, "fallback", |locale| {
            status_fallback_comment(locale, &role)
        });
        if name == "review" {
            row(&mut text, "all that may be known", |locale| {
                status_comment(&StatusComment {
                    verdict: Some("APPROVED"),
                    duration_seconds: Some(252),
                    documents: &documents,
                    usage: &usage(),
                    ..comment(locale)
                })
            });
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn alerts() {
    let (analyst, analysis) = (Role::new("analyst"), stage("analysis"));
    let (developer, development) = (developer(), StageName::new("development"));
    let phrase = |locale| match locale {
        Locale::Ru => "в Plane",
        Locale::En => "in Plane",
    };
    let mut text = String::new();
    let t = &mut text;
    row(t, "approve_request", |locale| {
        let request = ApproveRequest {
            wi: "ET-1",
            in_tracker: phrase(locale),
            stage: &analysis,
            documents_url: Some("https://git.example.org/b"),
            issue_url: Some("https://plane.example.org/i"),
        };
        approve_request_alert(locale, &request)
    });
    row(t, "questions", |locale| {
        questions_alert(locale, "ET-1", &analyst, phrase(locale))
    });
    row(t, "questions_exhausted", |locale| {
        questions_exhausted_alert(locale, "ET-1", &analyst, 3)
    });
    row(t, "agent_failed", |_| {
        agent_failed_alert("ET-1", &developer, Some(1), "runs/7-3-1")
    });
    row(t, "staging_failed", |_| {
        staging_failed_alert("ET-1", "why", &development)
    });
    row(t, "deploy_failed", |_| {
        deploy_failed_alert("ET-1", "why", &development)
    });
    row(t, "error: retries_exhausted", |_| {
        error_alert("ET-1", &retries_exhausted_line(&developer, 3, "review"))
    });
    row(t, "error: repeated", |_| {
        error_alert("ET-1", &repeated_line("tests"))
    });
    row(t, "ci_slow", |_| ci_slow_alert("ET-1", 120));
    row(t, "blocked", |_| {
        blocked_alert("ET-1", "review", "why", "Do this")
    });
    row(t, "breaker opens", |locale| {
        breaker_open_alert(locale, "claude", "limit", "14:00")
    });
    row(t, "provider stops", |locale| {
        provider_stopped_alert(
            locale,
            "claude",
            "not logged in",
            ("Log in.", "orchctl providers reset claude"),
        )
    });
    row(t, "breaker closes", |locale| {
        breaker_closed_alert(locale, "claude")
    });
    row(t, "budget", |locale| budget_alert(locale, "ET-1", 4.0, 5.5));
    row(t, "budget is used up", |locale| {
        budget_exhausted_alert(locale, "ET-1", 5.5)
    });
    row(t, "webhook_dead", |locale| {
        webhook_dead_alert(locale, "Gitea", "Do this.")
    });
    row(t, "outbox_dead", |locale| {
        outbox_dead_alert(locale, "ET-1", "tracker", "comment", "404")
    });
    insta::assert_snapshot!(text);
}

#[test]
fn the_live_message() {
    let stages = ["analysis", "architecture", "development", "review", "testing"].map(StageName::new);
    let kinds = [
        LineKind::Finished {
            seconds: 540,
            usage: usage(),
            model: Some("anthropic/claude-opus-4"),
        },
        LineKind::ReviewClock {
            of: ReviewOf::Brd,
            seconds: 59,
            waiting: true,
        },
        LineKind::Running { attempt: 1 },
        LineKind::Running { attempt: 2 },
        LineKind::Blocked { reason: "why" },
    ];
    let lines: Vec<StageLine<'_>> = stages
        .iter()
        .zip(kinds)
        .map(|(stage, kind)| StageLine { stage, kind })
        .collect();
    let total = usage();
    let message = |locale| TrackerMessage {
        locale,
        work_item: "ET-012",
        title: "New cart",
        lines: &lines,
        total: &total,
        done: None,
        pull_request: Some(7),
        delivery: Delivery::Deployed,
    };
    let done = DoneTimes {
        total_seconds: 3_600,
        agents_seconds: 1_859,
        yours_seconds: 30,
    };
    let mut text = String::new();
    row(&mut text, "at work", |locale| tracker_message(&message(locale)));
    row(&mut text, "done", |locale| {
        tracker_message(&TrackerMessage {
            lines: &[],
            done: Some(done),
            ..message(locale)
        })
    });
    insta::assert_snapshot!(text);
}
