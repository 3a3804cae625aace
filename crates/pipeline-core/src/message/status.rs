//! The comment that a role leaves after its run: what it did, its verdict, its documents and what it cost. HTML for a tracker.
//! Knows neither which documents exist nor where; whoever calls has looked.

use crate::message::link::usable_link;
use crate::message::text::{escape, one_line, usage_text};
use crate::project::Locale;
use crate::role::Role;
use crate::stage::{GateName, Stage};
use crate::usage::{Usage, duration_text};

/// The longest verdict that is shown, in characters.
const VERDICT_MAX: usize = 80;

/// What is known of a finished run.
#[derive(Debug, Clone, Copy)]
pub struct StatusComment<'a> {
    /// Language.
    pub locale: Locale,
    /// Where it ran.
    pub stage: &'a Stage,
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

/// File name (or directory name) in the work-item directory and label of each document that the role of a stage leaves, told from its
/// gates and reports. Those of the stage that mends code are not files: see [`branch_label`] and [`pull_request_label`].
#[must_use]
pub fn document_labels(stage: &Stage) -> Vec<(String, String)> {
    let mut documents = Vec::new();
    if stage.gates.contains(&GateName::CheckAnalysisComplete) {
        documents.extend(SPECIFICATION);
    }
    if stage.gates.contains(&GateName::CheckArchitectureDone) {
        documents.push(("06-adr", "ADR"));
    }
    documents.extend(
        stage
            .reports
            .iter()
            .map(|name| (name.as_str(), report_label(name))),
    );
    documents
        .into_iter()
        .map(|(name, label)| (name.to_owned(), label.to_owned()))
        .collect()
}

const SPECIFICATION: [(&str, &str); 6] = [
    ("00-business-request.md", "Business request"),
    ("01-brd.md", "BRD"),
    ("02-trz.md", "ТЗ (TRZ)"),
    ("03-acceptance-criteria.md", "Acceptance Criteria"),
    ("04-test-plan.yaml", "Test Plan"),
    ("04b-ui-test-cases.md", "UI Test Cases"),
];

/// A report of another pipeline goes by its file's name.
fn report_label(name: &str) -> &str {
    match name {
        "12-review.md" => "Review",
        "13-test-report.md" => "Test report",
        "14-deploy-log.md" => "Deploy log",
        "15-staging-log.md" => "Staging log",
        other => other,
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

/// The sign of a role; roles of other pipelines share one.
pub(super) fn icon(role: &Role) -> &'static str {
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

fn header_line(locale: Locale, stage: &Stage, role: &Role) -> String {
    let description = description(locale, stage, role);
    format!("{} {} — {description}", icon(role), escape(&role.title()))
}

/// What a role did at a stage, told from the stage's gates: names are the pipeline's own.
enum Work {
    Specification,
    Architecture,
    Development,
    Review,
    Tests,
    Staging,
    Deploy,
    Other,
}

impl Work {
    fn of(stage: &Stage, role: &Role) -> Self {
        let has = |gate| stage.gates.contains(&gate);
        if stage.writes_specification() && has(GateName::CheckAnalysisApproved) {
            Self::Specification
        } else if has(GateName::CheckArchitectureDone) {
            Self::Architecture
        } else if has(GateName::CheckReviewerVerdict) {
            Self::Review
        } else if has(GateName::CheckTestsPassed) {
            Self::Tests
        } else if has(GateName::CheckStagingStatus) {
            Self::Staging
        } else if has(GateName::CheckDeployStatus) {
            Self::Deploy
        } else if role.as_str() == Role::DEVELOPER {
            Self::Development
        } else {
            Self::Other
        }
    }
}

fn description(locale: Locale, stage: &Stage, role: &Role) -> String {
    let text = match (Work::of(stage, role), locale) {
        (Work::Specification, Locale::Ru) => {
            "Подготовил BRD / ТЗ / Acceptance Criteria. Для продвижения переведите задачу в статус Approved. Для отклонения — напишите причину комментом и переведите в Rejected."
        }
        (Work::Specification, Locale::En) => {
            "Prepared BRD / spec / acceptance criteria. To go on, set the status to Approved. To reject, write the reason as a comment and set Rejected."
        }
        (Work::Architecture, Locale::Ru) => "Завершил архитектурную проработку. См. ADR ниже.",
        (Work::Architecture, Locale::En) => "Finished the architecture. See the ADR below.",
        (Work::Development, Locale::Ru) => "Завершил разработку. См. PR / branch ниже.",
        (Work::Development, Locale::En) => "Finished development. See PR / branch below.",
        (Work::Review, Locale::Ru) => "Завершил ревью изменений.",
        (Work::Review, Locale::En) => "Finished the review.",
        (Work::Tests, Locale::Ru) => "Завершил прогон тестов.",
        (Work::Tests, Locale::En) => "Finished the test run.",
        (Work::Staging, Locale::Ru) => "Завершил staging-деплой.",
        (Work::Staging, Locale::En) => "Finished the staging deploy.",
        (Work::Deploy, Locale::Ru) => "Завершил прод-деплой.",
        (Work::Deploy, Locale::En) => "Finished the production deploy.",
        (Work::Other, Locale::Ru) => return format!("Завершил этап {}.", escape(stage.name.as_str())),
        (Work::Other, Locale::En) => return format!("Finished {}.", escape(stage.name.as_str())),
    };
    text.to_owned()
}

fn verdict_line(status: &StatusComment<'_>) -> Option<String> {
    let shown = |value: Option<&str>| {
        let line = one_line(value?, VERDICT_MAX);
        Some(line).filter(|line| !line.is_empty())
    };
    match shown(status.verdict) {
        Some(verdict) => Some(format!("Verdict: {verdict}")),
        None => shown(status.status).map(|status| format!("Status: {status}")),
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
