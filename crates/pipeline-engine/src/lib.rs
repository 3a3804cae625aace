//! The motion of the pipeline: intake, step, dispatch, outbox, sweep.
