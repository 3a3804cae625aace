//! What was taken out, gathered by kind and made safe to show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The longest excerpt, in characters.
const EXCERPT_MAX: usize = 200;

/// A way to hide text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenKind {
    /// A comment of HTML or Markdown, a processing instruction, a declaration.
    Comment,
    /// An element that a page does not show: `hidden`, `display:none`, no size, no colour.
    Element,
    /// A script, a style sheet, a template.
    Script,
    /// A copy of ASCII in characters without a shape (U+E0000 to U+E0FFF).
    Tag,
    /// The order of letters is turned (bidi controls).
    Direction,
    /// Characters of no width: spaces, joiners, fillers, selectors, operators.
    Invisible,
    /// Control characters and terminal codes.
    Control,
}

impl HiddenKind {
    /// Every kind, the weightiest first.
    pub const ALL: [Self; 7] = [
        Self::Comment,
        Self::Element,
        Self::Script,
        Self::Tag,
        Self::Direction,
        Self::Invisible,
        Self::Control,
    ];
}

/// Hidden parts of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// How it was hidden.
    pub kind: HiddenKind,
    /// In how many places.
    pub places: usize,
    /// How many characters in all.
    pub characters: usize,
    /// How it began, cut; every character of it can be seen.
    pub excerpt: String,
}

#[derive(Default)]
pub(super) struct Found {
    kinds: BTreeMap<HiddenKind, Removed>,
}

impl Found {
    /// A part with several characters.
    pub(super) fn part(&mut self, kind: HiddenKind, text: &str) {
        self.add(kind, text, true);
    }

    /// A character; `apart`: the one before it was not taken out.
    pub(super) fn character(&mut self, kind: HiddenKind, letter: char, apart: bool) {
        self.add(kind, letter.encode_utf8(&mut [0; 4]), apart);
    }

    pub(super) fn into_removed(self) -> Vec<Removed> {
        self.kinds.into_values().collect()
    }

    fn add(&mut self, kind: HiddenKind, text: &str, apart: bool) {
        let removed = self.kinds.entry(kind).or_insert_with(|| Removed {
            kind,
            places: 0,
            characters: 0,
            excerpt: String::new(),
        });
        let first = removed.places == 0;
        removed.places += usize::from(apart || first);
        removed.characters += text.chars().count();
        let mut shown = removed.excerpt.chars().count();
        if shown >= EXCERPT_MAX {
            return;
        }
        if apart && !first {
            removed.excerpt.push(' ');
            shown += 1;
        }
        for letter in text.chars() {
            let piece = seen(letter);
            shown += piece.chars().count();
            if shown > EXCERPT_MAX {
                removed.excerpt.push('…');
                return;
            }
            removed.excerpt.push_str(&piece);
        }
    }
}

/// A character as something that can be seen; a tag as the letter that it stands for.
fn seen(letter: char) -> String {
    let code = u32::from(letter);
    let meant = (0xE0020..=0xE007E)
        .contains(&code)
        .then(|| char::from_u32(code - 0xE0000));
    if let Some(Some(meant)) = meant {
        return meant.to_string();
    }
    match letter {
        '\n' | '\t' => " ".to_owned(),
        _ if letter.is_control() || super::characters::kind(letter).is_some() => format!("U+{code:04X}"),
        _ => letter.to_string(),
    }
}
