//! One way to name a value by what stands in it.

use std::fmt::Write as _;

use ring::digest::{SHA256, digest};
use serde::Serialize;

/// SHA-256 of the value's JSON, in hex.
pub(crate) fn of(value: &impl Serialize) -> String {
    // A value of plain structs always serialises; an empty text would only make the digest differ.
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut hex = String::new();
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
