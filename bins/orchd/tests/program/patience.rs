//! Waiting for what other processes do.

use std::time::Duration;

use app::clock::SystemClock;
use pipeline_core::port::clock::Clock;

const LOOK: Duration = Duration::from_millis(20);
const LIMIT: Duration = Duration::from_secs(150);

/// Runs a future to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(work)
}

/// Looks until there is something to see; what never comes is a failure of the test.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = SystemClock.now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(
            SystemClock.now().since(begun) < LIMIT,
            "waited in vain for {what}"
        );
        block_on(SystemClock.sleep(LOOK));
    }
}
