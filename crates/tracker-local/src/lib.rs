//! The embedded board: issues, columns, comments, a change feed and a chat in one database file of its own.
//!
//! It behaves like an outside system: [`LocalTracker`] is what the pipeline sees, the `Board` port on [`LocalBoard`] what people see,
//! and its `EventSource` the feed in between. It must not know tasks, stages or the pipeline's own store.

mod board;
mod tracker;
mod feed;
mod chat;
mod limits;
mod plain_text;
mod issues;
mod activities;
mod comments;
mod relations;
mod changes;
mod messages;
mod database;
#[cfg(test)]
mod query_plans;

pub use board::LocalBoard;
pub use chat::LocalChat;
pub use database::opening::OpenError;
pub use feed::SOURCE_NAME;
pub use tracker::{ACCOUNT, LocalTracker};
