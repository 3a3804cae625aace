//! Counts the durable commits of a database by SQLite's own counter, so that nothing has to be counted in the product.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::Context;

/// Where the index of the write-ahead log keeps how many transactions were committed (`iChange`, sqlite.org/walformat.html, "The WAL-Index Header").
const AT: u64 = 8;

/// Looks into the index of a database's write-ahead log. It must outlive every connection of this process to that database: to close any
/// descriptor of the file gives up the locks that SQLite holds on it.
#[derive(Debug)]
pub(crate) struct Commits(File);

impl Commits {
    /// Of a database that is open and was written.
    pub(crate) fn of(database: &Path) -> anyhow::Result<Self> {
        let mut name = database.as_os_str().to_owned();
        name.push("-shm");
        let file = File::open(&name).with_context(|| format!("open {}", Path::new(&name).display()))?;
        Ok(Self(file))
    }

    /// So far; a transaction that changed nothing is none.
    pub(crate) fn count(&self) -> anyhow::Result<u64> {
        let mut number = [0; 4];
        self.0.read_exact_at(&mut number, AT)?;
        Ok(u64::from(u32::from_ne_bytes(number)))
    }
}
