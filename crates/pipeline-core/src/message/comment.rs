//! Comments in the tracker. HTML; several lines are joined by `<br>`. Knows neither who signs a comment nor when it is due.

use crate::message::status::icon;
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

/// How far a finished task came. A pipeline need not deploy, and somebody may merge before it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// On the default branch.
    Merged,
    /// Deployed too.
    Deployed,
}

/// The role that writes the specification begins.
#[must_use]
pub fn start_comment(locale: Locale, role: &Role) -> String {
    let (icon, role) = (icon(role), escape(&role.title()));
    match locale {
        Ru => format!("{icon} {role} запущен. BRD/ТЗ/AC/TestPlan в работе (ожидайте 8-15 мин)."),
        En => format!(
            "{icon} {role} started. BRD, spec, acceptance criteria and test plan on the way (expect 8-15 min)."
        ),
    }
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

/// A human sent the work of the first role back; it runs again.
#[must_use]
pub fn analyst_rejected_comment(locale: Locale, role: &Role, reason: &str) -> String {
    let (role, reason) = (escape(&role.title()), free_html(reason));
    match locale {
        Ru => format!("🔄 {role} перезапущен. Причина отклонения: {reason}"),
        En => format!("🔄 {role} restarted. Reason for rejection: {reason}"),
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

/// Other issues have to be finished first.
#[must_use]
pub fn waiting_for_comment(locale: Locale, items: &[String]) -> String {
    let items = list_text(items);
    match locale {
        Ru => format!("⏳ Ждёт задачи: {items}."),
        En => format!("⏳ Waiting for: {items}."),
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

/// The code is not the one that `stage` judged.
#[must_use]
pub fn judged_again_comment(locale: Locale, stage: &str) -> String {
    let stage = escape(stage);
    match locale {
        Ru => format!("🔄 Код изменился после {stage}: он проверяется заново."),
        En => format!("🔄 The code changed after {stage}: it is judged again."),
    }
}

/// Somebody else merged the task's pull request before we did.
#[must_use]
pub fn merged_outside_comment(locale: Locale) -> String {
    match locale {
        Ru => "🔀 PR слит не оркестратором: задача завершена.",
        En => "🔀 The pull request was merged by somebody else: the task is complete.",
    }
    .to_owned()
}

/// An operator moved the task past its gates.
#[must_use]
pub fn forced_comment(locale: Locale, who: &str, to: &str, reason: &str) -> String {
    let (who, to, reason) = (free_html(who), escape(to), free_html(reason));
    match locale {
        Ru => format!("🔄 {who}: задача переведена на {to}. Причина: {reason}"),
        En => format!("🔄 {who} moved the task to {to}. Reason: {reason}"),
    }
}

/// Issues that wait for each other; `names` are those of the ring.
#[must_use]
pub fn waits_for_itself_comment(locale: Locale, names: &str) -> String {
    let names = free_html(names);
    match locale {
        Ru => format!("⛔ Задача ждёт саму себя: {names}."),
        En => format!("⛔ The issue waits for itself: {names}."),
    }
}

/// A loop ends here and a human has to go on; `line` says why.
#[must_use]
pub fn escalation_comment(line: &str) -> String {
    format!("🚨 {}", free_html(line))
}

/// The task is done; `deployed` says how far it came.
#[must_use]
pub fn done_comment(deployed: Delivery) -> String {
    match deployed {
        Delivery::Deployed => "✅ Task completed! PR merged and deployed.".to_owned(),
        Delivery::Merged => "✅ Task completed! PR merged.".to_owned(),
    }
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
