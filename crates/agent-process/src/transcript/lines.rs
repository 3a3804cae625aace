//! Lines of a log as events, and fields of events as values: bounded, and believed only as far as they make sense.

use std::io::{self, BufRead};

use pipeline_core::usage::Usage;
use serde_json::Value;

/// Bytes of a line that is still looked at; the runner keeps no longer one.
const LONGEST: usize = 256 << 10;

/// Characters kept of words and names.
const WORDS: usize = 2_000;
const NAME: usize = 200;

/// No run uses more tokens; a larger number is nonsense, and sums of it would overflow.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// No run costs more dollars.
const MOST_COST: f64 = 1_000_000.0;

/// How the runner marks bytes that it did not keep in the middle of a log.
const GAP_MARK: &str = "bytes of output are not kept]";

/// Said of a log with such a mark.
pub(super) const GAP: &str =
    "the log was longer than its cap: events are missing, the figures may be too low";

/// Reads lines; what a line has too much is passed over.
pub(super) struct Lines<R> {
    reader: R,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader }
    }

    /// The next line without its end; `None`: there is no more.
    pub(super) fn next(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut is_line = false;
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            is_line = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let piece = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            let room = LONGEST.saturating_sub(line.len()).min(piece.len());
            line.extend_from_slice(piece.get(..room).unwrap_or_default());
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(is_line.then(|| String::from_utf8_lossy(&line).into_owned()))
    }
}

/// A line that is an object with a type. A terminal's sequences around it are no reason to miss it.
pub(super) fn event(line: &str) -> Option<Value> {
    let clean;
    let line = if line.starts_with('{') {
        line
    } else {
        clean = plain_text::without_control(line);
        clean.trim()
    };
    if !line.starts_with('{') {
        return None;
    }
    let event: Value = serde_json::from_str(line).ok()?;
    event.get("type")?.is_string().then_some(event)
}

/// The line stands for bytes that the runner did not keep.
pub(super) fn is_gap(line: &str) -> bool {
    line.starts_with('[') && line.ends_with(GAP_MARK)
}

/// A name at a place in an event, such as `/part/tool`.
pub(crate) fn text(event: &Value, place: &str) -> Option<String> {
    cut(event, place, NAME).map(|name| name.replace('\n', " "))
}

/// Words at a place in an event.
pub(crate) fn words(event: &Value, place: &str) -> Option<String> {
    cut(event, place, WORDS)
}

fn cut(event: &Value, place: &str, most: usize) -> Option<String> {
    let clean = plain_text::without_control(event.pointer(place)?.as_str()?);
    let cut: String = clean.trim().chars().take(most).collect();
    (!cut.is_empty()).then_some(cut)
}

/// A number at a place in an event.
pub(crate) fn count(event: &Value, place: &str) -> Option<u64> {
    event.pointer(place)?.as_u64()
}

/// Tokens at a place in an event; nonsense is none.
pub(crate) fn tokens(event: &Value, place: &str) -> u64 {
    count(event, place)
        .filter(|count| *count <= MOST_TOKENS)
        .unwrap_or_default()
}

/// Dollars at a place in an event; nonsense is none.
pub(crate) fn dollars(event: &Value, place: &str) -> f64 {
    let cost = event.pointer(place).and_then(Value::as_f64);
    cost.filter(|cost| (0.0..=MOST_COST).contains(cost))
        .unwrap_or_default()
}

/// A sum that cannot overflow.
pub(crate) fn add(sum: &mut Usage, more: Usage) {
    let plus = |a: u64, b: u64| a.saturating_add(b).min(MOST_TOKENS);
    *sum = Usage {
        input_tokens: plus(sum.input_tokens, more.input_tokens),
        output_tokens: plus(sum.output_tokens, more.output_tokens),
        cache_read_input_tokens: plus(sum.cache_read_input_tokens, more.cache_read_input_tokens),
        cache_creation_input_tokens: plus(sum.cache_creation_input_tokens, more.cache_creation_input_tokens),
        cost_usd: (sum.cost_usd + more.cost_usd).min(MOST_COST),
    };
}
