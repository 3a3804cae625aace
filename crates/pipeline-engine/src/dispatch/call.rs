//! What the executions of jobs are called to do when the daemon ends.

/// A call to all executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Call {
    /// Go on.
    #[default]
    Work,
    /// End the run (TERM, grace, KILL) and queue its job again.
    Interrupt,
    /// Leave the run to the next daemon; finish what is short.
    Leave,
}
