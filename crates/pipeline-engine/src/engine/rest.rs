//! When a loop that found nothing to do need not look again: a number in memory tells that nobody has written since, and a time that nothing is
//! due. So a daemon without work reads next to nothing.

use std::time::Duration;

use pipeline_core::time::Timestamp;

use crate::context::Context;

/// A loop looks after so long in any case: what is not in the store, such as free room for runs, changes without a sign, and a sign that
/// was missed costs no more than this.
const LONGEST: Duration = Duration::from_secs(10);

/// A loop's rest after a look.
pub(super) struct Rest {
    version: u64,
    rested: Duration,
    /// When something falls due, as long as the version lasts; not asked before it is needed.
    due: Option<Due>,
}

struct Due(Option<Timestamp>);

impl Rest {
    /// After a look at what the store held at this version, or later.
    pub(super) fn since(version: u64) -> Self {
        Self {
            version,
            rested: Duration::ZERO,
            due: None,
        }
    }

    /// Whether it goes on, when the loop has slept for `every` and would do so again.
    pub(super) async fn lasts(&mut self, context: &Context, every: Duration) -> bool {
        self.rested += every;
        if self.rested + every > LONGEST || context.store.version() != self.version {
            return false;
        }
        let due = match &self.due {
            Some(Due(due)) => *due,
            None => match context.store.due().await {
                Ok(due) => {
                    self.due = Some(Due(due));
                    due
                }
                // Whoever looks meets the error and tells it.
                Err(_) => return false,
            },
        };
        due.is_none_or(|due| due > context.clock.now())
    }
}
