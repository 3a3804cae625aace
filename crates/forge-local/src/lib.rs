//! The embedded forge: bare repositories, pull requests, statuses, guarded merge.
