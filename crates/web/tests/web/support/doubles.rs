//! The smaller doubles.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use pipeline_core::effect::{Push, StartBranch};
use pipeline_core::evidence::{Document, Evidence, EvidenceRequest};
use pipeline_core::id::{BlobSha, BranchName, CommitSha, RunId, TreeSha, WorkItemId};
use pipeline_core::port::PortError;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::run_log::RunLog;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, NewDelivery, RawWebhook, Unverified};
use pipeline_core::port::workspace::{BaseMerge, Checkout, CheckoutSpec, HarvestSpec, Workspace};
use pipeline_core::progress::{Activity, RunProgress};
use pipeline_core::run::Harvest;
use pipeline_core::time::Timestamp;
use ring::hmac;
use testkit::sample;
use web::state::Health;

const SECRET: &[u8] = b"a secret of the tests";

/// Two minutes after the start of the samples, for ever.
pub(crate) struct FixedClock;

#[async_trait]
impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        sample::at(120)
    }

    async fn sleep_until(&self, _until: Timestamp) {
        std::future::pending::<()>().await;
    }
}

/// Problems, and what is held back.
#[derive(Default)]
pub(crate) struct FixedHealth(pub(crate) Mutex<Vec<String>>, pub(crate) Mutex<Vec<String>>);

impl Health for FixedHealth {
    fn problems(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn held_back(&self) -> Vec<String> {
        self.1.lock().unwrap().clone()
    }
}

/// The right signature of a body, in hex.
pub(crate) fn signature(body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    hex(hmac::sign(&key, body).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

/// HMAC-SHA256 in `x-signature`; bodies that begin with `ignore` mean nothing to us.
pub(crate) struct SignedSource(pub(crate) &'static str);

#[async_trait]
impl EventSource for SignedSource {
    fn name(&self) -> &str {
        self.0
    }

    fn verify(&self, webhook: &RawWebhook) -> Result<NewDelivery, Unverified> {
        let mut headers = webhook.headers.iter();
        let given = headers.find(|(name, _)| name == "x-signature");
        let given = given
            .and_then(|(_, value)| bytes(value))
            .ok_or(Unverified::Signature)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
        hmac::verify(&key, &webhook.body, &given).map_err(|_| Unverified::Signature)?;
        Ok(NewDelivery {
            key: signature(&webhook.body),
            kind: "issue".to_owned(),
            body: webhook.body.clone(),
        })
    }

    fn decode(&self, _kind: &str, body: &[u8]) -> Decoded {
        if body.starts_with(b"ignore") {
            return Decoded::Ignored("not about an issue".to_owned());
        }
        Decoded::Hints(Vec::new())
    }

    async fn news(&self, cursor: Option<String>) -> Result<FeedPage, PortError> {
        Ok(FeedPage {
            news: Vec::new(),
            cursor: cursor.unwrap_or_default(),
        })
    }

    async fn wait(&self) {
        std::future::pending::<()>().await;
    }
}

#[derive(Default)]
pub(crate) struct MemoryLog(
    pub(crate) Mutex<BTreeMap<String, String>>,
    pub(crate) Mutex<BTreeMap<String, RunProgress>>,
    pub(crate) Mutex<BTreeMap<String, Activity>>,
);

#[async_trait]
impl RunLog for MemoryLog {
    async fn tail(&self, run: &RunId, _max_bytes: usize) -> Result<String, PortError> {
        let logs = self.0.lock().unwrap();
        logs.get(&run.to_string())
            .cloned()
            .ok_or_else(|| PortError::NotFound(format!("run {run}")))
    }

    async fn progress(&self, run: &RunId) -> Result<Option<RunProgress>, PortError> {
        Ok(self.1.lock().unwrap().get(&run.to_string()).cloned())
    }

    async fn activity(&self, run: &RunId) -> Result<Option<Activity>, PortError> {
        Ok(self.2.lock().unwrap().get(&run.to_string()).cloned())
    }

    fn place(&self, run: &RunId) -> String {
        format!("/var/lib/orchd/runs/{run}/output.log")
    }
}

/// Serves documents at any commit; nothing else is asked of it here.
#[derive(Default)]
pub(crate) struct MemoryWorkspace {
    pub(crate) documents: Mutex<BTreeMap<String, String>>,
    pub(crate) down: Mutex<bool>,
}

impl MemoryWorkspace {
    pub(crate) fn put(&self, path: &str, text: &str) {
        self.documents
            .lock()
            .unwrap()
            .insert(path.to_owned(), text.to_owned());
    }
}

fn not_here<T>() -> Result<T, PortError> {
    Err(PortError::Permanent("only documents are served here".to_owned()))
}

#[async_trait]
impl Workspace for MemoryWorkspace {
    async fn read(&self, request: &EvidenceRequest, _work_item: &WorkItemId) -> Result<Evidence, PortError> {
        if *self.down.lock().unwrap() {
            return Err(PortError::retry("the disk is away"));
        }
        let documents = self.documents.lock().unwrap();
        let mut evidence = Evidence {
            commit: request.commit.clone(),
            ..Evidence::default()
        };
        for path in &request.paths {
            if path.ends_with('/') {
                let inside = documents.keys().filter(|name| name.starts_with(path));
                evidence.listed.extend(inside.cloned());
            } else if let Some(text) = documents.get(path) {
                evidence.documents.push(Document {
                    path: path.clone(),
                    blob: BlobSha::new("b".repeat(40)),
                    text: text.clone(),
                    lossy: false,
                    cut: false,
                });
            }
        }
        Ok(evidence)
    }

    async fn start_branch(&self, _branch: &StartBranch) -> Result<CommitSha, PortError> {
        not_here()
    }

    async fn checkout(&self, _spec: &CheckoutSpec) -> Result<Checkout, PortError> {
        not_here()
    }

    async fn harvest(&self, _spec: &HarvestSpec) -> Result<Harvest, PortError> {
        not_here()
    }

    async fn push(&self, _push: &Push) -> Result<(), PortError> {
        not_here()
    }

    async fn merge_base(&self, _head: &CommitSha, _work_item: &WorkItemId) -> Result<BaseMerge, PortError> {
        not_here()
    }

    async fn own_merge(
        &self,
        _head: &CommitSha,
        _theirs: &CommitSha,
        _work_item: &WorkItemId,
    ) -> Result<Option<TreeSha>, PortError> {
        not_here()
    }

    async fn release(&self, _branch: &BranchName) -> Result<(), PortError> {
        not_here()
    }
}
