//! Everything that a daemon would do for the rules, done by hand: effects are answered, roles write, evidence is laid out.

use std::collections::BTreeMap;

use pipeline_core::decision::Change;
use pipeline_core::effect::{
    CommitStatus, EffectKind, EffectResult, MergeOutcome, MergeStyle, Need, NewEffect, StatusState,
};
use pipeline_core::event::Event;
use pipeline_core::evidence::{Document, Evidence, EvidenceRequest};
use pipeline_core::id::{BlobSha, CommitSha, JobId, TreeSha};
use pipeline_core::job::{AgentJob, JobKind, NewJob};
use pipeline_core::observation::{HeadObservation, ItemObservation};
use pipeline_core::order::{BoardOrder, BoardOrderKind};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::project::{Ci, CiTimes, Links, Locale, MergeTime, Project};
use pipeline_core::role::Role;
use pipeline_core::run::{
    AgentOutcome, Change as PathChange, ChangedPath, CommandOutcome, Harvest, RunRecord,
};
use pipeline_core::stage::{GateName, Stage, WriteScope};
use pipeline_core::task::{Task, TaskState, Wait};
use pipeline_core::time::Timestamp;
use pipeline_core::transition::Rules;

/// What lies on the desk: decided, but not carried out yet.
pub(super) struct Desk {
    pipeline: Pipeline,
    pub(super) project: Project,
    now: Timestamp,
    effects: Vec<NewEffect>,
    jobs: Vec<NewJob>,
    documents: BTreeMap<String, String>,
    commits: u32,
    proofread: u32,
}

impl Desk {
    pub(super) fn new(pipeline: Pipeline) -> Self {
        Self {
            pipeline,
            project: project(),
            now: Timestamp(0),
            effects: Vec::new(),
            jobs: Vec::new(),
            documents: BTreeMap::new(),
            commits: 0,
            proofread: 0,
        }
    }

    pub(super) fn rules(&self) -> Rules<'_> {
        Rules {
            pipeline: &self.pipeline,
            project: &self.project,
            now: self.now,
        }
    }

    /// Puts what a decision wants on the desk. Comments, alerts and board moves are left out: nothing waits for them.
    pub(super) fn take(&mut self, change: Change) -> Task {
        let required = change
            .effects
            .into_iter()
            .filter(|effect| effect.need == Need::Required);
        self.effects.extend(required);
        self.jobs.extend(change.jobs);
        self.jobs.retain(|job| !change.cancel.contains(&job.id));
        change.task
    }

    /// Carries out the oldest effect, else the oldest job, else what a human is asked for.
    pub(super) fn next_event(&mut self, task: &Task) -> Option<Event> {
        if !self.effects.is_empty() {
            let effect = self.effects.remove(0);
            let result = self.result(&effect.kind);
            return Some(Event::EffectDone {
                key: effect.key,
                result,
            });
        }
        if !self.jobs.is_empty() {
            let job = self.jobs.remove(0);
            return Some(self.finished(task, job));
        }
        matches!(task.state, TaskState::Waiting(Wait::Human(_))).then(|| self.approval())
    }

    pub(super) fn wait_a_minute(&mut self) {
        self.now.0 += 60_000;
    }

    fn result(&mut self, effect: &EffectKind) -> EffectResult {
        match effect {
            EffectKind::StartBranch(_) => EffectResult::BranchStarted { head: self.commit() },
            EffectKind::OpenPullRequest(_) => EffectResult::PullRequest { number: 1, url: None },
            EffectKind::Merge(_) => EffectResult::Merge(MergeOutcome::Merged {
                commit: self.commit(),
            }),
            EffectKind::Push(_)
            | EffectKind::Comment { .. }
            | EffectKind::SetColumn { .. }
            | EffectKind::ReportStatus(_)
            | EffectKind::TrackerMessage { .. }
            | EffectKind::Alert { .. }
            | EffectKind::ReleaseCheckout { .. } => EffectResult::Done,
        }
    }

    fn finished(&mut self, task: &Task, NewJob { id: job, kind, .. }: NewJob) -> Event {
        let fence = 1;
        match kind {
            JobKind::Agent(work) => self.agent(task, job, &work),
            JobKind::Gather(work) => Event::EvidenceGathered {
                job,
                fence,
                evidence: self.evidence(task, &work.wants),
            },
            JobKind::Command(_) => {
                let outcome = CommandOutcome::Ran {
                    exit_code: Some(0),
                    timed_out: false,
                    stalled: false,
                    log_tail: String::new(),
                    duration_ms: 1_000,
                };
                Event::CommandFinished { job, fence, outcome }
            }
        }
    }

    /// A role writes what its stage wants to see: its documents, or something outside the documents of the work item.
    fn agent(&mut self, task: &Task, job: JobId, work: &AgentJob) -> Event {
        let mut written = Vec::new();
        let stage = self.pipeline.stage(&work.stage);
        for name in stage.map(documents_of).unwrap_or_default() {
            let text = self.report(work.role.as_str());
            written.push(task.document(&name));
            self.documents.insert(task.document(&name), text);
        }
        if written.is_empty() {
            written.push("manual/chapter-1.md".to_owned());
        }
        let changed = written.into_iter().map(|path| ChangedPath {
            path,
            change: PathChange::Added,
            special: false,
        });
        let harvest = Harvest {
            start: task.head.clone().unwrap_or_else(|| self.commit()),
            changed: changed.collect(),
            head: self.commit(),
            code_tree: self.code_tree(),
            docs_tree: None,
        };
        let record = RunRecord {
            exit_code: Some(0),
            ..RunRecord::default()
        };
        Event::AgentFinished {
            job,
            fence: 1,
            outcome: AgentOutcome::Finished { harvest, record },
        }
    }

    /// Front matter that every gate of the built-in registry likes; the first review finds something.
    fn report(&mut self, role: &str) -> String {
        let first = self.proofread == 0;
        self.proofread += u32::from(role == Role::REVIEWER);
        if role == Role::REVIEWER && first {
            return "---\nverdict: REQUEST_CHANGES\n---\n### P1\n- A sentence has no end\n".to_owned();
        }
        let verdict = if role == Role::REVIEWER {
            "verdict: APPROVED"
        } else {
            "result: PASS"
        };
        format!("---\n{verdict}\nstaging_status: SUCCESS\ndeploy_status: SUCCESS\n---\n")
    }

    fn evidence(&self, task: &Task, wants: &EvidenceRequest) -> Evidence {
        let documents = wants.paths.iter().filter_map(|path| {
            let text = self.documents.get(path)?.clone();
            Some(Document {
                path: path.clone(),
                blob: BlobSha::new("blob"),
                text,
                lossy: false,
                cut: false,
            })
        });
        Evidence {
            commit: wants.commit.clone(),
            code_tree: Some(self.code_tree()),
            documents: documents.collect(),
            head: wants.head.then(|| head(task)),
            ..Evidence::default()
        }
    }

    fn approval(&self) -> Event {
        let what = BoardOrderKind::Approved;
        let order = BoardOrder {
            id: "approved".into(),
            at: self.now,
            by: "ann".to_owned(),
            what,
        };
        Event::ItemObserved {
            item: item(),
            order: Some(order),
        }
    }

    fn commit(&mut self) -> CommitSha {
        self.commits += 1;
        CommitSha::new(format!("{:040x}", self.commits))
    }

    fn code_tree(&self) -> TreeSha {
        TreeSha::new("code")
    }
}

