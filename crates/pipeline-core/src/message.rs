//! Every sentence said to people, in both locales. Pure functions, one per sentence; names end in `_comment` (tracker, HTML with `<br>`),
//! `_alert` (chat, HTML with newlines) or `_line` (plain text that goes into another sentence).
//!
//! Arguments are plain text as agents and people wrote it; it is escaped and cut here and nowhere else: each text on its own, and a whole
//! message for the chat by [`text::within_chat`]. Nothing here knows when a sentence is said, by whom, or how it is sent.

pub mod comment;
pub mod asking;
pub mod setback;
pub mod hidden;
pub mod status;
pub mod alert;
pub mod store;
pub mod tracker;
pub mod link;
pub mod text;

#[cfg(test)]
mod tests;
