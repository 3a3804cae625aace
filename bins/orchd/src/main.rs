//! The orchd daemon.

fn main() {}
