//! The tables.

use std::collections::BTreeMap;

use pipeline_core::effect::{Mode, NewEffect};
use pipeline_core::event::LogEntry;
use pipeline_core::id::{
    AccountId, DeliveryId, InstanceId, IssueId, JobId, OrderId, PipelineDigest, ProjectDigest, ProjectId,
    RunId, TaskId,
};
use pipeline_core::job::{JobKind, JobStatus};
use pipeline_core::orders::ItemMark;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::admission::{HoldRow, ToldAdmission};
use pipeline_core::port::store::deliveries::Delivery;
use pipeline_core::port::store::orders::OrderRow;
use pipeline_core::port::store::outbox::EffectStatus;
use pipeline_core::port::store::retention::ToldRetention;
use pipeline_core::project::Project;
use pipeline_core::resilience::AccountHealth;
use pipeline_core::run::RunRow;
use pipeline_core::task::Task;
use pipeline_core::time::Timestamp;
use pipeline_core::timer::TimerKind;

#[derive(Debug, Default)]
pub(super) struct State {
    /// Grows with every write.
    pub(super) version: u64,
    pub(super) allotted: i64,
    pub(super) tasks: BTreeMap<TaskId, Task>,
    pub(super) pipelines: BTreeMap<PipelineDigest, Pipeline>,
    pub(super) projects: BTreeMap<ProjectDigest, Project>,
    pub(super) log: Vec<LogEntry>,
    pub(super) timers: BTreeMap<(TaskId, TimerKind), ArmedTimer>,
    /// In order of arrival.
    pub(super) jobs: Vec<StoredJob>,
    pub(super) runs: BTreeMap<RunId, RunRow>,
    /// In order of writing.
    pub(super) outbox: Vec<StoredEffect>,
    pub(super) deliveries: BTreeMap<DeliveryId, StoredDelivery>,
    pub(super) cursors: BTreeMap<String, String>,
    pub(super) marks: BTreeMap<(ProjectId, IssueId), ItemMark>,
    pub(super) connected: BTreeMap<ProjectId, Timestamp>,
    pub(super) orders: BTreeMap<OrderId, OrderRow>,
    /// In order of placing.
    pub(super) holds: Vec<HoldRow>,
    pub(super) admission: Option<ToldAdmission>,
    pub(super) retention: Option<ToldRetention>,
    pub(super) accounts: BTreeMap<AccountId, AccountHealth>,
    /// Who had the last turns, latest last.
    pub(super) turns: Vec<ProjectId>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct ArmedTimer {
    pub(super) generation: u32,
    pub(super) due: Timestamp,
}

#[derive(Debug, Clone)]
pub(super) struct StoredJob {
    pub(super) id: JobId,
    pub(super) project: ProjectId,
    pub(super) kind: JobKind,
    pub(super) status: JobStatus,
    pub(super) fence: u32,
    /// The newest attempt whose result was taken.
    pub(super) settled: u32,
    pub(super) available_at: Timestamp,
    pub(super) created_at: Timestamp,
    /// While leased.
    pub(super) lease: Option<(InstanceId, Timestamp)>,
    pub(super) cancel_requested: bool,
    pub(super) deaths: u32,
}

impl StoredJob {
    pub(super) fn is_over(&self) -> bool {
        match self.status {
            JobStatus::Queued | JobStatus::Running => false,
            JobStatus::Done | JobStatus::Failed | JobStatus::Cancelled => true,
        }
    }

    /// Agent and command jobs count against the limits.
    pub(super) fn is_limited(&self) -> bool {
        match self.kind {
            JobKind::Agent(_) | JobKind::Command(_) => true,
            JobKind::Gather(_) => false,
        }
    }

    pub(super) fn end(&mut self, status: JobStatus) {
        self.status = status;
        self.lease = None;
    }

    pub(super) fn queue(&mut self, available_at: Timestamp) {
        self.status = JobStatus::Queued;
        self.available_at = available_at;
        self.lease = None;
        self.cancel_requested = false;
    }
}

#[derive(Debug, Clone)]
pub(super) struct StoredEffect {
    pub(super) effect: NewEffect,
    pub(super) generation: u32,
    pub(super) status: EffectStatus,
    pub(super) attempts: u32,
    pub(super) created_at: Timestamp,
    pub(super) due: Timestamp,
    /// Grows with each claim.
    pub(super) fence: u32,
    /// While in flight.
    pub(super) lease: Option<(InstanceId, Timestamp)>,
    pub(super) error: Option<String>,
}

impl StoredEffect {
    pub(super) fn target(&self) -> Option<&str> {
        match &self.effect.mode {
            Mode::Append => None,
            Mode::Desired { target } => Some(target),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct StoredDelivery {
    pub(super) delivery: Delivery,
    pub(super) key: String,
    pub(super) waits: bool,
    pub(super) received_at: Timestamp,
    pub(super) due: Timestamp,
}
