//! HTTP: webhooks, API and the board page on two listeners.
