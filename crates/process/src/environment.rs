//! The one place where a child may get something of our own environment.

use std::ffi::OsString;

/// The named variables of this process that are set, for [`Command::envs`](crate::Command::envs) or
/// [`RunSpec`](crate::RunSpec). An allow-list: a child starts with nothing else.
pub fn inherit<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<(OsString, OsString)> {
    names
        .into_iter()
        .filter_map(|name| Some((name.into(), std::env::var_os(name)?)))
        .collect()
}
