use super::{EN, HOSTILE, RU, stage};
use crate::message::status::*;
use crate::project::Locale;
use crate::role::Role;
use crate::stage::{GateName, Stage, StageName};
use crate::usage::Usage;

fn header(locale: Locale, stage: &Stage) -> String {
    status_comment(&StatusComment {
        locale,
        stage,
        role: stage.role.as_ref().expect("somebody works there"),
        verdict: None,
        status: None,
        duration_seconds: None,
        documents: &[],
        usage: &Usage::default(),
    })
}

#[test]
fn each_role_says_what_it_did() {
    for (stage, ru, en) in [
        (
            stage("analysis"),
            "🔍 Analyst — Подготовил BRD / ТЗ / Acceptance Criteria. Для продвижения переведите задачу в статус Approved. Для отклонения — напишите причину комментом и переведите в Rejected.",
            "🔍 Analyst — Prepared BRD / spec / acceptance criteria. To go on, set the status to Approved. To reject, write the reason as a comment and set Rejected.",
        ),
        (
            stage("architecture"),
            "📐 Architect — Завершил архитектурную проработку. См. ADR ниже.",
            "📐 Architect — Finished the architecture. See the ADR below.",
        ),
        (
            stage("development"),
            "💻 Developer — Завершил разработку. См. PR / branch ниже.",
            "💻 Developer — Finished development. See PR / branch below.",
        ),
        (
            stage("review"),
            "🔎 Reviewer — Завершил ревью изменений.",
            "🔎 Reviewer — Finished the review.",
        ),
        (
            stage("testing"),
            "🧪 Tester — Завершил прогон тестов.",
            "🧪 Tester — Finished the test run.",
        ),
        (
            stage("deploy-staging"),
            "🚀 Deployer — Завершил staging-деплой.",
            "🚀 Deployer — Finished the staging deploy.",
        ),
        (
            stage("deploy"),
            "🚀 Deployer — Завершил прод-деплой.",
            "🚀 Deployer — Finished the production deploy.",
        ),
        (
            audit(),
            "⚙️ Auditor — Завершил этап audit&lt;.",
            "⚙️ Auditor — Finished audit&lt;.",
        ),
    ] {
        assert_eq!(header(RU, &stage), ru);
        assert_eq!(header(EN, &stage), en);
    }
}

#[test]
fn all_that_is_known_is_listed() {
    let documents = [
        (
            "Review".to_owned(),
            Some("https://git.example.org/a?x=1&y=2".to_owned()),
        ),
        ("PR #7".to_owned(), None),
        (
            "Branch a<b".to_owned(),
            Some("http://localhost:3000/b".to_owned()),
        ),
    ];
    let usage = Usage {
        input_tokens: 1_234,
        output_tokens: 999,
        cost_usd: 0.5,
        ..Usage::default()
    };
    let (stage, role) = (stage("review"), Role::new("reviewer"));
    let mut status = StatusComment {
        locale: RU,
        stage: &stage,
        role: &role,
        verdict: Some("APPROVED"),
        status: Some("ok"),
        duration_seconds: Some(252),
        documents: &documents,
        usage: &usage,
    };
    assert_eq!(
        status_comment(&status),
        "🔎 Reviewer — Завершил ревью изменений.<br>Verdict: APPROVED<br>Длительность: 4m 12s<br><b>Документы:</b><ul><li><a href=\"https://git.example.org/a?x=1&amp;y=2\">Review</a></li><li>PR #7</li><li>Branch a&lt;b</li></ul><br><sub>1.2k in / 999 out · $0.50</sub>"
    );
    status.locale = EN;
    status.verdict = None;
    status.documents = &documents[1..2];
    assert_eq!(
        status_comment(&status),
        "🔎 Reviewer — Finished the review.<br>Status: ok<br>Duration: 4m 12s<br><b>Documents:</b><ul><li>PR #7</li></ul><br><sub>1.2k in / 999 out · $0.50</sub>"
    );
}

