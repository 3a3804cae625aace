//! From bytes to text. A report is UTF-8; stray bytes in its prose do no harm, but a file of another encoding is told from a report without
//! front matter, so that the diagnosis helps.

use std::borrow::Cow;

/// The bytes are not text in UTF-8; which encoding they look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is {0}, not UTF-8; save it as UTF-8")]
pub struct NotUtf8(&'static str);

impl NotUtf8 {
    /// The encoding that they look like: `UTF-16 (little endian)`.
    #[must_use]
    pub fn found(self) -> &'static str {
        self.0
    }
}

/// The text of a report; bytes that are not UTF-8 become U+FFFD, which no verdict word contains.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, NotUtf8> {
    match foreign(bytes) {
        Some(encoding) => Err(NotUtf8(encoding)),
        None => Ok(String::from_utf8_lossy(bytes)),
    }
}

/// UTF-16 and UTF-32, by their byte order mark or by the zero bytes that their `-`, `#` and line ends have.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => Some("UTF-32 (little endian)"),
        [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32 (big endian)"),
        [0xFF, 0xFE, ..] => Some("UTF-16 (little endian)"),
        [0xFE, 0xFF, ..] => Some("UTF-16 (big endian)"),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some("UTF-16 (little endian, no mark)"),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some("UTF-16 (big endian, no mark)"),
        _ => None,
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn other_encodings_are_named() {
        for (bytes, expected) in [
            (b"\xff\xfe-\0-\0".as_slice(), "UTF-16 (little endian)"),
            (b"\xfe\xff\0-\0-", "UTF-16 (big endian)"),
            (b"-\0-\0-\0", "UTF-16 (little endian, no mark)"),
            (b"\0-\0-", "UTF-16 (big endian, no mark)"),
            (b"\xff\xfe\0\0-\0\0\0", "UTF-32 (little endian)"),
        ] {
            assert_eq!(decode(bytes), Err(NotUtf8(expected)));
        }
    }

    #[test]
    fn stray_bytes_are_replaced() {
        assert_eq!(
            decode(b"---\nresult: PASS\n---\n\xcf\xf0").unwrap(),
            "---\nresult: PASS\n---\n\u{fffd}\u{fffd}"
        );
        assert_eq!(decode(b"").unwrap(), "");
    }
}
