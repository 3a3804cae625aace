//! The tables of sentences, to the character.

mod comment;
mod status;
mod alert;
mod tracker;
mod link;
mod text;

use crate::project::Locale;

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
