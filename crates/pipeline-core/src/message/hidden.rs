//! What was taken out of people's text before an agent reads it. HTML below another comment; knows neither where it was found nor how.

use crate::message::text::escape;
use crate::project::Locale::{self, En, Ru};
use crate::untrusted::{HiddenKind, Removed};

/// Whose text hid something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenIn {
    /// The issue's title or description.
    Issue,
    /// Comments of people.
    Comments,
}

/// Names every kind with how much of it there was, and how it began; none: nothing was taken out.
#[must_use]
pub fn hidden_text_comment(locale: Locale, place: HiddenIn, removed: &[Removed]) -> Option<String> {
    if removed.is_empty() {
        return None;
    }
    let opening = match (locale, place) {
        (Ru, HiddenIn::Issue) => "🕵️ В задаче есть скрытый текст. Агенты его не увидят:",
        (Ru, HiddenIn::Comments) => "🕵️ В комментариях есть скрытый текст. Агенты его не увидят:",
        (En, HiddenIn::Issue) => "🕵️ The issue holds hidden text. Agents will not see it:",
        (En, HiddenIn::Comments) => "🕵️ The comments hold hidden text. Agents will not see it:",
    };
    let lines = removed
        .iter()
        .map(|removed| format!("<br>{}", removed_line(locale, removed)));
    Some([opening.to_owned()].into_iter().chain(lines).collect())
}

fn removed_line(locale: Locale, removed: &Removed) -> String {
    let (kind, excerpt) = (kind_line(locale, removed.kind), escape(&removed.excerpt));
    let (places, characters) = (removed.places, removed.characters);
    match locale {
        Ru => format!("• {kind} (мест: {places}, символов: {characters}): <code>{excerpt}</code>"),
        En => format!("• {kind} (places: {places}, characters: {characters}): <code>{excerpt}</code>"),
    }
}

fn kind_line(locale: Locale, kind: HiddenKind) -> &'static str {
    match (locale, kind) {
        (Ru, HiddenKind::Comment) => "комментарии HTML или Markdown",
        (Ru, HiddenKind::Element) => "невидимые элементы HTML",
        (Ru, HiddenKind::Script) => "скрипты, стили, шаблоны",
        (Ru, HiddenKind::Tag) => "текст в невидимых символах-тегах",
        (Ru, HiddenKind::Direction) => "символы, меняющие порядок букв",
        (Ru, HiddenKind::Invisible) => "символы нулевой ширины",
        (Ru, HiddenKind::Control) => "управляющие символы",
        (En, HiddenKind::Comment) => "comments of HTML or Markdown",
        (En, HiddenKind::Element) => "invisible elements of HTML",
        (En, HiddenKind::Script) => "scripts, style sheets, templates",
        (En, HiddenKind::Tag) => "text in invisible tag characters",
        (En, HiddenKind::Direction) => "characters that turn the order of letters",
        (En, HiddenKind::Invisible) => "characters of no width",
        (En, HiddenKind::Control) => "control characters",
    }
}
