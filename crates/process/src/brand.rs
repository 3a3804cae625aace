//! A number that every process of a run carries whatever it does: forks, sessions, a cleaned environment.
//!
//! It stands in the limit on file locks (`RLIMIT_LOCKS`), which the kernel hands down to every child, shows in
//! `/proc/<pid>/limits`, lets nobody raise without privilege, and has not enforced since Linux 2.4.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// Keeps brands away from any limit that somebody would set.
const HIGH_BIT: u64 = 1 << 62;

/// Unique to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Brand(u64);

impl Brand {
    /// Brands this process and all that it will start. `None` when it has a brand already (a run within a run keeps
    /// that of the outer one) or the kernel refuses.
    pub(crate) fn burn() -> io::Result<Option<Brand>> {
        if getrlimit(Resource::Locks).maximum.is_some() {
            return Ok(None);
        }
        let brand = HIGH_BIT | (unique() >> 2);
        setrlimit(
            Resource::Locks,
            Rlimit {
                current: Some(brand),
                maximum: Some(brand),
            },
        )?;
        Ok(Some(Brand(brand)))
    }

    /// Whether a process carries it.
    pub(crate) fn is_on(self, pid: i32) -> bool {
        fs::read_to_string(format!("/proc/{pid}/limits"))
            .is_ok_and(|limits| Self::read(&limits) == Some(self.0))
    }

    /// The hard limit: the soft one a program may lower and raise as it likes.
    fn read(limits: &str) -> Option<u64> {
        let line = limits
            .lines()
            .find_map(|line| line.strip_prefix("Max file locks"))?;
        line.split_ascii_whitespace().nth(1)?.parse().ok()
    }
}

/// A number that nobody else has: the hasher of a new state is seeded by the kernel's random numbers.
pub(crate) fn unique() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hard_limit_on_file_locks_is_the_brand() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\n\
                      Max locked memory         8388608    8388608              bytes\n\
                      Max file locks            7          4611686018427387905  locks\n";
        assert_eq!(Brand::read(limits), Some(HIGH_BIT + 1));
        assert_eq!(Brand::read("Max file locks  unlimited  unlimited  locks\n"), None);
        assert_eq!(Brand::read(""), None);
    }
}
