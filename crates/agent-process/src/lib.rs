//! Runs of agents and project commands: providers, result record, failure class.
