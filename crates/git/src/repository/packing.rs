//! Packing: many small files become few large ones, and what nothing names goes after a while. `gc.auto` is off, so that this is the only place.

use pipeline_core::time::Timestamp;

use super::Repository;
use crate::error::GitError;

/// How much a repository may hold unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackAbove {
    /// Loose objects.
    pub loose: u64,
    /// Packs.
    pub packs: u64,
}

impl Default for PackAbove {
    /// About what git itself would bear.
    fn default() -> Self {
        Self {
            loose: 5_000,
            packs: 30,
        }
    }
}

/// What becomes of objects that no reference reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// They stay, in a pack of their own.
    Keep,
    /// Those that were written before go.
    RemoveBefore(Timestamp),
}

impl Repository {
    /// Packs objects and references when there are more than `above`; answers whether it did. Nobody may write meanwhile who has not yet named what
    /// he wrote; whoever reads is not disturbed.
    pub fn pack(&self, above: PackAbove, unreachable: Unreachable) -> Result<bool, GitError> {
        let held = self.held()?;
        if held.loose <= above.loose && held.packs <= above.packs {
            return Ok(false);
        }
        self.run("pack-refs").args(["--all", "--prune"]).bytes()?;
        let repack = self.run("repack").args(["-d", "-l", "--quiet", "--cruft"]);
        match unreachable {
            Unreachable::Keep => drop(repack.bytes()?),
            Unreachable::RemoveBefore(before) => {
                let before = before.to_rfc3339();
                repack.arg(format!("--cruft-expiration={before}")).bytes()?;
                // The repack leaves loose what it did not take.
                self.run("prune").arg(format!("--expire={before}")).bytes()?;
            }
        }
        Ok(true)
    }

    fn held(&self) -> Result<PackAbove, GitError> {
        let counted = self.run("count-objects").arg("-v").text()?;
        let number = |name: &'static str| {
            counted
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")?.parse().ok())
                .ok_or_else(|| GitError::unexpected("count-objects", counted.as_bytes(), name))
        };
        Ok(PackAbove {
            loose: number("count")?,
            packs: number("packs")?,
        })
    }
}
