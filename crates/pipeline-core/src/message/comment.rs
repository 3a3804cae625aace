//! Comments in the tracker. HTML; several lines are joined by `<br>`. Knows neither who signs a comment nor when it is due.

use crate::message::text::{escape, free_html, list_text, usage_in_words, usage_text};
use crate::project::Locale::{self, En, Ru};
use crate::role::Role;
use crate::usage::Usage;

/// What is wrong with an issue that was to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qg0Problem {
    /// Fewer than 5 characters.
    TitleTooShort,
    /// More than 80 characters.
    TitleTooLong,
    /// Fewer than 20 characters.
    DescriptionTooShort,
}

/// Work on an issue begins.
#[must_use]
pub fn start_comment(locale: Locale) -> String {
    match locale {
        Ru => "🔍 Analyst запущен. BRD/ТЗ/AC/TestPlan в работе (ожидайте 8-15 мин).",
        En => {
            "🔍 Analyst started. BRD, spec, acceptance criteria and test plan on the way (expect 8-15 min)."
        }
    }
    .to_owned()
}

/// The issue cannot be started as it is written.
#[must_use]
pub fn qg0_failed_comment(locale: Locale, problems: &[Qg0Problem]) -> String {
    let bullets: String = problems
        .iter()
        .map(|problem| format!("<br>• {}", qg0_bullet(locale, *problem)))
        .collect();
    format!("⚠️ QG-0 failed:{bullets}")
}

fn qg0_bullet(locale: Locale, problem: Qg0Problem) -> &'static str {
    match (locale, problem) {
        (Ru, Qg0Problem::TitleTooShort) => "Title слишком короткий (нужно >= 5 символов)",
        (Ru, Qg0Problem::TitleTooLong) => "Title слишком длинный (максимум 80 символов)",
        (Ru, Qg0Problem::DescriptionTooShort) => "Description слишком короткий (нужно >= 20 символов)",
        (En, Qg0Problem::TitleTooShort) => "Title too short (at least 5 characters)",
        (En, Qg0Problem::TitleTooLong) => "Title too long (at most 80 characters)",
        (En, Qg0Problem::DescriptionTooShort) => "Description too short (at least 20 characters)",
    }
}

/// The role that asked works again, with the answers.
#[must_use]
pub fn relaunched_with_answers_comment(locale: Locale) -> String {
    match locale {
        Ru => "🔄 Агент перезапущен с ответами стейкхолдера.",
        En => "🔄 Agent restarted with the stakeholder's answers.",
    }
    .to_owned()
}

/// A human sent the analyst's documents back.
#[must_use]
pub fn analyst_rejected_comment(locale: Locale, reason: &str) -> String {
    let reason = free_html(reason);
    match locale {
        Ru => format!("🔄 Analyst перезапущен. Причина отклонения: {reason}"),
        En => format!("🔄 Analyst restarted. Reason for rejection: {reason}"),
    }
}

/// A human sent the task back to an earlier stage.
#[must_use]
pub fn rolled_back_comment(locale: Locale, from: &str, to: &str, reason: &str) -> String {
    let (from, to, reason) = (escape(from), escape(to), free_html(reason));
    match locale {
        Ru => format!("🔄 Откат: {from} → {to}. Причина: {reason}"),
        En => format!("🔄 Rolled back: {from} → {to}. Reason: {reason}"),
    }
}

/// A human restarted a blocked task.
#[must_use]
pub fn restarted_comment(locale: Locale, stage: &str) -> String {
    let stage = escape(stage);
    match locale {
        Ru => format!("🔄 Задача разблокирована: {stage} запущена заново, счётчики сброшены."),
        En => format!("🔄 Task unblocked: {stage} starts again, counters reset."),
    }
}

/// The task went on to another stage; `role` starts there.
#[must_use]
pub fn stage_change_comment(from: &str, to: &str, role: Option<&Role>) -> String {
    let launching = role.map_or_else(String::new, |role| {
        format!(" (launching {})", escape(role.as_str()))
    });
    format!("🔄 Stage: {} → {}{launching}", escape(from), escape(to))
}

