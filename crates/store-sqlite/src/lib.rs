//! The state of the pipeline in SQLite: one transaction per step, group commit.
