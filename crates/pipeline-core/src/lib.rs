//! The rules of the pipeline: pure, synchronous, embeddable. No I/O, no clock, no environment, no runtime.
//!
//! The one entry to the rules is the transition function: a task and an event give a decision. What is decided is data; somebody else
//! carries it out and comes back with the next event.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use pipeline_core::decision::Decision;
//! use pipeline_core::effect::{EffectResult, MergeStyle};
//! use pipeline_core::event::Event;
//! use pipeline_core::id::TaskId;
//! use pipeline_core::job::JobKind;
//! use pipeline_core::observation::ItemObservation;
//! use pipeline_core::pipeline::Pipeline;
//! use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
//! use pipeline_core::start::{problems, start, work_item};
//! use pipeline_core::time::Timestamp;
//! use pipeline_core::transition::{Rules, decide};
//!
//! // What the rules go by: a project, a pipeline, and the time that they are told.
//! let project = Project {
//!     id: "demo".into(),
//!     name: "Demo".to_owned(),
//!     repo: "demo".to_owned(),
//!     prefix: "DEMO".to_owned(),
//!     default_branch: "main".into(),
//!     locale: Locale::En,
//!     tracker_phrase: "on the board".to_owned(),
//!     staging: false,
//!     ci: Ci::External,
//!     ci_times: CiTimes::default(),
//!     merge: MergeTime::OnDeployEntry,
//!     merge_style: MergeStyle::Merge,
//!     approvers: Vec::new(),
//!     protected_paths: Vec::new(),
//!     commands: BTreeMap::new(),
//!     run_timeouts: BTreeMap::new(),
//!     links: Links::default(),
//! };
//! let pipeline = Pipeline::built_in();
//! let now = Timestamp(1_795_291_200_000);
//! let rules = Rules { pipeline: &pipeline, project: &project, now };
//!
//! // An issue as read from its tracker.
//! let item = ItemObservation {
//!     issue: "issue-7".into(),
//!     sequence: 7,
//!     title: "Add a --json flag".to_owned(),
//!     description: "Scripts want to read what the tool prints.".to_owned(),
//!     column: None,
//!     deleted: false,
//!     created_at: now,
//!     created_in: None,
//!     activities: Vec::new(),
//!     comments: Vec::new(),
//!     blocked_by: Vec::new(),
//!     url: None,
//! };
//! assert!(problems(&item).is_empty());
//!
//! // The first step: the task waits for its branch.
//! let first = start(TaskId(1), work_item(&project, &item, 1), &item, rules);
//! assert_eq!(first.task.branch.as_str(), "feature/DEMO-007-add-a-json-flag");
//! assert_eq!(first.task.state.name(), "starting");
//!
//! // The branch is there. What does that mean?
//! let key = first.task.open_effects.first().cloned().ok_or("no effect is open")?;
//! let event = Event::EffectDone {
//!     key,
//!     result: EffectResult::BranchStarted { head: "1f0c3a".into() },
//! };
//! let Decision::Change(change) = decide(&first.task, &event, rules) else {
//!     return Err("the branch is there, so the analyst begins".into());
//! };
//! assert_eq!(change.task.stage.as_str(), "analysis");
//! assert_eq!(change.task.state.name(), "working");
//! assert!(matches!(&change.jobs[0].kind, JobKind::Agent(job) if job.role.as_str() == "analyst"));
//!
//! // The same event again changes nothing.
//! assert!(matches!(decide(&change.task, &event, rules), Decision::Ignore(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where to read on: [`task`] says what is kept, [`event`] what can happen, [`decision`] what comes of it; [`gate`] and [`verdict`] judge
//! evidence; [`pipeline`] is the data that the rules follow; [`message`] is every sentence said to people.
//!
//! # Features
//!
//! `ports` brings the traits through which a daemon reaches the world (`port`), `mock` their mocks. Neither is on by default.

pub mod id;
mod fingerprint;
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
pub mod progress;
pub mod timer;
pub mod usage;
pub mod decision;
pub mod verdict;
pub mod gate;
pub mod scope;
pub mod retry;
pub mod untrusted;
pub mod prompt;
pub mod resilience;
pub mod brief;
pub mod message;
pub mod orders;
pub mod start;
pub mod transition;
pub mod hold;
pub mod admission;
pub mod retention;
pub mod replay;
pub mod why;
#[cfg(feature = "ports")]
pub mod port;

/// The examples of the README are tested like those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
