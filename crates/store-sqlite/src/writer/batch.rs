//! One transaction for a batch of commands, and what follows when it fails (reliability: after an error inside a transaction
//! nothing is done but dropping it, since SQLite may have rolled it back already and every further statement would commit by itself).

use pipeline_core::port::store::StoreError;
use rusqlite::Connection;

use crate::checkpoints::Nudge;
use crate::columns::change;
use crate::failure::Failure;
use crate::writer::{Command, Fate};

/// The writing connection and what is known of its file.
pub(crate) struct Batches {
    connection: Connection,
    nudge: Option<Nudge>,
    damage: Option<StoreError>,
}

impl Batches {
    /// On a connection that is set up for writing.
    pub(crate) fn new(connection: Connection, nudge: Option<Nudge>) -> Self {
        Self {
            connection,
            nudge,
            damage: None,
        }
    }

    /// Runs and answers every command.
    pub(crate) fn run(&mut self, mut batch: Vec<Box<dyn Command>>) {
        if let Err(error) = self.begin() {
            // Nothing was begun: alone the commands would only wait for the same lock again, one after the other.
            return answer_all(batch, Err(&error));
        }
        match self.transact(&mut batch) {
            Ok(()) => answer_all(batch, Ok(())),
            Err(error) if batch.len() == 1 || self.damage.is_some() => answer_all(batch, Err(&error)),
            Err(error) => {
                tracing::warn!(%error, commands = batch.len(), "a group of writes was rolled back; each runs again alone");
                batch.into_iter().for_each(|command| self.run(vec![command]));
            }
        }
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        if let Some(damage) = &self.damage {
            return Err(damage.clone());
        }
        self.abandon();
        self.judged(execute(&self.connection, "BEGIN IMMEDIATE"))
    }

    fn transact(&mut self, batch: &mut [Box<dyn Command>]) -> Result<(), StoreError> {
        let done = in_savepoints(&self.connection, batch).and_then(|()| commit(&self.connection));
        let done = self.judged(done);
        match (&done, &self.nudge) {
            (Ok(()), Some(nudge)) => nudge.committed(),
            (Ok(()), None) => {}
            (Err(_), _) => self.abandon(),
        }
        done
    }

    /// Remembers damage: nothing is written after it.
    fn judged(&mut self, result: Result<(), Failure>) -> Result<(), StoreError> {
        result.map_err(|failure| {
            let error = failure.to_store_error();
            if failure.is_damage() {
                self.damage = Some(error.clone());
            }
            error
        })
    }

    fn abandon(&self) {
        if !self.connection.is_autocommit() {
            // A rollback that fails leaves the transaction open; the next begin tries again.
            let _ = execute(&self.connection, "ROLLBACK");
        }
    }
}

fn in_savepoints(connection: &Connection, batch: &mut [Box<dyn Command>]) -> Result<(), Failure> {
    for command in batch {
        execute(connection, "SAVEPOINT command")?;
        if command.run(connection)? == Fate::Undo {
            execute(connection, "ROLLBACK TO command")?;
        }
        execute(connection, "RELEASE command")?;
    }
    Ok(())
}

fn commit(connection: &Connection) -> Result<(), Failure> {
    if connection.is_autocommit() {
        return Err(Failure::Refused(
            "the transaction was over before its commit".to_owned(),
        ));
    }
    execute(connection, "COMMIT")
}

fn execute(connection: &Connection, sql: &str) -> Result<(), Failure> {
    change(connection, sql, [])?;
    Ok(())
}

fn answer_all(batch: Vec<Box<dyn Command>>, commit: Result<(), &StoreError>) {
    for command in batch {
        command.answer(commit.map_err(Clone::clone));
    }
}