/// The documents that a role hands in; none where it writes code.
fn documents_of(stage: &Stage) -> Vec<String> {
    let mut names = stage.reports.clone();
    for gate in &stage.gates {
        let wanted: &[&str] = if *gate == GateName::CheckAnalysisComplete {
            &[
                "01-brd.md",
                "02-trz.md",
                "03-acceptance-criteria.md",
                "04-test-plan.yaml",
            ]
        } else if *gate == GateName::CheckArchitectureDone {
            &["07-infra-requirements.md"]
        } else {
            &[]
        };
        names.extend(wanted.iter().map(ToString::to_string));
    }
    match &stage.scope {
        WriteScope::Documents(patterns) if names.is_empty() => {
            let pages = patterns.iter().take(1);
            pages.map(|pattern| pattern.replace('*', "page.md")).collect()
        }
        WriteScope::Documents(_) | WriteScope::DocsTree(_) | WriteScope::Code(_) => names,
    }
}

/// The branch as a forge shows it whose CI is always green.
fn head(task: &Task) -> HeadObservation {
    let status = CommitStatus {
        context: "ci/build".to_owned(),
        state: StatusState::Success,
        description: String::new(),
        url: None,
        log_tail: None,
    };
    HeadObservation {
        branch: task.branch.clone(),
        head: task.head.clone(),
        descends: true,
        statuses: vec![status],
        pull_request: None,
        default_branch: "main".into(),
        default_head: CommitSha::new("0"),
        red_on_default: Vec::new(),
    }
}

pub(super) fn item() -> ItemObservation {
    ItemObservation {
        issue: "issue-1".into(),
        sequence: 1,
        title: "Explain the settings".to_owned(),
        description: "The manual says nothing of the settings.".to_owned(),
        column: None,
        deleted: false,
        created_at: Timestamp(0),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    }
}

fn project() -> Project {
    Project {
        id: "man".into(),
        name: "Manual".to_owned(),
        repo: "manual".to_owned(),
        prefix: "MAN".to_owned(),
        default_branch: "main".into(),
        locale: Locale::En,
        tracker_phrase: "on the board".to_owned(),
        staging: false,
        ci: Ci::External,
        ci_times: CiTimes::default(),
        merge: MergeTime::OnDeployEntry,
        merge_style: MergeStyle::Merge,
        approvers: Vec::new(),
        protected_paths: Vec::new(),
        commands: BTreeMap::from([("test".to_owned(), "make test".to_owned())]),
        run_timeouts: BTreeMap::new(),
        links: Links::default(),
    }
}
