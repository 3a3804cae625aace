//! Waiting for what other processes do.

use std::time::Duration;

use app::clock::SystemClock;
use pipeline_core::port::clock::Clock;

const LOOK: Duration = Duration::from_millis(5);

/// Runs a future to its end.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(work)
}

/// Lets time pass.
pub fn pause(time: Duration) {
    block_on(SystemClock.sleep(time));
}

/// Looks until there is something to see, or the time is up.
pub fn wait_for<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = SystemClock.now();
    loop {
        let seen = look();
        if seen.is_some() || SystemClock.now().since(begun) >= limit {
            return seen;
        }
        pause(LOOK);
    }
}
