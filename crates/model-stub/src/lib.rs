//! A scripted language model on loopback.
//!
//! It speaks the four wire formats of the agent programs that people use (Anthropic Messages, OpenAI Responses, OpenAI
//! Chat Completions, Gemini), so that those programs really run, with their own tools, permissions and sessions, and
//! cost nothing. What it answers is up to a [`Mind`]; how that looks on the wire is up to a dialect. It must not know
//! of tasks, roles or documents.

mod conversation;
mod answer;
mod tools;
mod dialect;
mod server;

pub use answer::{Act, Answer, Refusal};
pub use conversation::Conversation;
pub use dialect::Dialect;
pub use server::{ModelServer, Seen};

/// What the model says next.
pub trait Mind: Send + Sync + 'static {
    /// The next answer in a conversation. May block: it is called on a thread of its own.
    fn answer(&self, conversation: &Conversation) -> Answer;
}
