//! Any text: no panic, work within the limits, and nothing behind the window matters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipeline_core::verdict::front_matter::{FrontMatter, MAX_BYTES, MAX_NODES, WINDOW};

fuzz_target!(|text: &str| {
    let read = FrontMatter::read(text);
    match &read {
        Ok(matter) => assert!(matter.bytes() <= MAX_BYTES && matter.nodes() <= MAX_NODES),
        Err(error) => assert!(error.line >= 1 && error.column >= 1 && !error.to_string().is_empty()),
    }
    // The same with a delimiter at its head, so that the YAML parser is reached from every input.
    let framed = format!("---\n{text}\n---\nbody");
    let _ = FrontMatter::read(&framed);
    if text.len() > WINDOW {
        let head = text.split_at(text.floor_char_boundary(WINDOW + 4)).0;
        assert_eq!(FrontMatter::read(head), read);
    }
});
