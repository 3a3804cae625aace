use super::{EN, RU, check, stage};
use crate::message::alert::*;
use crate::role::Role;
use crate::stage::{Stage, StageName};

const BRD: Option<&str> = Some("https://git.example.org/brd?a=1&b=2");
const ISSUE: Option<&str> = Some("https://plane.example.org/i/");

#[test]
fn approval_is_asked_with_the_links_that_work() {
    let analysis = stage("analysis");
    let asked = |locale, in_tracker, documents_url, issue_url| {
        let request = ApproveRequest {
            wi: "ET-1",
            in_tracker,
            stage: &analysis,
            documents_url,
            issue_url,
        };
        approve_request_alert(locale, &request)
    };
    let local = Some("http://127.0.0.1:3000/brd");
    check(&[
        (
            asked(RU, "в Plane", BRD, ISSUE),
            "📋 ET-1: BRD/ТЗ/AC готовы. Переведите задачу в статус Approved в Plane для продолжения.\n\n<a href=\"https://git.example.org/brd?a=1&amp;b=2\">📄 Открыть BRD</a>\n<a href=\"https://plane.example.org/i/\">✅ Задача в Plane</a>",
        ),
        (
            asked(EN, "in Plane", BRD, ISSUE),
            "📋 ET-1: BRD, spec and acceptance criteria are ready. Set the issue to Approved in Plane to go on.\n\n<a href=\"https://git.example.org/brd?a=1&amp;b=2\">📄 Open BRD</a>\n<a href=\"https://plane.example.org/i/\">✅ Issue in Plane</a>",
        ),
        (
            asked(EN, "on the board", local, ISSUE),
            "📋 ET-1: BRD, spec and acceptance criteria are ready. Set the issue to Approved on the board to go on.\n\n<a href=\"https://plane.example.org/i/\">✅ Issue on the board</a>",
        ),
        (
            asked(RU, "на доске", local, None),
            "📋 ET-1: BRD/ТЗ/AC готовы. Переведите задачу в статус Approved на доске для продолжения.",
        ),
    ]);
}

#[test]
fn approval_of_other_documents_names_their_stage() {
    let ux = Stage {
        name: StageName::new("ux"),
        gates: vec![crate::stage::GateName::CheckAnalysisApproved],
        ..stage("analysis")
    };
    let request = ApproveRequest {
        wi: "ET-1",
        in_tracker: "в Plane",
        stage: &ux,
        documents_url: Some("https://git.example.org/d"),
        issue_url: None,
    };
    let in_english = ApproveRequest {
        in_tracker: "in Plane",
        ..request
    };
    check(&[
        (
            approve_request_alert(RU, &request),
            "📋 ET-1: документы этапа ux готовы. Переведите задачу в статус Approved в Plane для продолжения.\n\n<a href=\"https://git.example.org/d\">📄 Открыть документы</a>",
        ),
        (
            approve_request_alert(EN, &in_english),
            "📋 ET-1: the documents of ux are ready. Set the issue to Approved in Plane to go on.\n\n<a href=\"https://git.example.org/d\">📄 Open documents</a>",
        ),
    ]);
}

#[test]
fn questions_ring() {
    let (analyst, ux) = (Role::new("analyst"), Role::new("ux"));
    check(&[
        (
            questions_alert(RU, "ET-1", &analyst, "в Plane"),
            "❓ ET-1: Analyst задаёт вопросы. Ответь в Plane.",
        ),
        (
            questions_alert(EN, "ET-1", &analyst, "on the board"),
            "❓ ET-1: the analyst asks questions. Answer on the board.",
        ),
        (
            questions_exhausted_alert(RU, "ET-1", &analyst, 3),
            "🚨 ET-1: 3 раунда вопросов analyst'а исчерпаны. Нужна помощь.",
        ),
        (
            questions_exhausted_alert(EN, "ET-1", &analyst, 3),
            "🚨 ET-1: 3 rounds of questions used up. Help needed.",
        ),
        (
            questions_alert(RU, "ET-1", &ux, "в Plane"),
            "❓ ET-1: Ux задаёт вопросы. Ответь в Plane.",
        ),
        (
            questions_alert(EN, "ET-1", &ux, "on the board"),
            "❓ ET-1: the ux asks questions. Answer on the board.",
        ),
        (
            questions_exhausted_alert(RU, "ET-1", &ux, 1),
            "🚨 ET-1: 1 раунд вопросов ux'а исчерпан. Нужна помощь.",
        ),
    ]);
}