#[test]
fn a_hostile_verdict_is_short_and_harmless() {
    let long = format!("{HOSTILE}{}", "x".repeat(100));
    let comment = status_comment(&StatusComment {
        locale: EN,
        stage: &stage("testing"),
        role: &Role::new("tester"),
        verdict: Some(&long),
        status: None,
        duration_seconds: None,
        documents: &[(
            "<i>".to_owned(),
            Some("https://a.example/\"onmouseover=".to_owned()),
        )],
        usage: &Usage::default(),
    });
    let verdict = format!(
        "&lt;b onclick=&quot;x&quot;&gt;&amp;&lt;/b&gt; &lt;script&gt;{}…",
        "x".repeat(50)
    );
    assert_eq!(
        comment,
        format!(
            "🧪 Tester — Finished the test run.<br>Verdict: {verdict}<br><b>Documents:</b><ul><li><a href=\"https://a.example/&quot;onmouseover=\">&lt;i&gt;</a></li></ul>"
        )
    );
}

#[test]
fn a_verdict_that_nobody_can_see_is_none() {
    let (stage, role) = (stage("testing"), Role::new("tester"));
    let told = |verdict, status| {
        status_comment(&StatusComment {
            locale: EN,
            stage: &stage,
            role: &role,
            verdict: Some(verdict),
            status: Some(status),
            duration_seconds: None,
            documents: &[],
            usage: &Usage::default(),
        })
    };
    let header = "🧪 Tester — Finished the test run.";
    assert_eq!(
        told("\u{200b}", "\u{1b}[31mgreen"),
        format!("{header}<br>Status: green")
    );
    assert_eq!(told("\u{feff} ", "\u{202e}"), header);
}

#[test]
fn the_fallback_names_the_role() {
    let role = Role::new("tester");
    assert_eq!(status_fallback_comment(RU, &role), "🧪 Tester готов");
    assert_eq!(status_fallback_comment(EN, &role), "🧪 Tester done");
}

/// A stage of somebody's own pipeline.
fn audit() -> Stage {
    Stage {
        name: StageName::new("audit<"),
        role: Some(Role::new("auditor")),
        gates: vec![GateName::CheckTestsLocal],
        reports: vec!["11-audit.md".to_owned()],
        ..stage("review")
    }
}

#[test]
fn a_role_that_only_has_a_known_name_does_not_ask_for_approval() {
    let thinking = Stage {
        gates: vec![GateName::CheckArchitectureDone],
        ..stage("analysis")
    };
    assert_eq!(
        header(EN, &thinking),
        "🔍 Analyst — Finished the architecture. See the ADR below."
    );
    let shipping = Stage {
        name: StageName::new("ship"),
        ..stage("deploy-staging")
    };
    assert_eq!(
        header(EN, &shipping),
        "🚀 Deployer — Finished the staging deploy."
    );
}

#[test]
fn documents_have_labels() {
    let labels = |stage: &Stage| {
        document_labels(stage)
            .iter()
            .map(|(file, label)| format!("{file}: {label}"))
            .collect::<Vec<_>>()
            .join("; ")
    };
    for (name, expected) in [
        (
            "analysis",
            "00-business-request.md: Business request; 01-brd.md: BRD; 02-trz.md: ТЗ (TRZ); 03-acceptance-criteria.md: Acceptance Criteria; 04-test-plan.yaml: Test Plan; 04b-ui-test-cases.md: UI Test Cases",
        ),
        ("architecture", "06-adr: ADR"),
        ("development", ""),
        ("review", "12-review.md: Review"),
        ("testing", "13-test-report.md: Test report"),
        ("deploy-staging", "15-staging-log.md: Staging log"),
        ("deploy", "14-deploy-log.md: Deploy log"),
    ] {
        assert_eq!(labels(&stage(name)), expected);
    }
    assert_eq!(labels(&audit()), "11-audit.md: 11-audit.md");
    assert_eq!(branch_label("feature/ET-1-a"), "Branch feature/ET-1-a");
    assert_eq!(pull_request_label(7), "PR #7");
}