/// A gate did not pass.
#[must_use]
pub fn gate_failed_comment(stage: &str, gate: &str, reason: &str) -> String {
    let (stage, gate, reason) = (escape(stage), escape(gate), free_html(reason));
    format!("⚠️ QG failed at {stage}: {gate} — {reason}")
}

/// The analyst asks.
#[must_use]
pub fn questions_comment(locale: Locale, text: &str) -> String {
    let text = free_html(text);
    match locale {
        Ru => format!("❓ Analyst нуждается в уточнении:<br><br>{text}"),
        En => format!("❓ Analyst needs clarification:<br><br>{text}"),
    }
}

/// The analyst left nothing behind.
#[must_use]
pub fn analyst_empty_comment(locale: Locale) -> String {
    match locale {
        Ru => "⚠️ Analyst завершился без артефактов и без вопросов. Проверьте лог.",
        En => "⚠️ Analyst finished without documents and without questions. Check the log.",
    }
    .to_owned()
}

/// The analyst asked too often.
#[must_use]
pub fn questions_exhausted_comment(locale: Locale) -> String {
    match locale {
        Ru => "🚨 3 раунда уточнений исчерпаны. Analyst не может сформировать ТЗ. Требуется более детальное описание или встреча.",
        En => "🚨 3 rounds of questions used up. The analyst cannot write the spec. A more detailed description or a meeting is needed.",
    }
    .to_owned()
}

/// The architect objects to the specification.
#[must_use]
pub fn conflict_comment(locale: Locale, text: &str) -> String {
    let text = free_html(text);
    match locale {
        Ru => format!("⚠️ Architect нашёл конфликт с ТЗ. Возврат в Analysis.<br><br>{text}"),
        En => format!("⚠️ Architect found a conflict with the spec. Back to analysis.<br><br>{text}"),
    }
}

/// The tests did not pass.
#[must_use]
pub fn tests_failed_comment(locale: Locale, reason: &str) -> String {
    let reason = free_html(reason);
    match locale {
        Ru => format!("❌ Тесты не прошли: {reason}. Developer перезапущен для фикса."),
        En => format!("❌ Tests failed: {reason}. Developer restarted to fix."),
    }
}

/// The reviewer asks for changes.
#[must_use]
pub fn review_bounced_comment(locale: Locale, findings: u32, attempt: u32, max: u32) -> String {
    match locale {
        Ru => format!("🔁 Review: {findings} замечаний. Developer перезапущен (attempt {attempt}/{max})."),
        En => format!("🔁 Review: {findings} findings. Developer restarted (attempt {attempt}/{max})."),
    }
}

/// Continuous integration is red.
#[must_use]
pub fn ci_bounced_comment(attempt: u32, max: u32, contexts: &[String]) -> String {
    let contexts = list_text(contexts);
    format!("❌ CI failed, fix and re-push (attempt {attempt}/{max}): {contexts}")
}

/// Staging failed.
#[must_use]
pub fn staging_failed_comment(locale: Locale, reason: &str) -> String {
    let (reason, fix) = (free_html(reason), needs_a_fix(locale));
    format!("❌ Staging gate FAILED ({reason}). Rolled back to development. {fix}")
}

/// The deploy failed.
#[must_use]
pub fn deploy_failed_comment(locale: Locale, reason: &str) -> String {
    let (reason, fix) = (free_html(reason), needs_a_fix(locale));
    format!("❌ Deploy FAILED ({reason}). Rolled back to development. {fix}")
}

fn needs_a_fix(locale: Locale) -> &'static str {
    match locale {
        Ru => "Developer нужен для фикса.",
        En => "Needs a developer's fix.",
    }
}

/// Approved, but nobody was asked.
#[must_use]
pub fn nothing_to_approve_comment(locale: Locale, stage: &str) -> String {
    let stage = escape(stage);
    match locale {
        Ru => format!("ℹ️ {stage} ещё выполняется, подтверждать нечего."),
        En => format!("ℹ️ {stage} is still running, there is nothing to approve."),
    }
}

