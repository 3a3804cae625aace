//! Comments about work that did not pass and goes back. HTML; several lines are joined by `<br>`. Roles and stages are those of the
//! task's own pipeline. Knows neither who signs a comment nor when it is due.

use crate::message::text::{escape, free_html, list_text};
use crate::project::Locale::{self, En, Ru};
use crate::role::Role;
use crate::stage::StageName;

/// Which turn of a loop it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// This one included.
    pub attempt: u32,
    /// How many there may be.
    pub max: u32,
}

/// Where failed work goes.
#[derive(Debug, Clone, Copy)]
pub struct Back<'a> {
    /// The stage.
    pub stage: &'a StageName,
    /// Who works there.
    pub role: &'a Role,
}

/// A gate did not pass.
#[must_use]
pub fn gate_failed_comment(stage: &str, gate: &str, reason: &str) -> String {
    let (stage, gate, reason) = (escape(stage), escape(gate), free_html(reason));
    format!("⚠️ QG failed at {stage}: {gate} — {reason}")
}

/// The tests did not pass; `mending` works on them.
#[must_use]
pub fn tests_failed_comment(locale: Locale, reason: &str, mending: &Role) -> String {
    let (reason, role) = (free_html(reason), escape(&mending.title()));
    match locale {
        Ru => format!("❌ Тесты не прошли: {reason}. {role} перезапущен для фикса."),
        En => format!("❌ Tests failed: {reason}. {role} restarted to fix."),
    }
}

/// The reviewer asks for changes; `mending` makes them.
#[must_use]
pub fn review_bounced_comment(locale: Locale, findings: u32, mending: &Role, turn: Turn) -> String {
    let (role, Turn { attempt, max }) = (escape(&mending.title()), turn);
    match locale {
        Ru => format!("🔁 Review: {findings} замечаний. {role} перезапущен (attempt {attempt}/{max})."),
        En => format!("🔁 Review: {findings} findings. {role} restarted (attempt {attempt}/{max})."),
    }
}

/// Continuous integration is red.
#[must_use]
pub fn ci_bounced_comment(turn: Turn, contexts: &[String]) -> String {
    let (contexts, Turn { attempt, max }) = (list_text(contexts), turn);
    format!("❌ CI failed, fix and re-push (attempt {attempt}/{max}): {contexts}")
}

/// Staging failed.
#[must_use]
pub fn staging_failed_comment(locale: Locale, reason: &str, back: Back<'_>) -> String {
    format!(
        "❌ Staging gate FAILED ({}). {}",
        free_html(reason),
        rolled_back(locale, back)
    )
}

/// The deploy failed.
#[must_use]
pub fn deploy_failed_comment(locale: Locale, reason: &str, back: Back<'_>) -> String {
    format!(
        "❌ Deploy FAILED ({}). {}",
        free_html(reason),
        rolled_back(locale, back)
    )
}

fn rolled_back(locale: Locale, back: Back<'_>) -> String {
    let stage = escape(back.stage.as_str());
    match locale {
        Ru => format!(
            "Rolled back to {stage}. {} нужен для фикса.",
            escape(&back.role.title())
        ),
        En => format!(
            "Rolled back to {stage}. Needs {} {}'s fix.",
            article(back.role.as_str()),
            escape(back.role.as_str())
        ),
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    }
}

/// The default branch cannot be merged cleanly into the task's; `mending` resolves it.
#[must_use]
pub fn merge_conflict_comment(
    locale: Locale,
    base: &str,
    files: &[String],
    mending: &Role,
    turn: Turn,
) -> String {
    let (base, files, role) = (escape(base), list_text(files), escape(&mending.title()));
    let Turn { attempt, max } = turn;
    match locale {
        Ru => format!("🔀 Конфликт с {base}: {files}. {role} перезапущен (attempt {attempt}/{max})."),
        En => format!("🔀 Conflict with {base}: {files}. {role} restarted (attempt {attempt}/{max})."),
    }
}

/// A role wrote where it may not.
#[must_use]
pub fn write_scope_comment(locale: Locale, role: &Role, paths: &[String]) -> String {
    let (role, paths) = (escape(role.as_str()), list_text(paths));
    match locale {
        Ru => format!("✋ {role} вышел за пределы своих файлов: {paths}. Запущен повторно."),
        En => format!("✋ {role} wrote outside its files: {paths}. Started again."),
    }
}

/// A role's report cannot be read; the role repairs it.
#[must_use]
pub fn repair_comment(locale: Locale, role: &Role, diagnosis: &str, turn: Turn) -> String {
    let (role, diagnosis) = (escape(role.as_str()), free_html(diagnosis));
    let Turn { attempt, max } = turn;
    match locale {
        Ru => format!("🔧 {role}: отчёт не читается ({diagnosis}). Запущен повторно ({attempt}/{max})."),
        En => format!("🔧 {role}: the report cannot be read ({diagnosis}). Started again ({attempt}/{max})."),
    }
}
