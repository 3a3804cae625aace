//! The orchd admin tool.

fn main() {}
