//! Alerts in the chat: messages that ring. HTML with newlines. Know neither who is told nor how often.

use crate::message::asking::rounds_used_up;
use crate::message::link::usable_link;
use crate::message::text::{escape, free_text};
use crate::project::Locale;
use crate::role::Role;
use crate::stage::{Stage, StageName};
use crate::usage::cost_text;

/// What a human is asked to approve.
#[derive(Debug, Clone, Copy)]
pub struct ApproveRequest<'a> {
    /// `ET-012`.
    pub wi: &'a str,
    /// `in Plane`, `on the board`.
    pub in_tracker: &'a str,
    /// The stage whose documents are ready.
    pub stage: &'a Stage,
    /// Where they can be read: the BRD, else their directory.
    pub documents_url: Option<&'a str>,
    /// The issue's page.
    pub issue_url: Option<&'a str>,
}

/// A human has to approve documents. Links that nobody could follow are left out.
#[must_use]
pub fn approve_request_alert(locale: Locale, request: &ApproveRequest<'_>) -> String {
    let in_tracker = escape(request.in_tracker);
    let (open, issue) = match (locale, request.stage.writes_specification()) {
        (Locale::Ru, true) => ("📄 Открыть BRD", format!("✅ Задача {in_tracker}")),
        (Locale::Ru, false) => ("📄 Открыть документы", format!("✅ Задача {in_tracker}")),
        (Locale::En, true) => ("📄 Open BRD", format!("✅ Issue {in_tracker}")),
        (Locale::En, false) => ("📄 Open documents", format!("✅ Issue {in_tracker}")),
    };
    let text = approve_request_text(locale, request);
    let links = [
        link_line(request.documents_url, open),
        link_line(request.issue_url, &issue),
    ];
    let links: Vec<String> = links.into_iter().flatten().collect();
    if links.is_empty() {
        return text;
    }
    format!("{text}\n\n{}", links.join("\n"))
}

fn approve_request_text(locale: Locale, request: &ApproveRequest<'_>) -> String {
    let (wi, in_tracker) = (escape(request.wi), escape(request.in_tracker));
    let stage = escape(request.stage.name.as_str());
    match (locale, request.stage.writes_specification()) {
        (Locale::Ru, true) => format!(
            "📋 {wi}: BRD/ТЗ/AC готовы. Переведите задачу в статус Approved {in_tracker} для продолжения."
        ),
        (Locale::Ru, false) => format!(
            "📋 {wi}: документы этапа {stage} готовы. Переведите задачу в статус Approved {in_tracker} для продолжения."
        ),
        (Locale::En, true) => format!(
            "📋 {wi}: BRD, spec and acceptance criteria are ready. Set the issue to Approved {in_tracker} to go on."
        ),
        (Locale::En, false) => format!(
            "📋 {wi}: the documents of {stage} are ready. Set the issue to Approved {in_tracker} to go on."
        ),
    }
}

fn link_line(url: Option<&str>, label: &str) -> Option<String> {
    let url = usable_link(url)?;
    Some(format!("<a href=\"{}\">{label}</a>", escape(&url)))
}

/// A role asks.
#[must_use]
pub fn questions_alert(locale: Locale, wi: &str, role: &Role, in_tracker: &str) -> String {
    let (wi, in_tracker) = (escape(wi), escape(in_tracker));
    match locale {
        Locale::Ru => format!(
            "❓ {wi}: {} задаёт вопросы. Ответь {in_tracker}.",
            escape(&role.title())
        ),
        Locale::En => format!(
            "❓ {wi}: the {} asks questions. Answer {in_tracker}.",
            escape(role.as_str())
        ),
    }
}

/// A role asked too often; `rounds` is the limit.
#[must_use]
pub fn questions_exhausted_alert(locale: Locale, wi: &str, role: &Role, rounds: u32) -> String {
    let of = format!("вопросов {}'а", escape(role.as_str()));
    let (wi, used_up) = (escape(wi), rounds_used_up(locale, rounds, &of));
    match locale {
        Locale::Ru => format!("🚨 {wi}: {used_up}. Нужна помощь."),
        Locale::En => format!("🚨 {wi}: {used_up}. Help needed."),
    }
}

/// A run failed. `log` says where its output is.
#[must_use]
pub fn agent_failed_alert(wi: &str, role: &Role, exit_code: Option<i32>, log: &str) -> String {
    let (wi, role, log) = (escape(wi), escape(role.as_str()), free_text(log));
    let code = exit_code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    format!("⚠️ {wi}: Agent {role} failed (exit_code={code}). Check logs: {log}")
}

/// Staging failed; the task is back at `to`.
#[must_use]
pub fn staging_failed_alert(wi: &str, reason: &str, to: &StageName) -> String {
    let (wi, reason, to) = (escape(wi), free_text(reason), escape(to.as_str()));
    format!("🚨 {wi}: Staging FAILED ({reason}). Rolled back to {to}. Needs fix.")
}

/// The deploy failed; the task is back at `to`.
#[must_use]
pub fn deploy_failed_alert(wi: &str, reason: &str, to: &StageName) -> String {
    let (wi, reason, to) = (escape(wi), free_text(reason), escape(to.as_str()));
    format!("🚨 {wi}: Deploy FAILED ({reason}). Rolled back to {to}. Needs fix.")
}

/// Something went wrong; see the `_line` functions of this module for frequent errors.
#[must_use]
pub fn error_alert(wi: &str, error: &str) -> String {
    format!("🔴 {}: ERROR — {}", escape(wi), free_text(error))
}

/// An error: the limit of bounces of one cause; `role` would have mended it.
#[must_use]
pub fn retries_exhausted_line(role: &Role, max: u32, cause: &str) -> String {
    format!("Max {role} retries ({max}) reached after {cause}, escalating")
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

/// A provider is not asked any more until a human has mended something: `what_to_do` and the order that ends the wait.
#[must_use]
pub fn provider_stopped_alert(
    locale: Locale,
    provider: &str,
    reason: &str,
    (what_to_do, order): (&str, &str),
) -> String {
    let (provider, order) = (escape(provider), escape(order));
    let (reason, what_to_do) = (free_text(without_full_stop(reason)), free_text(what_to_do));
    let what_to_do = if what_to_do.is_empty() {
        what_to_do
    } else {
        format!("{what_to_do} ")
    };
    match locale {
        Locale::Ru => format!("🔌 {provider}: {reason}. Запуски ждут. {what_to_do}Затем: {order}"),
        Locale::En => format!("🔌 {provider}: {reason}. Its runs wait. {what_to_do}Then: {order}"),
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
