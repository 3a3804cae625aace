//! Alerts in the chat: messages that ring. HTML with newlines. Know neither who is told nor how often.

use crate::message::link::usable_link;
use crate::message::text::{escape, free_text};
use crate::project::Locale;
use crate::role::Role;
use crate::usage::cost_text;

/// A human has to approve the analyst's documents. Links that nobody could follow are left out.
#[must_use]
pub fn approve_request_alert(
    locale: Locale,
    wi: &str,
    in_tracker: &str,
    brd_url: Option<&str>,
    issue_url: Option<&str>,
) -> String {
    let (wi, in_tracker) = (escape(wi), escape(in_tracker));
    let (text, brd, issue) = match locale {
        Locale::Ru => (
            format!(
                "📋 {wi}: BRD/ТЗ/AC готовы. Переведите задачу в статус Approved {in_tracker} для продолжения."
            ),
            "📄 Открыть BRD".to_owned(),
            format!("✅ Задача {in_tracker}"),
        ),
        Locale::En => (
            format!(
                "📋 {wi}: BRD, spec and acceptance criteria are ready. Set the issue to Approved {in_tracker} to go on."
            ),
            "📄 Open BRD".to_owned(),
            format!("✅ Issue {in_tracker}"),
        ),
    };
    let links: Vec<String> = [link_line(brd_url, &brd), link_line(issue_url, &issue)]
        .into_iter()
        .flatten()
        .collect();
    if links.is_empty() {
        return text;
    }
    format!("{text}\n\n{}", links.join("\n"))
}

fn link_line(url: Option<&str>, label: &str) -> Option<String> {
    let url = usable_link(url)?;
    Some(format!("<a href=\"{}\">{label}</a>", escape(&url)))
}

/// The analyst asks.
#[must_use]
pub fn questions_alert(locale: Locale, wi: &str, in_tracker: &str) -> String {
    let (wi, in_tracker) = (escape(wi), escape(in_tracker));
    match locale {
        Locale::Ru => format!("❓ {wi}: Analyst задаёт вопросы. Ответь {in_tracker}."),
        Locale::En => format!("❓ {wi}: the analyst asks questions. Answer {in_tracker}."),
    }
}

/// The analyst asked too often.
#[must_use]
pub fn questions_exhausted_alert(locale: Locale, wi: &str) -> String {
    let wi = escape(wi);
    match locale {
        Locale::Ru => format!("🚨 {wi}: 3 раунда вопросов analyst'а исчерпаны. Нужна помощь."),
        Locale::En => format!("🚨 {wi}: 3 rounds of questions used up. Help needed."),
    }
}

/// A run failed. `log` says where its output is.
#[must_use]
pub fn agent_failed_alert(wi: &str, role: &Role, exit_code: Option<i32>, log: &str) -> String {
    let (wi, role, log) = (escape(wi), escape(role.as_str()), free_text(log));
    let code = exit_code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    format!("⚠️ {wi}: Agent {role} failed (exit_code={code}). Check logs: {log}")
}

/// Staging failed.
#[must_use]
pub fn staging_failed_alert(wi: &str, reason: &str) -> String {
    let (wi, reason) = (escape(wi), free_text(reason));
    format!("🚨 {wi}: Staging FAILED ({reason}). Rolled back to development. Needs fix.")
}

/// The deploy failed.
#[must_use]
pub fn deploy_failed_alert(wi: &str, reason: &str) -> String {
    let (wi, reason) = (escape(wi), free_text(reason));
    format!("🚨 {wi}: Deploy FAILED ({reason}). Rolled back to development. Needs fix.")
}

/// Something went wrong; see the `_line` functions of this module for frequent errors.
#[must_use]
pub fn error_alert(wi: &str, error: &str) -> String {
    format!("🔴 {}: ERROR — {}", escape(wi), free_text(error))
}

