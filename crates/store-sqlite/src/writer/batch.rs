//! One transaction for a batch of commands, and what follows when it fails (reliability: after an error inside a transaction
//! nothing is done but dropping it, since SQLite may have rolled it back already and every further statement would commit by itself).

use pipeline_core::port::store::StoreError;
use rusqlite::Connection;

use crate::checkpoints::Nudge;
use crate::condition::{Cause, Condition, Gate};
use crate::failure::Failure;
use crate::identity;
use crate::writer::tally::Tally;
use crate::writer::{Command, Fate};

/// The writing connection and the condition of its file.
pub(crate) struct Batches {
    connection: Connection,
    nudge: Option<Nudge>,
    condition: Condition,
    tally: Tally,
}

impl Batches {
    /// On a connection that is set up for writing.
    pub(crate) fn new(
        connection: Connection,
        nudge: Option<Nudge>,
        (condition, tally): (Condition, Tally),
    ) -> Self {
        Self {
            connection,
            nudge,
            condition,
            tally,
        }
    }

    /// Runs and answers every command.
    pub(crate) fn run(&mut self, mut batch: Vec<Box<dyn Command>>) {
        if let Err(error) = self.begin() {
            // Nothing was begun: alone the commands would only wait for the same lock again, one after the other.
            return answer_all(batch, Err(&error));
        }
        let alone = batch.len() == 1;
        match self.transact(&mut batch) {
            Ok(writes) => {
                self.tally.committed(writes);
                answer_all(batch, Ok(()));
            }
            Err(failure) if alone => answer_all(batch, Err(&self.notice(&failure))),
            Err(failure) => {
                let error = self.condition.notice_final(&failure);
                if self.condition.is_final() {
                    return answer_all(batch, Err(&error));
                }
                tracing::warn!(%error, commands = batch.len(), "a group of writes was rolled back; each runs again alone");
                batch.into_iter().for_each(|command| self.run(vec![command]));
            }
        }
    }

    /// The writing itself failed in a way that was not foreseen; whatever was begun is dropped.
    pub(crate) fn give_up(&self, why: String) {
        self.condition.degrade(Cause::WriterFailed, why);
        self.abandon();
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        match self.condition.gate() {
            Gate::Open => {}
            Gate::Shut(error) => return Err(error),
            Gate::Probe => self.probe()?,
        }
        self.abandon();
        control(&self.connection, "BEGIN IMMEDIATE").map_err(|failure| self.notice(&failure))
    }

    /// Tries whether the disk takes writes again.
    fn probe(&mut self) -> Result<(), StoreError> {
        self.abandon();
        match identity::probe(&self.connection) {
            Ok(()) => self.condition.mend(),
            Err(failure) => {
                self.abandon();
                return Err(self.notice(&failure));
            }
        }
        Ok(())
    }

    /// Answers how many of the commands have written something.
    fn transact(&mut self, batch: &mut [Box<dyn Command>]) -> Result<usize, Failure> {
        let connection = &self.connection;
        let done = match batch {
            [command] => alone(connection, command.as_mut()),
            commands => {
                in_savepoints(connection, commands).and_then(|writes| commit(connection).map(|()| writes))
            }
        };
        match (&done, &self.nudge) {
            (Ok(_), Some(nudge)) => nudge.ended(),
            (Ok(_), None) => {}
            (Err(_), _) => self.abandon(),
        }
        done
    }

    /// The nudge has the reserve of disk given up when that is what is missing.
    fn notice(&self, failure: &Failure) -> StoreError {
        let error = self.condition.notice(failure);
        if let Some(nudge) = &self.nudge {
            nudge.ended();
        }
        error
    }

    fn abandon(&self) {
        if !self.connection.is_autocommit() {
            // A rollback that fails leaves the transaction open; the next begin tries again.
            let _ = control(&self.connection, "ROLLBACK");
        }
    }
}

/// A command without company needs no savepoint: the transaction is its own.
fn alone(connection: &Connection, command: &mut dyn Command) -> Result<usize, Failure> {
    let before = connection.total_changes();
    match command.run(connection)? {
        Fate::Keep => commit(connection).map(|()| wrote(connection, before)),
        Fate::Undo => {
            still_open(connection)?;
            control(connection, "ROLLBACK").map(|()| 0)
        }
    }
}

fn in_savepoints(connection: &Connection, batch: &mut [Box<dyn Command>]) -> Result<usize, Failure> {
    let mut writes = 0;
    for command in batch {
        let before = connection.total_changes();
        control(connection, "SAVEPOINT command")?;
        match command.run(connection)? {
            Fate::Keep => writes += wrote(connection, before),
            Fate::Undo => control(connection, "ROLLBACK TO command")?,
        }
        control(connection, "RELEASE command")?;
    }
    Ok(writes)
}

fn wrote(connection: &Connection, before: u64) -> usize {
    usize::from(connection.total_changes() > before)
}

fn commit(connection: &Connection) -> Result<(), Failure> {
    still_open(connection)?;
    control(connection, "COMMIT")
}

/// SQLite ends a transaction itself when the disk is full or fails.
fn still_open(connection: &Connection) -> Result<(), Failure> {
    if connection.is_autocommit() {
        return Err(Failure::Refused(
            "the transaction was over before its commit".to_owned(),
        ));
    }
    Ok(())
}

/// The statements that begin, part and end transactions; all others go through `columns`, which wants a transaction for a write.
fn control(connection: &Connection, sql: &str) -> Result<(), Failure> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

fn answer_all(batch: Vec<Box<dyn Command>>, commit: Result<(), &StoreError>) {
    for command in batch {
        command.answer(commit.map_err(Clone::clone));
    }
}
