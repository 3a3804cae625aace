//! The tables of sentences, to the character.

mod comment;
mod asking;
mod setback;
mod hidden;
mod sentences;
mod hostile;
mod status;
mod alert;
mod store;
mod tracker;
mod link;
mod text;
mod every;

use crate::pipeline::Pipeline;
use crate::project::Locale;
use crate::stage::{Stage, StageName};

const RU: Locale = Locale::Ru;
const EN: Locale = Locale::En;
const HOSTILE: &str = "<b onclick=\"x\">&</b>\n<script>";
const HOSTILE_ESCAPED: &str = "&lt;b onclick=&quot;x&quot;&gt;&amp;&lt;/b&gt;\n&lt;script&gt;";

/// Each sentence reads exactly so.
fn check(rows: &[(String, &str)]) {
    for (sentence, expected) in rows {
        assert_eq!(sentence, expected);
    }
}

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

/// A stage of the built-in pipeline.
fn stage(name: &str) -> Stage {
    let pipeline = Pipeline::built_in();
    pipeline
        .stage(&StageName::new(name))
        .expect("it is built in")
        .clone()
}
