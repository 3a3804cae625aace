//! Rows as they are shown: their JSON fields are part of the interface (README.md), their text is for people.

pub(crate) mod daemon;
pub(crate) mod hold;
pub(crate) mod held_back;
pub(crate) mod task;
pub(crate) mod job;
pub(crate) mod effect;
pub(crate) mod order;
pub(crate) mod run;
pub(crate) mod story;
