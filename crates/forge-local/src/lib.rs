//! The embedded forge: bare repositories on disk, pull requests, statuses, guarded merge.
//!
//! A project is a folder: `repo.git`, `pulls/<number>.json`, `statuses/<commit>.json` and `feed/`. Branches reach it by ordinary pushes
//! to [`LocalForge::remote`]; [`LocalForgeFeed`] notices them. It must not know tasks, stages or how a commit came to be.

mod forge;
mod source;
mod opening;
mod project;
mod observing;
mod merging;
mod join;
mod pulls;
mod statuses;
mod feed;
mod files;

pub use files::FileError;
pub use forge::{LocalForge, NewReview};
pub use opening::{ForgeHome, OpenError};
pub use source::{LocalForgeFeed, SOURCE_NAME};
