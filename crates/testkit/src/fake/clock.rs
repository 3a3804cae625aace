//! A clock that stands still until a test moves it.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pipeline_core::port::clock::Clock;
use pipeline_core::time::Timestamp;
use tokio::sync::Notify;

use crate::sample::START;

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct FakeClock {
    now: Mutex<Timestamp>,
    /// Time that has passed, whatever the wall clock shows.
    passed: Mutex<Duration>,
    moved: Notify,
    asleep: Mutex<Vec<Timestamp>>,
}

impl Default for FakeClock {
    fn default() -> Self {
        Self {
            now: Mutex::new(START),
            passed: Mutex::default(),
            moved: Notify::new(),
            asleep: Mutex::default(),
        }
    }
}

impl FakeClock {
    /// A clock at [`START`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the time on and wakes whoever waited for it.
    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.plus(by);
        drop(now);
        *self.passed.lock().unwrap_or_else(PoisonError::into_inner) += by;
        self.moved.notify_waiters();
    }

    /// Somebody sets the clock by so many milliseconds, forward or back.
    pub fn jump(&self, milliseconds: i64) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = Timestamp(now.0 + milliseconds);
        drop(now);
        self.moved.notify_waiters();
    }

    /// The earliest moment that somebody sleeps for: where a test may advance to.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let asleep = self.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        asleep.iter().min().copied()
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep_until(&self, until: Timestamp) {
        self.asleep(until, || self.now() >= until).await;
    }

    async fn sleep(&self, time: Duration) {
        let until = self.passed() + time;
        self.asleep(self.now().plus(time), || self.passed() >= until)
            .await;
    }
}

impl FakeClock {
    fn passed(&self) -> Duration {
        *self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn asleep(&self, until: Timestamp, is_over: impl Fn() -> bool + Send) {
        let _sleeper = Sleeper::new(self, until);
        loop {
            let mut moved = pin!(self.moved.notified());
            // Listens before it looks, so that a move in between is not missed.
            moved.as_mut().enable();
            if is_over() {
                return;
            }
            moved.await;
        }
    }
}

/// An entry of the list of sleepers, for as long as it sleeps; also when the sleep is dropped half-way.
struct Sleeper<'a> {
    clock: &'a FakeClock,
    until: Timestamp,
}

impl<'a> Sleeper<'a> {
    fn new(clock: &'a FakeClock, until: Timestamp) -> Self {
        let mut asleep = clock.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        asleep.push(until);
        Self { clock, until }
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        let mut asleep = self.clock.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = asleep.iter().position(|until| *until == self.until) {
            asleep.swap_remove(at);
        }
    }
}
