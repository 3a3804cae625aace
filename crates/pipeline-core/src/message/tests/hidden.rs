use std::fmt::Write;

use super::{EN, HOSTILE, RU};
use crate::message::hidden::{HiddenIn, hidden_text_comment};
use crate::untrusted::{HiddenKind, Removed};

fn removed(kind: HiddenKind, excerpt: &str) -> Removed {
    Removed {
        kind,
        places: 2,
        characters: 30,
        excerpt: excerpt.to_owned(),
    }
}

#[test]
fn every_kind_is_named_to_people() {
    let all: Vec<Removed> = HiddenKind::ALL
        .into_iter()
        .map(|kind| removed(kind, "how it began"))
        .collect();
    let mut text = String::new();
    for locale in [RU, EN] {
        for (place, removed) in [(HiddenIn::Issue, all.as_slice()), (HiddenIn::Comments, &all[..1])] {
            let comment = hidden_text_comment(locale, place, removed).unwrap();
            let _ = writeln!(text, "{}\n", comment.replace("<br>", "\n"));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_was_hidden_cannot_act_where_it_is_shown() {
    let comment = hidden_text_comment(EN, HiddenIn::Issue, &[removed(HiddenKind::Comment, HOSTILE)]).unwrap();
    assert!(
        !comment.contains("<b ") && !comment.contains("<script"),
        "{comment}"
    );
    assert_eq!(hidden_text_comment(EN, HiddenIn::Issue, &[]), None);
}