/// An error: the limit of bounces of one cause.
#[must_use]
pub fn retries_exhausted_line(max: u32, cause: &str) -> String {
    format!("Max developer retries ({max}) reached after {cause}, escalating")
}

/// An error: a bounce that would repeat the one before.
#[must_use]
pub fn repeated_line(cause: &str) -> String {
    format!("Same findings twice in a row after {cause}, escalating early")
}

/// Continuous integration takes long.
#[must_use]
pub fn ci_slow_alert(wi: &str, seconds: u64) -> String {
    format!("⏳ {}: CI still pending after {seconds}s", escape(wi))
}

/// A task is blocked. A full stop at the end of `reason` is not doubled.
#[must_use]
pub fn blocked_alert(wi: &str, stage: &str, reason: &str, what_to_do: &str) -> String {
    let (wi, stage) = (escape(wi), escape(stage));
    let (reason, what_to_do) = (free_text(without_full_stop(reason)), free_text(what_to_do));
    format!("⛔ {wi}: {stage} — {reason}. {what_to_do}")
}

/// A provider is not asked any more until `time`.
#[must_use]
pub fn breaker_open_alert(locale: Locale, provider: &str, reason: &str, time: &str) -> String {
    let (provider, time) = (escape(provider), escape(time));
    let reason = free_text(without_full_stop(reason));
    match locale {
        Locale::Ru => format!("🔌 {provider}: {reason}. Очередь на паузе до {time}."),
        Locale::En => format!("🔌 {provider}: {reason}. Queue paused until {time}."),
    }
}

/// A provider answers again.
#[must_use]
pub fn breaker_closed_alert(locale: Locale, provider: &str) -> String {
    let provider = escape(provider);
    match locale {
        Locale::Ru => format!("🔌 {provider}: снова работает."),
        Locale::En => format!("🔌 {provider}: working again."),
    }
}

/// A task has used much of its money; US dollars.
#[must_use]
pub fn budget_alert(locale: Locale, wi: &str, spent_usd: f64, cap_usd: f64) -> String {
    let (wi, spent, cap) = (escape(wi), cost_text(spent_usd), cost_text(cap_usd));
    match locale {
        Locale::Ru => format!("💸 {wi}: {spent} из {cap}."),
        Locale::En => format!("💸 {wi}: {spent} of {cap}."),
    }
}

/// A task has used all its money; US dollars.
#[must_use]
pub fn budget_exhausted_alert(locale: Locale, wi: &str, cap_usd: f64) -> String {
    let (wi, cap) = (escape(wi), cost_text(cap_usd));
    match locale {
        Locale::Ru => format!("💸 {wi}: лимит {cap} исчерпан, задача остановлена."),
        Locale::En => format!("💸 {wi}: cap {cap} reached, task stopped."),
    }
}

/// Changes are found by looking; the webhook that should have told is silent.
#[must_use]
pub fn webhook_dead_alert(locale: Locale, system: &str, what_to_do: &str) -> String {
    let (system, what_to_do) = (escape(system), free_text(what_to_do));
    match locale {
        Locale::Ru => format!("🕳️ {system}: изменения приходят без вебхуков. {what_to_do}"),
        Locale::En => format!("🕳️ {system}: changes arrive without webhooks. {what_to_do}"),
    }
}

/// An effect will not be tried again.
#[must_use]
pub fn outbox_dead_alert(locale: Locale, wi: &str, system: &str, what: &str, error: &str) -> String {
    let (wi, system) = (escape(wi), escape(system));
    let (what, error) = (free_text(what), free_text(error));
    match locale {
        Locale::Ru => format!("📭 {wi}: {system} не принял «{what}»: {error}"),
        Locale::En => format!("📭 {wi}: {system} did not accept “{what}”: {error}"),
    }
}

fn without_full_stop(text: &str) -> &str {
    let text = text.trim_end();
    text.strip_suffix('.').unwrap_or(text)
}
