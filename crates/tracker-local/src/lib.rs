//! The embedded board: issues, states, comments and an activity feed.
