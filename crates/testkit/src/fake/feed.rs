//! The feeds of the fakes: a list of names of changed objects; the cursor is a position in it.

use pipeline_core::id::ProjectId;
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::source::{Decoded, FeedPage, NewDelivery};

const KIND: &str = "changed";

/// Small, so that tests meet a second page.
const PAGE: usize = 20;

pub(super) fn page<'a>(
    (cursor, forgotten): (Option<String>, usize),
    changes: impl Iterator<Item = &'a str>,
) -> Result<FeedPage, PortError> {
    let after = cursor.map_or(Ok(0), |text| position(&text))?.max(forgotten);
    let news: Vec<NewDelivery> = changes
        .enumerate()
        .skip(after)
        .take(PAGE)
        .map(|(at, name)| NewDelivery {
            key: (at + 1).to_string(),
            kind: KIND.to_owned(),
            body: name.as_bytes().to_vec(),
        })
        .collect();
    let cursor = (after + news.len()).to_string();
    Ok(FeedPage { news, cursor })
}

pub(super) fn position(cursor: &str) -> Result<usize, PortError> {
    cursor
        .parse()
        .map_err(|_| PortError::Permanent(format!("'{cursor}' is not a cursor; expected a number")))
}

pub(super) fn decode(
    project: &ProjectId,
    kind: &str,
    body: &[u8],
    hint: impl FnOnce(&str) -> Hint,
) -> Decoded {
    match std::str::from_utf8(body) {
        Ok(name) if kind == KIND && !name.is_empty() => Decoded::Hints(vec![(project.clone(), hint(name))]),
        Ok(_) | Err(_) => Decoded::Ignored(format!("no news of kind '{kind}' that names an object")),
    }
}