#[test]
fn failures_ring() {
    let (developer, development) = (Role::new("developer"), StageName::new("development"));
    let role = Role::new("tester");
    check(&[
        (
            agent_failed_alert("ET-1", &role, Some(137), "runs/7-3-1/log"),
            "⚠️ ET-1: Agent tester failed (exit_code=137). Check logs: runs/7-3-1/log",
        ),
        (
            agent_failed_alert("ET-1", &role, None, "runs/7-3-1/log"),
            "⚠️ ET-1: Agent tester failed (exit_code=none). Check logs: runs/7-3-1/log",
        ),
        (
            staging_failed_alert("ET-1", "timeout", &development),
            "🚨 ET-1: Staging FAILED (timeout). Rolled back to development. Needs fix.",
        ),
        (
            deploy_failed_alert("ET-1", "timeout", &development),
            "🚨 ET-1: Deploy FAILED (timeout). Rolled back to development. Needs fix.",
        ),
        (
            error_alert("ET-1", &retries_exhausted_line(&developer, 3, "review")),
            "🔴 ET-1: ERROR — Max developer retries (3) reached after review, escalating",
        ),
        (
            error_alert("ET-1", &repeated_line("tests")),
            "🔴 ET-1: ERROR — Same findings twice in a row after tests, escalating early",
        ),
        (ci_slow_alert("ET-1", 120), "⏳ ET-1: CI still pending after 120s"),
        (
            blocked_alert("ET-1", "review", "no verdict.", "Set In Progress to try again."),
            "⛔ ET-1: review — no verdict. Set In Progress to try again.",
        ),
    ]);
}

#[test]
fn the_operator_is_told_of_providers_money_and_systems() {
    check(&[
        (
            breaker_open_alert(RU, "claude", "лимит", "14:00"),
            "🔌 claude: лимит. Очередь на паузе до 14:00.",
        ),
        (
            breaker_open_alert(EN, "claude", "usage limit", "14:00"),
            "🔌 claude: usage limit. Queue paused until 14:00.",
        ),
        (breaker_closed_alert(RU, "claude"), "🔌 claude: снова работает."),
        (breaker_closed_alert(EN, "claude"), "🔌 claude: working again."),
        (budget_alert(RU, "ET-1", 4.0, 5.5), "💸 ET-1: $4.00 из $5.50."),
        (budget_alert(EN, "ET-1", 4.0, 5.5), "💸 ET-1: $4.00 of $5.50."),
        (
            budget_exhausted_alert(RU, "ET-1", 5.5),
            "💸 ET-1: лимит $5.50 исчерпан, задача остановлена.",
        ),
        (
            budget_exhausted_alert(EN, "ET-1", 5.5),
            "💸 ET-1: cap $5.50 reached, task stopped.",
        ),
        (
            webhook_dead_alert(RU, "Gitea", "Проверьте вебхук."),
            "🕳️ Gitea: изменения приходят без вебхуков. Проверьте вебхук.",
        ),
        (
            webhook_dead_alert(EN, "Gitea", "Check the webhook."),
            "🕳️ Gitea: changes arrive without webhooks. Check the webhook.",
        ),
        (
            outbox_dead_alert(RU, "ET-1", "tracker", "comment", "404"),
            "📭 ET-1: tracker не принял «comment»: 404",
        ),
        (
            outbox_dead_alert(EN, "ET-1", "tracker", "comment", "404"),
            "📭 ET-1: tracker did not accept “comment”: 404",
        ),
    ]);
}
