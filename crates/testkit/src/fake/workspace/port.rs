//! The workspace as the pipeline sees it.

use std::path::PathBuf;

use async_trait::async_trait;
use pipeline_core::effect::{Push, StartBranch};
use pipeline_core::evidence::{Document, Evidence, EvidenceRequest};
use pipeline_core::id::{BranchName, CommitSha, TreeSha, WorkItemId};
use pipeline_core::job::StartPoint;
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::{BaseMerge, Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::run::Harvest;

use crate::fake::repo::Merged;
use crate::fake::workspace::{FakeCheckout, FakeWorkspace, WorkTree};

/// What our own merges say.
const MERGE: &str = "merge the default branch";

#[async_trait]
impl Workspace for FakeWorkspace {
    async fn start_branch(&self, branch: &StartBranch) -> Result<CommitSha, PortError> {
        self.faults.port("start_branch", || self.begin(branch))
    }

    async fn checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        self.faults.port("checkout", || self.make_checkout(spec))
    }

    async fn harvest(&self, spec: &HarvestSpec) -> Result<Harvest, PortError> {
        self.faults.port("harvest", || self.take(spec))
    }

    async fn push(&self, push: &Push) -> Result<(), PortError> {
        self.faults.port("push", || {
            self.known(&push.commit)?;
            let present = self.repo.head(&push.branch);
            if present.as_ref() == Some(&push.commit) {
                return Ok(());
            }
            if present != push.expected {
                return Err(PortError::Conflict(format!(
                    "branch {} is at {}",
                    push.branch,
                    present.map_or_else(|| "nothing".to_owned(), |head| head.to_string())
                )));
            }
            self.repo.set_branch(&push.branch, push.commit.clone());
            Ok(())
        })
    }

    async fn merge_base(&self, head: &CommitSha, work_item: &WorkItemId) -> Result<BaseMerge, PortError> {
        self.faults.port("merge_base", || {
            self.known(head)?;
            let base = self.repo.default_head();
            Ok(self.repo.objects(|objects| {
                if objects.descends(head, &base) {
                    return BaseMerge::UpToDate;
                }
                match objects.merge(head, &base) {
                    Merged::Conflict(files) => BaseMerge::Conflict { base, files },
                    Merged::Clean(files) => {
                        let parents = [head.clone(), base];
                        let head = objects.commit(&parents, files, MERGE);
                        let code_tree = objects.code_tree(&head, work_item);
                        BaseMerge::Merged { head, code_tree }
                    }
                }
            }))
        })
    }

    async fn own_merge(
        &self,
        head: &CommitSha,
        theirs: &CommitSha,
        work_item: &WorkItemId,
    ) -> Result<Option<TreeSha>, PortError> {
        self.faults.port("own_merge", || {
            Ok(self.repo.objects(|objects| {
                let is_ours = objects.has(theirs)
                    && objects.message(theirs) == MERGE
                    && objects.parents(theirs).first() == Some(head);
                is_ours.then(|| objects.code_tree(theirs, work_item))
            }))
        })
    }

    async fn read(&self, request: &EvidenceRequest, work_item: &WorkItemId) -> Result<Evidence, PortError> {
        self.faults.port("read", || {
            let commit = request.commit.clone().unwrap_or_else(|| self.repo.default_head());
            self.known(&commit)?;
            Ok(self.evidence(&commit, request, work_item))
        })
    }

    async fn release(&self, branch: &BranchName) -> Result<(), PortError> {
        self.faults.port("release", || {
            self.with(|checkouts| {
                checkouts
                    .retain(|_, checkout| checkout.branch != *branch || checkout.tree != checkout.pinned);
                let kept = checkouts.extract_if(.., |_, checkout| checkout.branch == *branch);
                kept.last().map_or(Ok(()), |(_, checkout)| {
                    Err(PortError::Conflict(format!(
                        "work that is not pinned is kept in {}",
                        checkout.directory.display()
                    )))
                })
            })
        })
    }
}

impl FakeWorkspace {
    fn begin(&self, branch: &StartBranch) -> Result<CommitSha, PortError> {
        let base = self.repo.default_head();
        let trailer = branch.message.lines().last().unwrap_or_default();
        if let Some(head) = self.repo.head(&branch.branch) {
            let is_ours = self.repo.objects(|objects| {
                let history = objects.history(&head).into_iter();
                let mut own = history.filter(|commit| !objects.descends(&base, commit));
                own.any(|commit| objects.message(&commit).lines().last() == Some(trailer))
            });
            if is_ours {
                return Ok(head);
            }
            return Err(PortError::Conflict(format!(
                "branch {} is there already and is not ours",
                branch.branch
            )));
        }
        let head = self.repo.objects(|objects| {
            let mut files = objects.files(&base).clone();
            files.extend(branch.files.iter().cloned());
            objects.commit(&[base], files, &branch.message)
        });
        self.repo.set_branch(&branch.branch, head.clone());
        Ok(head)
    }

