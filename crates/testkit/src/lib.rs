//! Stateful fakes, one per port, and the conformance suites that keep them honest.
