//! The only crate that runs git: mirror, checkout, harvest, push, merge.
