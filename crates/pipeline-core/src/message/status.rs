//! The comment that a role leaves after its run: what it did, its verdict, its documents and what it cost. HTML for a tracker.
//! Knows neither which documents exist nor where; whoever calls has looked.

use crate::message::link::usable_link;
use crate::message::text::{escape, one_line, usage_text};
use crate::project::Locale;
use crate::role::Role;
use crate::stage::StageName;
use crate::usage::{Usage, duration_text};

/// The longest verdict that is shown, in characters.
const VERDICT_MAX: usize = 80;

/// What is known of a finished run.
#[derive(Debug, Clone, Copy)]
pub struct StatusComment<'a> {
    /// Language.
    pub locale: Locale,
    /// Where it ran.
    pub stage: &'a StageName,
    /// Who worked.
    pub role: &'a Role,
    /// The verdict as the report has it; shown before `status`.
    pub verdict: Option<&'a str>,
    /// The status as the report has it; shown when there is no verdict.
    pub status: Option<&'a str>,
    /// How long the run took.
    pub duration_seconds: Option<u64>,
    /// Label and address of each document that exists; one without a usable address is listed without a link.
    pub documents: &'a [(String, Option<String>)],
    /// What the run used; left out when it is nothing.
    pub usage: &'a Usage,
}

/// The comment of a finished run.
#[must_use]
pub fn status_comment(status: &StatusComment<'_>) -> String {
    let parts = [
        Some(header_line(status.locale, status.stage, status.role)),
        verdict_line(status),
        status
            .duration_seconds
            .map(|seconds| duration_line(status.locale, seconds)),
        documents_part(status.locale, status.documents),
        usage_part(status.usage),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("<br>")
}

/// What is said when there is nothing to build a [`status_comment`] from.
#[must_use]
pub fn status_fallback_comment(locale: Locale, role: &Role) -> String {
    let (icon, name) = (icon(role), escape(&role.title()));
    match locale {
        Locale::Ru => format!("{icon} {name} готов"),
        Locale::En => format!("{icon} {name} done"),
    }
}

/// File name (or directory name) in the work-item directory and label of each document that a role leaves. The developer's are
/// not files: see [`branch_label`] and [`pull_request_label`].
#[must_use]
pub fn document_labels(role: &Role, stage: &StageName) -> &'static [(&'static str, &'static str)] {
    match (role.as_str(), stage.as_str()) {
        (Role::ANALYST, _) => &[
            ("00-business-request.md", "Business request"),
            ("01-brd.md", "BRD"),
            ("02-trz.md", "ТЗ (TRZ)"),
            ("03-acceptance-criteria.md", "Acceptance Criteria"),
            ("04-test-plan.yaml", "Test Plan"),
            ("04b-ui-test-cases.md", "UI Test Cases"),
        ],
        (Role::ARCHITECT, _) => &[("06-adr", "ADR")],
        (Role::REVIEWER, _) => &[("12-review.md", "Review")],
        (Role::TESTER, _) => &[("13-test-report.md", "Test report")],
        (Role::DEPLOYER, DEPLOY_STAGING) => &[("15-staging-log.md", "Staging log")],
        (Role::DEPLOYER, _) => &[("14-deploy-log.md", "Deploy log")],
        _ => &[],
    }
}

/// The label of the developer's branch among the documents.
#[must_use]
pub fn branch_label(branch: &str) -> String {
    format!("Branch {branch}")
}

/// The label of the developer's pull request among the documents.
#[must_use]
pub fn pull_request_label(number: u64) -> String {
    format!("PR #{number}")
}

const DEPLOY_STAGING: &str = "deploy-staging";

fn icon(role: &Role) -> &'static str {
    match role.as_str() {
        Role::ANALYST => "🔍",
        Role::ARCHITECT => "📐",
        Role::DEVELOPER => "💻",
        Role::REVIEWER => "🔎",
        Role::TESTER => "🧪",
        Role::DEPLOYER => "🚀",
        _ => "⚙️",
    }
}

fn header_line(locale: Locale, stage: &StageName, role: &Role) -> String {
    let description = description(locale, stage, role);
    format!("{} {} — {description}", icon(role), escape(&role.title()))
}

fn description(locale: Locale, stage: &StageName, role: &Role) -> String {
    let text = match (role.as_str(), stage.as_str(), locale) {
        (Role::ANALYST, _, Locale::Ru) => {
            "Подготовил BRD / ТЗ / Acceptance Criteria. Для продвижения переведите задачу в статус Approved. Для отклонения — напишите причину комментом и переведите в Rejected."
        }
        (Role::ANALYST, _, Locale::En) => {
            "Prepared BRD / spec / acceptance criteria. To go on, set the status to Approved. To reject, write the reason as a comment and set Rejected."
        }
        (Role::ARCHITECT, _, Locale::Ru) => "Завершил архитектурную проработку. См. ADR ниже.",
        (Role::ARCHITECT, _, Locale::En) => "Finished the architecture. See the ADR below.",
        (Role::DEVELOPER, _, Locale::Ru) => "Завершил разработку. См. PR / branch ниже.",
        (Role::DEVELOPER, _, Locale::En) => "Finished development. See PR / branch below.",
        (Role::REVIEWER, _, Locale::Ru) => "Завершил ревью изменений.",
        (Role::REVIEWER, _, Locale::En) => "Finished the review.",
        (Role::TESTER, _, Locale::Ru) => "Завершил прогон тестов.",
        (Role::TESTER, _, Locale::En) => "Finished the test run.",
        (Role::DEPLOYER, DEPLOY_STAGING, Locale::Ru) => "Завершил staging-деплой.",
        (Role::DEPLOYER, DEPLOY_STAGING, Locale::En) => "Finished the staging deploy.",
        (Role::DEPLOYER, _, Locale::Ru) => "Завершил прод-деплой.",
        (Role::DEPLOYER, _, Locale::En) => "Finished the production deploy.",
        (_, stage, Locale::Ru) => return format!("Завершил этап {}.", escape(stage)),
        (_, stage, Locale::En) => return format!("Finished {}.", escape(stage)),
    };
    text.to_owned()
}

fn verdict_line(status: &StatusComment<'_>) -> Option<String> {
    match (status.verdict, status.status) {
        (Some(verdict), _) => Some(format!("Verdict: {}", one_line(verdict, VERDICT_MAX))),
        (None, Some(status)) => Some(format!("Status: {}", one_line(status, VERDICT_MAX))),
        (None, None) => None,
    }
}

fn duration_line(locale: Locale, seconds: u64) -> String {
    let duration = duration_text(seconds);
    match locale {
        Locale::Ru => format!("Длительность: {duration}"),
        Locale::En => format!("Duration: {duration}"),
    }
}

fn documents_part(locale: Locale, documents: &[(String, Option<String>)]) -> Option<String> {
    let heading = match locale {
        Locale::Ru => "Документы:",
        Locale::En => "Documents:",
    };
    let items: String = documents
        .iter()
        .map(|(label, url)| document_item(label, url.as_deref()))
        .collect();
    (!items.is_empty()).then(|| format!("<b>{heading}</b><ul>{items}</ul>"))
}

fn document_item(label: &str, url: Option<&str>) -> String {
    let label = escape(label);
    match usable_link(url) {
        Some(url) => format!("<li><a href=\"{}\">{label}</a></li>", escape(&url)),
        None => format!("<li>{label}</li>"),
    }
}

fn usage_part(usage: &Usage) -> Option<String> {
    let spent = !usage.is_zero() || usage.cost_usd > 0.0;
    spent.then(|| format!("<sub>{}</sub>", usage_text(usage)))
}
