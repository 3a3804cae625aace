//! Letters that look like Latin ones. They never count as Latin ones for a verdict; they are only recognised, so that a diagnosis can
//! name them and a disguised negative word is not passed over. The pairs are the single-letter confusables of Unicode UTS #39 for
//! Cyrillic and Greek capitals and the small letters in use, and the full-width forms.

/// Cyrillic and Greek letters beside the Latin letter that they look like.
const PAIRS: [(&str, char); 23] = [
    ("АаΑ", 'A'),
    ("ВΒв", 'B'),
    ("СсϹ", 'C'),
    ("Ԁԁ", 'D'),
    ("ЕеЁёΕ", 'E'),
    ("Ϝ", 'F'),
    ("Ԍԍ", 'G'),
    ("НнΗһҺ", 'H'),
    ("ІіЇїΙӀıι", 'I'),
    ("Јј", 'J'),
    ("КкΚκ", 'K'),
    ("МмΜ", 'M'),
    ("Νν", 'N'),
    ("ОоΟο", 'O'),
    ("РрΡρ", 'P'),
    ("Ѕѕſ", 'S'),
    ("ТтΤτ", 'T'),
    ("Ԛԛ", 'Q'),
    ("ѴѵΥ", 'V'),
    ("Ԝԝ", 'W'),
    ("ХхΧχ", 'X'),
    ("УуҮү", 'Y'),
    ("Ζ", 'Z'),
];

/// The text as it looks: lookalikes replaced, what cannot be seen left out.
#[must_use]
pub fn appearance(text: &str) -> String {
    text.chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| latin(letter).unwrap_or(letter))
        .collect()
}

/// The first letter of the text that is not what it looks like, named: `U+0410, which is not the Latin A`.
#[must_use]
pub fn first_disguised(text: &str) -> Option<String> {
    text.chars().find_map(|letter| {
        let code = u32::from(letter);
        if is_invisible(letter) {
            return Some(format!("U+{code:04X}, which cannot be seen"));
        }
        latin(letter).map(|latin| format!("U+{code:04X}, which is not the Latin {latin}"))
    })
}

fn latin(letter: char) -> Option<char> {
    if letter.is_ascii() {
        return None;
    }
    if ('\u{FF01}'..='\u{FF5E}').contains(&letter) {
        return char::from_u32(u32::from(letter) - 0xFEE0);
    }
    PAIRS
        .iter()
        .find(|(letters, _)| letters.contains(letter))
        .map(|(_, latin)| *latin)
}

/// Letters without width, marks of direction, controls that an escape wrote, and what stands for a byte that was not UTF-8.
pub(crate) fn is_invisible(letter: char) -> bool {
    if letter.is_control() {
        return !letter.is_whitespace();
    }
    matches!(
        letter,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFFD}' | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn disguised_words_are_seen_through() {
        for (text, looks) in [
            ("АPPROVED", "APPROVED"),
            ("РАЅЅ", "PASS"),
            ("FAI\u{200b}LED", "FAILED"),
            ("FAI\u{8}LED\0", "FAILED"),
            ("PASS\n FAILED", "PASS\n FAILED"),
            ("ＰＡＳＳ", "PASS"),
            ("paſſ", "paSS"),
            ("PASS ✅\u{fe0f}", "PASS ✅"),
            ("plain", "plain"),
        ] {
            assert_eq!(appearance(text), looks);
        }
    }

    #[test]
    fn the_letter_is_named() {
        assert_eq!(
            first_disguised("АPPROVED").as_deref(),
            Some("U+0410, which is not the Latin A")
        );
        assert_eq!(
            first_disguised("PA\u{200b}SS").as_deref(),
            Some("U+200B, which cannot be seen")
        );
        assert_eq!(first_disguised("PASS"), None);
    }
}
