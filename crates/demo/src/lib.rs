//! The demo: a sample project, a scripted agent, a demo operator, live progress.
