//! Alerts about our own database: it cannot be written, and it can again.

use crate::message::text::{free_text, within_chat};
use crate::project::Locale;

/// Nothing is written, so nothing moves. `what` says what happened, `advice` what to do.
#[must_use]
pub fn store_read_only_alert(locale: Locale, what: &str, advice: &str) -> String {
    let (what, advice) = (free_text(what), free_text(advice));
    within_chat(match locale {
        Locale::Ru => format!(
            "🔴 orchd: работа остановлена, база данных недоступна для записи. {what}. Что делать: {advice}."
        ),
        Locale::En => {
            format!("🔴 orchd: nothing moves, the database cannot be written. {what}. What to do: {advice}.")
        }
    })
}

/// Writing works again.
#[must_use]
pub fn store_mended_alert(locale: Locale) -> String {
    match locale {
        Locale::Ru => "✅ orchd: база данных снова доступна для записи, работа продолжается.".to_owned(),
        Locale::En => "✅ orchd: the database can be written again, work goes on.".to_owned(),
    }
}