/// Somebody approved who may not.
#[must_use]
pub fn not_an_approver_comment(locale: Locale, who: &str) -> String {
    let who = free_html(who);
    match locale {
        Ru => format!("⚠️ {who} не входит в список согласующих этого проекта."),
        En => format!("⚠️ {who} is not an approver of this project."),
    }
}

/// A role changed files that need a human.
#[must_use]
pub fn protected_paths_comment(locale: Locale, role: &Role, paths: &[String]) -> String {
    let (role, paths) = (escape(role.as_str()), list_text(paths));
    match locale {
        Ru => format!("🔒 {role} изменил защищённые файлы: {paths}. Approved — принять, Rejected — вернуть."),
        En => {
            format!("🔒 {role} changed protected files: {paths}. Approved accepts, Rejected sends them back.")
        }
    }
}

/// The branch was overwritten with somebody else's commit.
#[must_use]
pub fn foreign_head_comment(locale: Locale, branch: &str, sha: &str) -> String {
    let (branch, sha) = (escape(branch), escape(sha));
    match locale {
        Ru => format!("🔀 В ветке {branch} чужой коммит {sha}. Approved — принять, Rejected — восстановить."),
        En => format!(
            "🔀 Branch {branch} holds somebody else's commit {sha}. Approved adopts it, Rejected restores ours."
        ),
    }
}

/// The default branch cannot be merged cleanly into the task's.
#[must_use]
pub fn merge_conflict_comment(
    locale: Locale,
    base: &str,
    files: &[String],
    attempt: u32,
    max: u32,
) -> String {
    let (base, files) = (escape(base), list_text(files));
    match locale {
        Ru => format!("🔀 Конфликт с {base}: {files}. Developer перезапущен (attempt {attempt}/{max})."),
        En => format!("🔀 Conflict with {base}: {files}. Developer restarted (attempt {attempt}/{max})."),
    }
}

/// Other issues have to be finished first.
#[must_use]
pub fn waiting_for_comment(locale: Locale, items: &[String]) -> String {
    let items = list_text(items);
    match locale {
        Ru => format!("⏳ Ждёт задачи: {items}."),
        En => format!("⏳ Waiting for: {items}."),
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
pub fn repair_comment(locale: Locale, role: &Role, diagnosis: &str, attempt: u32, max: u32) -> String {
    let (role, diagnosis) = (escape(role.as_str()), free_html(diagnosis));
    match locale {
        Ru => format!("🔧 {role}: отчёт не читается ({diagnosis}). Запущен повторно ({attempt}/{max})."),
        En => format!("🔧 {role}: the report cannot be read ({diagnosis}). Started again ({attempt}/{max})."),
    }
}

/// The documents are not those that the approval was asked for.
#[must_use]
pub fn approval_stale_comment(locale: Locale) -> String {
    match locale {
        Ru => "⚠️ Approved не принят: документы изменились после запроса. Проверьте и подтвердите ещё раз.",
        En => "⚠️ Approved not accepted: the documents changed after the request. Check and approve again.",
    }
    .to_owned()
}

/// Somebody gave an order to a task that is over.
#[must_use]
pub fn closed_task_comment(locale: Locale, state: &str) -> String {
    let state = escape(state);
    match locale {
        Ru => format!("ℹ️ Задача уже завершена ({state}). Чтобы продолжить, создайте новую задачу."),
        En => format!("ℹ️ This task is already over ({state}). To go on, create a new issue."),
    }
}

/// The task is done.
#[must_use]
pub fn done_comment() -> String {
    "✅ Task completed! PR merged and deployed.".to_owned()
}

/// What a task cost, in all and per role.
#[must_use]
pub fn summary_comment(locale: Locale, total: &Usage, roles: &[(Role, Usage)]) -> String {
    let lines: String = roles
        .iter()
        .map(|(role, usage)| format!("<br>• {}: {}", escape(&role.title()), usage_text(usage)))
        .collect();
    match locale {
        Ru => format!(
            "📊 Итого по задаче: {}{lines}",
            usage_in_words(total, "вход", "выход")
        ),
        En => format!("📊 Task total: {}{lines}", usage_text(total)),
    }
}
