//! The one row that says which copy of the state this is, and what its next daemon has to do first.

use rusqlite::Connection;

use crate::columns::first;
use crate::failure::Failure;

/// Which copy of the state this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// 32 hexadecimal digits; a copy that was restored has another than the one it was made of.
    pub epoch: String,
    /// How often it was restored; then the outside may hold what it does not remember.
    pub restored: u32,
    /// It was restored: everything open is looked at before anything is sent.
    pub look_first: bool,
}

/// Larger than what a small commit needs: a disk with so much room takes the writes of a while.
const PROBE: &str = "UPDATE identity SET probe = zeroblob(65536)";
const CLEAR: &str = "UPDATE identity SET probe = NULL";
const FIND: &str = "SELECT epoch, restored, look_first FROM identity";
const RENEW: &str =
    "UPDATE identity SET epoch = lower(hex(randomblob(16))), restored = restored + 1, look_first = 1";
const LOOKED: &str = "UPDATE identity SET look_first = 0";

/// The row.
pub(crate) fn find(connection: &Connection) -> Result<Identity, Failure> {
    let found = first(connection, FIND, [], |row| {
        Ok(Identity {
            epoch: row.get(0)?,
            restored: row.get(1)?,
            look_first: row.get(2)?,
        })
    })?;
    found.ok_or_else(|| Failure::Refused("the row of table identity is missing".to_owned()))
}

/// Makes this another copy, whose daemon looks first.
pub(crate) fn renew(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(RENEW, []).map(|_| ())
}

/// Everything was looked at.
pub(crate) fn looked(connection: &Connection) -> Result<(), Failure> {
    crate::columns::change(connection, LOOKED, [])?;
    Ok(())
}

/// Tries whether the disk takes writes: durable ones, in transactions of their own.
pub(crate) fn probe(connection: &Connection) -> Result<(), Failure> {
    connection.execute(PROBE, [])?;
    connection.execute(CLEAR, [])?;
    Ok(())
}
