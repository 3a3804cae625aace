//! One task's corner of a forge in memory: commits, the branch, its statuses and its pull request.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use pipeline_core::effect::{
    CommitStatus, EffectResult, Merge, MergeOutcome, Push, StartBranch, StatusState,
};
use pipeline_core::evidence::{Document, Evidence, EvidenceRequest};
use pipeline_core::id::{BlobSha, BranchName, CommitSha, TreeSha};
use pipeline_core::observation::{HeadObservation, PullRequest, PullRequestState};

use super::chance::Chance;

/// A version of the code that CI likes: the one that the branch begins with.
const GREEN: u64 = 99;

/// What a commit holds: a version of the code, and documents by path.
#[derive(Debug, Clone, Default, Hash)]
pub(super) struct Snapshot {
    pub(super) code: u64,
    pub(super) documents: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(super) struct Corner {
    pub(super) branch: BranchName,
    pub(super) head: Option<CommitSha>,
    commits: BTreeMap<CommitSha, Snapshot>,
    statuses: BTreeMap<CommitSha, CommitStatus>,
    late_heads: BTreeMap<BranchName, CommitSha>,
    pull_request: Option<u64>,
    /// Merges of other tasks that this branch holds.
    base: u64,
}

impl Snapshot {
    pub(super) fn code_tree(&self) -> TreeSha {
        TreeSha::new(sha(("code", self.code)))
    }

    pub(super) fn docs_tree(&self) -> TreeSha {
        TreeSha::new(sha(("documents", &self.documents)))
    }
}

impl Corner {
    pub(super) fn new(branch: BranchName) -> Self {
        Self {
            branch,
            head: None,
            commits: BTreeMap::new(),
            statuses: BTreeMap::new(),
            late_heads: BTreeMap::new(),
            pull_request: None,
            base: 0,
        }
    }

    /// Makes a commit; where it goes is somebody else's decision.
    pub(super) fn commit(&mut self, snapshot: Snapshot) -> CommitSha {
        let commit = CommitSha::new(sha((self.branch.as_str(), self.commits.len(), &snapshot)));
        self.commits.insert(commit.clone(), snapshot);
        commit
    }

    pub(super) fn snapshot(&self, commit: &CommitSha) -> Snapshot {
        self.commits.get(commit).cloned().unwrap_or_default()
    }

    pub(super) fn start(&mut self, start: &StartBranch) -> EffectResult {
        let documents = start.files.iter().cloned().collect();
        let head = self.commit(Snapshot {
            code: GREEN,
            documents,
        });
        self.head = Some(head.clone());
        EffectResult::BranchStarted { head }
    }

    /// Compare and swap, as the port wants it.
    pub(super) fn push(&mut self, push: &Push) -> EffectResult {
        let known = if push.branch == self.branch {
            &mut self.head
        } else {
            self.late_heads.insert(push.branch.clone(), push.commit.clone());
            return EffectResult::Done;
        };
        if *known == push.expected || known.as_ref() == Some(&push.commit) {
            *known = Some(push.commit.clone());
            return EffectResult::Done;
        }
        EffectResult::PushRefused {
            head: Box::new(self.observe()),
        }
    }

    pub(super) fn open_pull_request(&mut self, branch: &BranchName, number: u64) -> EffectResult {
        if *branch == self.branch {
            self.pull_request = Some(number);
        }
        EffectResult::PullRequest { number, url: None }
    }

    /// Merges exactly the head named, unless `others` merged something meanwhile that has to come in first.
    pub(super) fn merge(&mut self, merge: &Merge, others: u64, chance: &mut Chance) -> MergeOutcome {
        let commit = CommitSha::new(sha(("merge", merge.head.as_str())));
        if merge.branch != self.branch {
            return MergeOutcome::Merged { commit };
        }
        if self.head.as_ref() != Some(&merge.head) {
            return MergeOutcome::HeadMoved {
                head: self.head.clone(),
            };
        }
        let moved = std::mem::replace(&mut self.base, others) < others;
        if moved && chance.percent(10) {
            return MergeOutcome::Conflict {
                base: CommitSha::new(sha(("default", others))),
                files: vec![format!("src/shared_{others}.rs")],
            };
        }
        if moved && chance.percent(35) {
            return self.merge_base(merge, others);
        }
        self.pull_request = None;
        MergeOutcome::Merged { commit }
    }

    fn merge_base(&mut self, merge: &Merge, others: u64) -> MergeOutcome {
        let mut snapshot = self.snapshot(&merge.head);
        snapshot.code = number(("with", snapshot.code, others));
        let code_tree = snapshot.code_tree();
        let head = self.commit(snapshot);
        self.head = Some(head.clone());
        MergeOutcome::BaseMerged { head, code_tree }
    }

    pub(super) fn set_status(&mut self, commit: CommitSha, status: CommitStatus) {
        self.statuses.insert(commit, status);
    }

    pub(super) fn observe(&self) -> HeadObservation {
        let status = self.head.as_ref().and_then(|head| self.statuses.get(head));
        HeadObservation {
            branch: self.branch.clone(),
            head: self.head.clone(),
            descends: true,
            statuses: status.cloned().into_iter().collect(),
            pull_request: self.pull_request.map(|number| PullRequest {
                number,
                url: None,
                state: PullRequestState::Open,
                reviews: Vec::new(),
                approvals_missing: 0,
            }),
            default_branch: "main".into(),
            default_head: CommitSha::new(sha(("default", self.base))),
            red_on_default: Vec::new(),
        }
    }

    /// Reads what the gates want to see.
    pub(super) fn gather(&self, wants: &EvidenceRequest) -> Evidence {
        let mut evidence = Evidence {
            commit: wants.commit.clone(),
            head: wants.head.then(|| self.observe()),
            ..Evidence::default()
        };
        let Some(commit) = &wants.commit else {
            return evidence;
        };
        let snapshot = self.snapshot(commit);
        evidence.code_tree = Some(snapshot.code_tree());
        evidence.docs_tree = Some(snapshot.docs_tree());
        for path in &wants.paths {
            if path.ends_with('/') {
                let inside = snapshot.documents.keys().filter(|known| known.starts_with(path));
                evidence.listed.extend(inside.cloned());
            } else if let Some(text) = snapshot.documents.get(path) {
                evidence.documents.push(document(path, text));
            }
        }
        evidence
    }
}

fn document(path: &str, text: &str) -> Document {
    Document {
        path: path.to_owned(),
        blob: BlobSha::new(sha(("blob", text))),
        text: text.to_owned(),
        lossy: false,
        cut: false,
    }
}

/// The status that CI reports for a version of the code.
pub(super) fn status(state: StatusState, code: u64) -> CommitStatus {
    let log_tail =
        (state == StatusState::Failure).then(|| format!("running 42 tests\ntest case_{code} ... FAILED"));
    CommitStatus {
        context: "ci/build".to_owned(),
        state,
        description: "42 tests".to_owned(),
        url: None,
        log_tail,
    }
}

pub(super) fn number(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Forty digits that stand for the content.
fn sha(of: impl Hash) -> String {
    let number = number(of);
    format!("{number:016x}{:016x}{:08x}", number.rotate_left(17), number >> 32)
}
