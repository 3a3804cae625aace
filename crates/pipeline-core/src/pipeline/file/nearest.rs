//! The known name that a mistyped one was probably meant to be.

use crate::verdict::lookalike::{appearance, first_disguised};

/// What to do about a name that is not known: the nearest that is, and all of them.
pub(super) fn advice<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some((meant, letter)) = disguised(name, &known) {
        return format!("write '{meant}' in Latin letters: it has {letter}");
    }
    match nearest(name, &known) {
        Some(meant) => format!("did you mean '{meant}'? known: {}", known.join(", ")),
        None if known.is_empty() => "there is none to name here: leave it out".to_owned(),
        None => format!("known: {}", known.join(", ")),
    }
}

/// The name that this one only looks like, and the letter that is another.
fn disguised<'a>(name: &str, known: &[&'a str]) -> Option<(&'a str, String)> {
    let letter = first_disguised(name)?;
    let looks = appearance(name);
    let meant = known.iter().find(|known| known.eq_ignore_ascii_case(&looks))?;
    Some((*meant, letter))
}

/// The nearest name, or none when nothing is near enough to be meant. Case does not count, nor `-` for `_`.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let wanted = plain(name);
    let allowed = if wanted.len() < 4 {
        1
    } else {
        (wanted.len() / 3).clamp(2, 4)
    };
    known
        .iter()
        .map(|candidate| (distance(&wanted, &plain(candidate)), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn plain(name: &str) -> Vec<char> {
    // A very long name is mistyped anyway; the table below grows with its length.
    name.to_lowercase()
        .replace(['-', ' '], "_")
        .chars()
        .take(64)
        .collect()
}

/// Letters to be added, dropped or changed (Levenshtein).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        let pairs = right.iter().zip(last.windows(2));
        let mut before = row + 1;
        for (other, above) in pairs {
            let [diagonal, up] = above else { continue };
            let changed = diagonal + usize::from(letter != other);
            before = changed.min(up + 1).min(before + 1);
            current.push(before);
        }
        last = current;
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn a_letter_of_another_alphabet_is_named() {
        for (typed, expected) in [
            (
                "r\u{435}viewer",
                "write 'reviewer' in Latin letters: it has U+0435, which is not the Latin E",
            ),
            (
                "Тodo",
                "write 'Todo' in Latin letters: it has U+0422, which is not the Latin T",
            ),
            ("Ревью", "known: reviewer, Todo"),
        ] {
            assert_eq!(advice(typed, ["reviewer", "Todo"]), expected, "{typed}");
        }
    }

    #[test]
    fn the_name_that_was_meant_is_found() {
        let known = ["check_ci_green", "check_tests_passed", "analyst", "In Progress"];
        for (typed, expected) in [
            ("check_ci_gren", Some("check_ci_green")),
            ("check-ci-green", Some("check_ci_green")),
            ("Analist", Some("analyst")),
            ("InProgress", Some("In Progress")),
            ("weather", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, &known), expected, "{typed}");
        }
    }
}