    fn make_checkout(&self, spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        let from_default = self.at_default(&spec.from_default);
        let known = self.with(|checkouts| checkouts.get(&spec.run).map(answer));
        if let Some(known) = known {
            return Ok(Checkout {
                from_default,
                ..known
            });
        }
        let start = self.start_of(&spec.start)?;
        let mut files = self.repo.objects(|objects| objects.files(&start).clone());
        for path in &spec.remove {
            files.remove(path);
        }
        let tree = WorkTree::new(start.clone(), files);
        let made = FakeCheckout {
            branch: spec.branch.clone(),
            directory: PathBuf::from(format!("/fake/checkouts/{}", spec.run)),
            start,
            pinned: tree.clone(),
            tree,
        };
        let checkout = answer(&made);
        self.with(|checkouts| checkouts.insert(spec.run, made));
        Ok(Checkout {
            from_default,
            ..checkout
        })
    }

    fn at_default(&self, paths: &[String]) -> Vec<Document> {
        let request = EvidenceRequest {
            paths: paths.to_vec(),
            ..EvidenceRequest::default()
        };
        let head = self.repo.default_head();
        let evidence = self.evidence(&head, &request, &WorkItemId::new(""));
        evidence.documents
    }

    fn start_of(&self, start: &StartPoint) -> Result<CommitSha, PortError> {
        let base = self.repo.default_head();
        let with = match start {
            StartPoint::Branch { head } => {
                self.known(head)?;
                return Ok(head.clone());
            }
            StartPoint::DefaultBranch { with: None } => return Ok(base),
            StartPoint::DefaultBranch { with: Some(with) } => with,
        };
        self.known(with)?;
        self.repo.objects(|objects| {
            if objects.descends(&base, with) {
                return Ok(base);
            }
            match objects.merge(&base, with) {
                Merged::Clean(files) => Ok(objects.commit(&[base, with.clone()], files, "merge the branch")),
                Merged::Conflict(files) => Err(PortError::Conflict(format!(
                    "{with} cannot be merged into the default branch: {}",
                    files.join(", ")
                ))),
            }
        })
    }

    fn take(&self, spec: &HarvestSpec) -> Result<Harvest, PortError> {
        self.with(|checkouts| {
            let checkout = checkouts
                .get_mut(&spec.run)
                .filter(|checkout| checkout.branch == spec.branch)
                .ok_or_else(|| PortError::NotFound(format!("a checkout of run {}", spec.run)))?;
            if checkout.tree.rewritten {
                return Err(PortError::Permanent(format!(
                    "the history in {} does not descend from {}",
                    checkout.directory.display(),
                    checkout.start
                )));
            }
            let head = self.commit_work(checkout, &spec.message);
            checkout.pinned = checkout.tree.clone();
            let start = checkout.start.clone();
            Ok(self.repo.objects(|objects| Harvest {
                code_tree: objects.code_tree(&head, &spec.work_item),
                docs_tree: objects.docs_tree(&head, &spec.work_item),
                changed: objects.changed(&start, &head),
                start,
                head,
            }))
        })
    }

    fn commit_work(&self, checkout: &FakeCheckout, message: &str) -> CommitSha {
        self.repo.objects(|objects| {
            let mut head = checkout.start.clone();
            for (files, message) in &checkout.tree.commits {
                head = objects.commit(&[head], files.clone(), message);
            }
            if *objects.files(&head) != checkout.tree.files {
                head = objects.commit(&[head], checkout.tree.files.clone(), message);
            }
            head
        })
    }

    fn known(&self, commit: &CommitSha) -> Result<(), PortError> {
        if self.repo.objects(|objects| objects.has(commit)) {
            return Ok(());
        }
        Err(PortError::NotFound(format!("commit {commit}")))
    }
}

fn answer(checkout: &FakeCheckout) -> Checkout {
    Checkout {
        directory: checkout.directory.clone(),
        start: checkout.start.clone(),
        from_default: Vec::new(),
    }
}
