//! The rules of the pipeline: pure, synchronous, embeddable. No I/O, no clock, no environment, no runtime.
//!
//! The one entry to the rules is the transition function: a task and an event give a decision. What is decided is data; somebody else
//! carries it out and comes back with the next event.

pub mod id;
pub mod time;
pub mod role;
pub mod stage;
pub mod project;
pub mod pipeline;
pub mod observation;
pub mod evidence;
pub mod order;
pub mod event;
pub mod task;
pub mod effect;
pub mod job;
pub mod run;
pub mod timer;
pub mod usage;
pub mod decision;
pub mod verdict;
pub mod gate;
pub mod scope;
pub mod retry;
pub mod brief;
pub mod message;
pub mod orders;
pub mod start;
pub mod transition;
pub mod why;
pub mod port;
