//! Comments of a role that asks, objects or leaves nothing behind. HTML; several lines are joined by `<br>`. The role is the stage's own,
//! whatever the pipeline calls it. Knows neither who signs a comment nor when it is due.

use crate::message::text::{escape, free_html};
use crate::project::Locale::{self, En, Ru};
use crate::role::{Role, capitalised};
use crate::stage::{Stage, StageName};

/// A role asks.
#[must_use]
pub fn questions_comment(locale: Locale, role: &Role, text: &str) -> String {
    let (role, text) = (escape(&role.title()), free_html(text));
    match locale {
        Ru => format!("❓ {role} нуждается в уточнении:<br><br>{text}"),
        En => format!("❓ {role} needs clarification:<br><br>{text}"),
    }
}

/// A role that may ask left nothing behind.
#[must_use]
pub fn analyst_empty_comment(locale: Locale, role: &Role) -> String {
    let role = escape(&role.title());
    match locale {
        Ru => format!("⚠️ {role} завершился без артефактов и без вопросов. Проверьте лог."),
        En => format!("⚠️ {role} finished without documents and without questions. Check the log."),
    }
}

/// The role of `stage` asked too often; `rounds` is the limit.
#[must_use]
pub fn questions_exhausted_comment(locale: Locale, stage: &Stage, rounds: u32) -> String {
    let role = stage.role.clone().unwrap_or_else(Role::stream);
    let used_up = rounds_used_up(locale, rounds, "уточнений");
    match locale {
        Ru => format!(
            "🚨 {used_up}. {} не может {}. Требуется более детальное описание или встреча.",
            escape(&role.title()),
            if stage.writes_specification() {
                "сформировать ТЗ"
            } else {
                "продолжить работу"
            }
        ),
        En => format!(
            "🚨 {used_up}. The {} cannot {}. A more detailed description or a meeting is needed.",
            escape(role.as_str()),
            if stage.writes_specification() {
                "write the spec"
            } else {
                "go on"
            }
        ),
    }
}

/// A role objects to the specification; `answering` is the stage that has to answer.
#[must_use]
pub fn conflict_comment(locale: Locale, role: &Role, answering: &StageName, text: &str) -> String {
    let (role, text) = (escape(&role.title()), free_html(text));
    match locale {
        Ru => format!(
            "⚠️ {role} нашёл конфликт с ТЗ. Возврат в {}.<br><br>{text}",
            escape(&capitalised(answering.as_str()))
        ),
        En => format!(
            "⚠️ {role} found a conflict with the spec. Back to {}.<br><br>{text}",
            escape(answering.as_str())
        ),
    }
}

/// `3 rounds of questions used up`; in Russian `of` says of what: `3 раунда уточнений исчерпаны`.
pub(super) fn rounds_used_up(locale: Locale, rounds: u32, of: &str) -> String {
    match (locale, rounds % 10, rounds % 100) {
        (En, _, _) if rounds == 1 => "1 round of questions used up".to_owned(),
        (En, _, _) => format!("{rounds} rounds of questions used up"),
        (Ru, 1, tens) if tens != 11 => format!("{rounds} раунд {of} исчерпан"),
        (Ru, 2..=4, tens) if !(12..=14).contains(&tens) => format!("{rounds} раунда {of} исчерпаны"),
        (Ru, _, _) => format!("{rounds} раундов {of} исчерпаны"),
    }
}
