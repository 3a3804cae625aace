//! HTTP: webhooks, API and the board page on two listeners.
//!
//! The public listener takes webhooks and says that the port is open; everything else is on the admin listener, behind a check of `Host` and
//! `Origin`. Nothing here decides anything about a task: a webhook becomes a stored delivery, and what a person does on the board is written
//! to the board through its port and comes back as news like any other. This crate knows no adapter.

pub mod state;
pub mod server;
pub mod public;
mod webhooks;
pub mod admin;
mod guard;
mod readiness;
mod api;
mod pages;
mod actions;
mod person;
mod problem;
mod shown;
mod standing;
