//! The top level of the block, from the parser's events. Nested values are walked past, not kept; an alias stands for the kind and text of
//! its anchor, so that no input can grow. Tags, merge keys, directives and control characters are refused: no honest report needs them.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's enum may grow; an event that is not named is refused"
)]

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use crate::verdict::front_matter::block::Block;
use crate::verdict::front_matter::{
    Field, FrontMatter, FrontMatterError, MAX_ALIASES, MAX_DEPTH, MAX_NODES, Problem,
};

/// Reads the fields of a block.
pub(super) fn read(block: &Block<'_>) -> Result<FrontMatter, FrontMatterError> {
    refuse_control_characters(block)?;
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(
            block.yaml,
            granit_parser::options! {
                disallow_directives: true,
                emit_comments: false,
                flow_nesting_limit: MAX_DEPTH,
                block_nesting_limit: MAX_DEPTH,
            },
        ),
        lines_before: block.lines_before,
        nodes: 0,
        aliases: 0,
        anchors: BTreeMap::new(),
    };
    let fields = reader.document().map_err(|error| no_space(block, error))?;
    Ok(FrontMatter {
        fields,
        nodes: reader.nodes,
        bytes: block.yaml.len(),
    })
}

struct Reader<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    lines_before: usize,
    nodes: usize,
    aliases: usize,
    anchors: BTreeMap<usize, Field>,
}

type Found<'a> = (Event<'a>, Marker);

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<BTreeMap<String, Field>, FrontMatterError> {
        let mut fields = BTreeMap::new();
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd, _) => return Ok(fields),
                (Event::MappingStart(_, _, tag), place) => {
                    self.node(tag.as_ref(), place)?;
                    fields = self.mapping()?;
                    break;
                }
                // A document of comments alone is one empty scalar.
                (Event::Scalar(text, ScalarStyle::Plain, _, None), _) if text.is_empty() => break,
                (_, place) => return Err(self.error(place, Problem::NotAMapping)),
            }
        }
        while let (event, place) = self.next()?
            && event != Event::StreamEnd
        {
            if event != Event::DocumentEnd {
                let why = "one YAML document is expected, and here a second one begins";
                return Err(self.invalid(place, why));
            }
        }
        Ok(fields)
    }

    fn mapping(&mut self) -> Result<BTreeMap<String, Field>, FrontMatterError> {
        let mut fields = BTreeMap::new();
        loop {
            let (event, place) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(fields);
            }
            let Event::Scalar(key, style, _, tag) = event else {
                return Err(self.invalid(place, "a key must be plain text"));
            };
            self.node(tag.as_ref(), place)?;
            if key == "<<" && style == ScalarStyle::Plain {
                return Err(self.invalid(place, "merge keys ('<<') are not allowed here"));
            }
            let (event, value_place) = self.next()?;
            let field = self.value(event, value_place)?;
            if fields.contains_key(key.as_ref()) {
                let shown: String = key.chars().take(40).collect();
                return Err(self.invalid(place, &format!("duplicate key '{shown}'")));
            }
            fields.insert(key.into_owned(), field);
        }
    }

    /// A value from its first event on.
    fn value(&mut self, event: Event<'a>, place: Marker) -> Result<Field, FrontMatterError> {
        let anchor = event.anchor_id();
        self.node(event_tag(&event), place)?;
        let field = match event {
            Event::Scalar(text, style, _, _) => scalar(&text, style),
            Event::Alias(target) => self.alias(target, place)?,
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                self.skip()?;
                Field::Nested
            }
            _ => return Err(self.invalid(place, "a value is expected here")),
        };
        self.remember(anchor, &field, place)?;
        Ok(field)
    }

    /// Walks past the rest of a list or mapping whose start was read.
    fn skip(&mut self) -> Result<(), FrontMatterError> {
        let mut depth = 2;
        while depth > 1 {
            let (event, place) = self.next()?;
            let anchor = event.anchor_id();
            match &event {
                Event::SequenceEnd | Event::MappingEnd => depth -= 1,
                Event::SequenceStart(..) | Event::MappingStart(..) => {
                    self.node(event_tag(&event), place)?;
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return Err(self.over("levels", MAX_DEPTH, place));
                    }
                    self.remember(anchor, &Field::Nested, place)?;
                }
                Event::Scalar(text, style, _, _) => {
                    self.node(event_tag(&event), place)?;
                    self.remember(anchor, &scalar(text, *style), place)?;
                }
                Event::Alias(target) => {
                    self.node(None, place)?;
                    self.alias(*target, place)?;
                }
                _ => return Err(self.invalid(place, "a value is expected here")),
            }
        }
        Ok(())
    }

    fn alias(&mut self, target: usize, place: Marker) -> Result<Field, FrontMatterError> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(self.over("aliases", MAX_ALIASES, place));
        }
        // An alias within its own anchor is not known yet; it is nested in any case.
        Ok(self.anchors.get(&target).cloned().unwrap_or(Field::Nested))
    }

    fn remember(
        &mut self,
        anchor: Option<usize>,
        field: &Field,
        place: Marker,
    ) -> Result<(), FrontMatterError> {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, field.clone());
            if self.anchors.len() > MAX_ALIASES {
                return Err(self.over("anchors", MAX_ALIASES, place));
            }
        }
        Ok(())
    }

    fn node(&mut self, tag: Option<&Cow<'_, Tag>>, place: Marker) -> Result<(), FrontMatterError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.over("values", MAX_NODES, place));
        }
        match tag {
            None => Ok(()),
            Some(tag) => {
                let shown: String = tag.original().chars().take(40).collect();
                let why = format!("tags ('{shown}') are not allowed here");
                Err(self.invalid(place, &why))
            }
        }
    }

    fn next(&mut self) -> Result<Found<'a>, FrontMatterError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, first(span))),
            Some(Err(error)) => {
                let message = error.info();
                let line = message.lines().next().unwrap_or_default();
                if line.starts_with("recursion limit exceeded") {
                    // The parser was given the same limit, and reads ahead.
                    return Err(self.over("levels", MAX_DEPTH, *error.marker()));
                }
                Err(self.invalid(*error.marker(), line))
            }
            None => Ok((Event::StreamEnd, Marker::new(0, 1, 0))),
        }
    }

    fn over(&self, what: &'static str, most: usize, place: Marker) -> FrontMatterError {
        self.error(place, Problem::OverLimit { what, most })
    }

    fn invalid(&self, place: Marker, why: &str) -> FrontMatterError {
        self.error(place, Problem::Invalid(why.to_owned()))
    }

    fn error(&self, place: Marker, problem: Problem) -> FrontMatterError {
        FrontMatterError {
            line: place.line().max(1) + self.lines_before,
            column: place.col() + 1,
            problem,
        }
    }
}

