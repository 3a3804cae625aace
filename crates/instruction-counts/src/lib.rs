//! What callgrind counted, and what is expected. The functions that are counted, and the running of them, are in `benches/`; a count has no
//! noise, so a change of a few percent is seen without timing anything. Must not know what is counted.

pub mod profile;
pub mod table;
