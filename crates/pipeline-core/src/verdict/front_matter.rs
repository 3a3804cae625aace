//! Front matter (behaviour §4.1): a line `---`, YAML, a line `---`, on text that an agent wrote.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The largest block that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// The mapping at the head of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FrontMatter {
    fields: BTreeMap<String, Field>,
}

/// A value as far as verdicts need it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Text(String),
    Empty,
    Nested,
}

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrontMatterError {
    /// The text does not begin with `---`.
    #[error("the first line that is not empty must be '---'")]
    Missing,
    /// It stands in a Markdown code fence.
    #[error(
        "the front matter stands in a code fence; it must be the first thing in the file, without a fence"
    )]
    Fenced,
    /// The closing line is missing.
    #[error("the line '---' that ends the front matter is missing")]
    Unclosed,
    /// Larger than [`MAX_BYTES`].
    #[error("the front matter is larger than 64 KiB")]
    TooLarge,
    /// Not a mapping of keys to values.
    #[error("the front matter must be a mapping of keys to values")]
    NotAMapping,
    /// Bad YAML; line and column in the file.
    #[error("line {line}, column {column}: {message}")]
    Invalid {
        /// Line in the file, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// What the parser says, one line.
        message: String,
    },
}

impl FrontMatter {
    /// Reads the front matter at the head of `text`.
    pub fn read(text: &str) -> Result<Self, FrontMatterError> {
        let (first_line, block) = block(text)?;
        let fields = serde_saphyr::from_str_with_options::<Option<Fields>>(block, options())
            .map_err(|error| located(&error, first_line))?;
        Ok(Self {
            fields: fields.map(|fields| fields.0).unwrap_or_default(),
        })
    }

    /// The trimmed text of a scalar; none when the key is missing, empty, or holds a list or mapping.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.fields.get(key)? {
            Field::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            Field::Empty | Field::Nested => None,
        }
    }
}

/// The YAML between the delimiters, and the number of lines before it.
fn block(text: &str) -> Result<(u64, &str), FrontMatterError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut offset = 0;
    let mut lines = 0;
    let mut start = None;
    for line in text.split_inclusive('\n') {
        lines += 1;
        let bare = line.trim_end_matches(['\n', '\r']);
        match start {
            None if bare.trim().is_empty() => {}
            None if bare.trim_end() == "---" => start = Some((lines, offset + line.len())),
            None => {
                return Err(if is_fence(bare) {
                    FrontMatterError::Fenced
                } else {
                    FrontMatterError::Missing
                });
            }
            Some((first_line, begin)) if bare.trim_end() == "---" => {
                return text
                    .get(begin..offset)
                    .map(|block| (first_line, block))
                    .ok_or(FrontMatterError::Unclosed);
            }
            Some((_, begin)) if offset - begin > MAX_BYTES => return Err(FrontMatterError::TooLarge),
            Some(_) => {}
        }
        offset += line.len();
    }
    Err(start.map_or(FrontMatterError::Missing, |_| FrontMatterError::Unclosed))
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```") || line.starts_with("~~~")
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 16,
            max_nodes: 2_000,
            max_aliases: 16,
            max_anchors: 16,
            max_total_scalar_bytes: MAX_BYTES,
            max_documents: 1,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
    }
}

fn located(error: &serde_saphyr::Error, lines_before: u64) -> FrontMatterError {
    let error = error.without_snippet();
    let message = error.to_string().lines().next().unwrap_or_default().to_owned();
    if message.contains("expected a mapping of keys") {
        return FrontMatterError::NotAMapping;
    }
    let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
    FrontMatterError::Invalid {
        line: line + lines_before,
        column,
        message,
    }
}

struct Fields(BTreeMap<String, Field>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Mapping;
        impl<'de> Visitor<'de> for Mapping {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("expected a mapping of keys to values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((key, field)) = map.next_entry::<String, Field>()? {
                    fields.insert(key, field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_any(Mapping)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyField)
    }
}

struct AnyField;

impl<'de> Visitor<'de> for AnyField {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Field, E> {
        Ok(Field::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Field, E> {
        Ok(Field::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Field, E> {
        Ok(Field::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Field, E> {
        Ok(Field::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Field, E> {
        Ok(Field::Text(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Field, E> {
        Ok(Field::Empty)
    }

    fn visit_none<E>(self) -> Result<Field, E> {
        Ok(Field::Empty)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Field, D::Error> {
        Field::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Field, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Nested)
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = match FrontMatter::read(text) {
            Ok(matter) => format!("verdict = {:?}", matter.text("verdict")),
            Err(error) => error.to_string(),
        };
        assert_eq!(read, expected, "{text:?}");
    }

    #[test]
    fn accepted_forms() {
        for text in [
            "---\nverdict: APPROVED\n---\nbody",
            "\u{feff}---\nverdict: APPROVED\n---",
            "\n\n---\r\nverdict:  APPROVED  \r\n---\r\n",
            "---\nverdict: 'APPROVED'\nlist: [a, b]\nnested:\n  verdict: no\n---\n---\nverdict: second\n---\n",
        ] {
            check(text, "verdict = Some(\"APPROVED\")");
        }
    }

    #[test]
    fn untyped_words_stay_words() {
        check("---\nverdict: no\n---\n", "verdict = Some(\"no\")");
        check(
            "---\nverdict: 9/10 checks PASS\n---\n",
            "verdict = Some(\"9/10 checks PASS\")",
        );
        check("---\nverdict:\n---\n", "verdict = None");
        check("---\n---\n", "verdict = None");
        check("---\nVerdict: x\n---\n", "verdict = None");
    }

    #[test]
    fn refused_forms() {
        check("", "the first line that is not empty must be '---'");
        check(
            "# Review\n---\nverdict: APPROVED\n---\n",
            "the first line that is not empty must be '---'",
        );
        check(
            "```yaml\n---\nverdict: APPROVED\n---\n```\n",
            "the front matter stands in a code fence; it must be the first thing in the file, without a fence",
        );
        check(
            "---\nverdict: APPROVED\n",
            "the line '---' that ends the front matter is missing",
        );
        check(
            "---\n- a\n- b\n---\n",
            "the front matter must be a mapping of keys to values",
        );
        check(
            "---\njust words\n---\n",
            "the front matter must be a mapping of keys to values",
        );
    }

    #[test]
    fn bad_yaml_is_located_in_the_file() {
        for (text, place) in [
            (
                "\n---\nverdict: APPROVED\nverdict: REQUEST_CHANGES\n---\n",
                "line 4, column 1: ",
            ),
            ("---\nverdict: [unclosed\n---\n", "line "),
            ("---\na: *nowhere\n---\n", "line 2, column 4: "),
        ] {
            let error = FrontMatter::read(text).unwrap_err().to_string();
            assert!(error.starts_with(place), "{text:?} gave {error}");
        }
    }

    #[test]
    fn hostile_blocks_are_refused() {
        let large = format!("---\na: {}\nb: 1\n---\n", "x".repeat(200_000));
        assert_eq!(FrontMatter::read(&large), Err(FrontMatterError::TooLarge));
        let deep = format!("---\na: {}\n---\n", "[".repeat(5_000));
        assert!(matches!(
            FrontMatter::read(&deep),
            Err(FrontMatterError::Invalid { .. })
        ));
    }
}
