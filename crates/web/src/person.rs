//! The name under which a person acts: a form field, remembered in a cookie. It names, it does not prove.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const COOKIE_NAME: &str = "orchd_person";
const NOBODY_SAID: &str = "operator";
/// Longest name, in characters.
pub(crate) const NAME_LIMIT: usize = 64;
const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// A name, trimmed, without control characters, not empty, at most [`NAME_LIMIT`] characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person(String);

impl Person {
    /// The name in a form field, else the remembered one, else `operator`.
    pub(crate) fn acting(field: Option<&str>, headers: &HeaderMap) -> Self {
        field
            .and_then(Self::named)
            .unwrap_or_else(|| Self::remembered(headers))
    }

    /// The remembered name, else `operator`.
    pub(crate) fn remembered(headers: &HeaderMap) -> Self {
        cookies(headers)
            .find_map(|(name, value)| (name == COOKIE_NAME).then_some(value))
            .and_then(|value| Self::named(&percent_decode_str(value).decode_utf8_lossy()))
            .unwrap_or_else(|| Self(NOBODY_SAID.to_owned()))
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The `Set-Cookie` value that remembers it.
    pub(crate) fn cookie(&self) -> String {
        let value = utf8_percent_encode(&self.0, NON_ALPHANUMERIC);
        format!("{COOKIE_NAME}={value}; Path=/; Max-Age={YEAR_SECONDS}; HttpOnly; SameSite=Strict")
    }

    fn named(text: &str) -> Option<Self> {
        let clean: String = text.chars().filter(|letter| !letter.is_control()).collect();
        let name: String = clean.trim().chars().take(NAME_LIMIT).collect();
        (!name.is_empty()).then_some(Self(name))
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: Option<&str>, cookie: &str, expected: &str) {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, cookie.parse().unwrap());
        assert_eq!(Person::acting(field, &headers).as_str(), expected);
    }

    #[test]
    fn the_field_wins_over_the_cookie_and_both_over_the_default() {
        check(Some("Anna"), "orchd_person=Boris", "Anna");
        check(Some("  "), "a=b; orchd_person=Boris", "Boris");
        check(None, "orchd_person=%D0%90%D0%BD%D0%BD%D0%B0", "Анна");
        check(None, "orchd_person=", "operator");
        check(None, "other=x", "operator");
    }

    #[test]
    fn a_remembered_name_reads_as_it_was_given() {
        for name in ["Анна; Path=/evil", "a=b", "two words", "\"q\""] {
            let cookie = Person::acting(Some(name), &HeaderMap::new()).cookie();
            let pair = cookie.split(';').next().unwrap();
            check(None, pair, name);
        }
    }

    #[test]
    fn control_characters_never_reach_a_header() {
        check(Some("a\r\nSet-Cookie: x"), "a=b", "aSet-Cookie: x");
    }
}