/// Where a node begins: at its tag when it has one.
fn first(span: Span) -> Marker {
    span.tag_start.unwrap_or(span.start)
}

fn event_tag<'e, 'a>(event: &'e Event<'a>) -> Option<&'e Cow<'a, Tag>> {
    match event {
        Event::Scalar(_, _, _, tag) | Event::SequenceStart(_, _, tag) | Event::MappingStart(_, _, tag) => {
            tag.as_ref()
        }
        _ => None,
    }
}

/// What YAML's core schema calls null, unless it is quoted, is an empty field.
fn scalar(text: &str, style: ScalarStyle) -> Field {
    let is_null = style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
    if is_null {
        Field::Empty
    } else {
        Field::Text(text.to_owned())
    }
}

/// The error itself, or what the eye does not see and YAML does: a no-break space behind a colon makes no key of what stands before it.
fn no_space(block: &Block<'_>, error: FrontMatterError) -> FrontMatterError {
    let found = crate::verdict::lines::lines(block.yaml)
        .enumerate()
        .find_map(|(index, line)| {
            let mut letters = line
                .text
                .chars()
                .enumerate()
                .skip_while(|(_, letter)| *letter != ':');
            let (column, letter) = letters.nth(1)?;
            let is_strange = letter.is_whitespace() && !letter.is_ascii();
            is_strange.then_some((index, column, letter))
        });
    let Some((index, column, letter)) = found else {
        return error;
    };
    FrontMatterError {
        line: index + 1 + block.lines_before,
        column: column + 1,
        problem: Problem::Invalid(format!(
            "U+{:04X} behind the colon is no space to YAML; write a plain one",
            u32::from(letter)
        )),
    }
}

/// YAML allows no control characters but tab and line ends; some parsers end at a NUL, and would not see what follows it.
fn refuse_control_characters(block: &Block<'_>) -> Result<(), FrontMatterError> {
    for (index, line) in crate::verdict::lines::lines(block.yaml).enumerate() {
        let found = line
            .text
            .chars()
            .enumerate()
            .find(|(_, letter)| letter.is_control() && *letter != '\t');
        if let Some((column, letter)) = found {
            return Err(FrontMatterError {
                line: index + 1 + block.lines_before,
                column: column + 1,
                problem: Problem::Invalid(format!(
                    "the control character U+{:04X} is not allowed here",
                    u32::from(letter)
                )),
            });
        }
    }
    Ok(())
}
