//! The known name that a mistyped one was probably meant to be.

/// The nearest of `known`, or none when nothing is near enough to be meant. Case does not count, nor `-` for `_`. A name that was
/// cut off is near when only one of `known` goes on from there.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let wanted = plain(name);
    let allowed = (wanted.len() / 3).clamp(1, 3);
    let mistyped = known
        .clone()
        .map(|candidate| (distance(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate);
    mistyped.or_else(|| {
        let goes_on = |candidate: &&str| {
            plain(candidate)
                .strip_prefix(&wanted[..])
                .is_some_and(at_word_end)
        };
        let mut longer = known.filter(goes_on);
        let only = longer.next();
        only.filter(|_| longer.next().is_none())
    })
}

fn at_word_end(rest: &[char]) -> bool {
    rest.first() == Some(&'_')
}

fn plain(name: &str) -> Vec<char> {
    name.to_lowercase().replace('-', "_").chars().collect()
}

/// How many letters have to be added, dropped, changed or swapped with their neighbour (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let changed = last[column] + usize::from(letter != other);
            let mut best = changed.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && left[row - 1] == *other && *letter == right[column - 1];
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = last;
        last = current;
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["bind", "admin_bind", "db_path", "lease_seconds"];

    #[test]
    fn the_name_that_was_meant_is_found() {
        for (typed, expected) in [
            ("bnid", Some("bind")),
            ("db-path", Some("db_path")),
            ("DB_PATH", Some("db_path")),
            ("lease_second", Some("lease_seconds")),
            ("leese_secnds", Some("lease_seconds")),
            ("adminbind", Some("admin_bind")),
            ("lease", Some("lease_seconds")),
            ("leas", None),
            ("weather", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, KNOWN.into_iter()), expected, "{typed}");
        }
    }
}
