//! What the engine writes to its log, for the stories that are about it: warnings and errors of this thread.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps the lines until it is dropped.
pub(crate) struct Logs {
    lines: Arc<Mutex<Vec<String>>>,
    _listening: DefaultGuard,
}

impl Logs {
    pub(crate) fn listen() -> Self {
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let keeper = Keeper(Arc::clone(&lines));
        Self {
            lines,
            _listening: tracing::subscriber::set_default(keeper),
        }
    }

    /// How many lines have these words.
    pub(crate) fn times(&self, words: &str) -> usize {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|line| line.contains(words)).count()
    }
}

struct Keeper(Arc<Mutex<Vec<String>>>);

impl Subscriber for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}
