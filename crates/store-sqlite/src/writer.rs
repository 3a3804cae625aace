//! The one writer: a thread that commits whatever is queued in one transaction and answers after the commit.
//!
//! Each command runs in a savepoint of its own, or alone in the transaction. When anything but the command itself is at fault the whole batch is rolled back and
//! each command runs again alone. Knows no table.

mod batch;
mod tally;

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use pipeline_core::port::store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::checkpoints::Nudge;
use crate::condition::Condition;
use crate::failure::Failure;
use crate::writer::batch::Batches;
use crate::writer::tally::Tally;

pub use crate::writer::tally::Commits;

/// Commands in one transaction at most, so that the first does not wait for ever.
const BATCH: usize = 256;

/// What a command wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written<T> {
    /// It stands.
    Keep(T),
    /// It is taken back; the answer is given all the same.
    Undo(T),
}

/// The writer's handle. Dropping it waits until the queued commands are done.
pub(crate) struct Writer {
    commands: Option<Sender<Box<dyn Command>>>,
    tally: Tally,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on a connection that is set up for writing.
    pub(crate) fn start(
        connection: Connection,
        nudge: Option<Nudge>,
        condition: Condition,
    ) -> io::Result<Self> {
        let (commands, queue) = channel();
        let tally = Tally::default();
        let batches = Batches::new(connection, nudge, (condition, tally.clone()));
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&queue, batches))?;
        Ok(Self {
            commands: Some(commands),
            tally,
            thread: Some(thread),
        })
    }

    /// What was committed so far.
    pub(crate) fn commits(&self) -> Commits {
        self.tally.read()
    }

    /// Runs `work` in a transaction; durable when it returns. `work` may run a second time, after the first was rolled back.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<Written<T>, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_then(work, |_| {}).await
    }

    /// Writes as [`Writer::write`]; the writer's thread calls `then` before anybody hears of the outcome, in the order of commits, whether
    /// or not somebody still waits for it.
    pub(crate) async fn write_then<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<Written<T>, Failure> + Send + 'static,
        then: impl FnOnce(Result<&T, &StoreError>) + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let ticket = Box::new(Ticket {
            work,
            outcome: None,
            then,
            reply,
        });
        let queued = self.commands.as_ref().map(|commands| commands.send(ticket));
        if !matches!(queued, Some(Ok(()))) {
            return Err(ended());
        }
        answer.await.unwrap_or_else(|_| Err(ended()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Work that waits for its transaction and somebody who waits for its answer.
pub(crate) trait Command: Send {
    /// Runs once more and remembers the answer; says whether the writes stand. An error here is not this command's fault.
    fn run(&mut self, connection: &Connection) -> Result<Fate, Failure>;

    /// Answers: with what was remembered after a commit, else with the error.
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

/// What becomes of a command's savepoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its writes stand.
    Keep,
    /// Its writes are taken back.
    Undo,
}

struct Ticket<T, W, E> {
    work: W,
    outcome: Option<Result<T, StoreError>>,
    then: E,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W, E> Command for Ticket<T, W, E>
where
    T: Send,
    W: FnMut(&Connection) -> Result<Written<T>, Failure> + Send,
    E: FnOnce(Result<&T, &StoreError>) + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<Fate, Failure> {
        let (fate, outcome) = match (self.work)(connection) {
            Ok(Written::Keep(value)) => (Fate::Keep, Ok(value)),
            Ok(Written::Undo(value)) => (Fate::Undo, Ok(value)),
            Err(failure) if failure.is_of_one_command() => (Fate::Undo, Err(failure.to_store_error())),
            Err(failure) => return Err(failure),
        };
        self.outcome = Some(outcome);
        Ok(fate)
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let Self {
            outcome, then, reply, ..
        } = *self;
        let answer = commit.and_then(|()| outcome.unwrap_or_else(|| Err(ended())));
        then(answer.as_ref());
        // Whoever asked may have gone; the write stands all the same.
        let _ = reply.send(answer);
    }
}

fn run(queue: &Receiver<Box<dyn Command>>, mut batches: Batches) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        // Whatever is there now, without waiting for company.
        batch.extend(queue.try_iter().take(BATCH - 1));
        // Where an assumption did not hold, nothing that this process knows of the file is sure any more: it writes no further.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| batches.run(batch))) {
            batches.give_up(said(panic.as_ref()));
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it did not say why".to_owned())
}

fn ended() -> StoreError {
    StoreError::Unavailable("the writer has ended".to_owned())
}

#[cfg(test)]
mod tests;
