//! What gathering can find.

use pipeline_core::event::Event;
use pipeline_core::evidence::{Document, Evidence};
use pipeline_core::id::{BlobSha, JobId, TreeSha};
use pipeline_core::task::{Task, TaskState};

use crate::ground::Ground;
use crate::happening::{By, Happenings, MOMENTS, reviewed};
use crate::node::Node;
use crate::normal::{FINDING, OLD, OTHER};
use crate::outside::{Seen, head};
use crate::start::NOW;

const GOOD: &str =
    "---\nverdict: APPROVED\nresult: PASS\nstaging_status: SUCCESS\ndeploy_status: SUCCESS\n---\nfine\n";
const BAD: &str = "---\nverdict: REQUEST_CHANGES\nresult: FAIL\nstaging_status: FAILED\ndeploy_status: FAILED\n---\n## P1\n\n- a finding\n\n| case | result |\n|---|---|\n| a finding | FAIL |\n";

/// Evidence for the job that gathers, and some for one that does not.
pub(crate) fn gathered(happenings: &mut Happenings, node: &Node, ground: &Ground<'_>) {
    let found = |job: JobId, evidence| Event::EvidenceGathered {
        job,
        fence: 1,
        evidence,
    };
    happenings.add(
        "evidence that nobody awaits",
        By::Itself,
        found(OLD, Evidence::default()),
    );
    let TaskState::Gathering { job } = node.task.state else {
        return;
    };
    if !node.jobs.contains(&job) {
        return;
    }
    for now in MOMENTS {
        let evidence = Evidence {
            unavailable: Some("no answer".to_owned()),
            ..Evidence::default()
        };
        let label = if now == NOW {
            "evidence unavailable"
        } else {
            "evidence unavailable, for days"
        };
        happenings.at(now, label, By::Itself, found(job, evidence));
    }
    let task = &node.task;
    let names = names(ground);
    let all = |text: &str| -> Vec<Document> { names.iter().map(|name| document(task, name, text)).collect() };
    for (label, documents) in [
        ("evidence: all is well", all(GOOD)),
        ("evidence: reports fail", all(BAD)),
        (
            "evidence: reports fail otherwise",
            all(&BAD.replace(FINDING, OTHER)),
        ),
        ("evidence: reports unreadable", all("no front matter")),
        ("evidence: documents missing", Vec::new()),
    ] {
        happenings.add(label, By::Itself, found(job, with(task, documents, Seen::Green)));
    }
    signals(happenings, node, ground, job);
    for (label, by, seen) in [
        ("evidence: CI red", By::Itself, Seen::Red),
        ("evidence: CI red with its log", By::Itself, Seen::RedWithLog),
        (
            "evidence: CI red with another log",
            By::Itself,
            Seen::RedWithOther,
        ),
        ("evidence: CI runs", By::Itself, Seen::Runs),
        ("evidence: no CI yet", By::Itself, Seen::Silent),
        ("evidence: default branch red too", By::Itself, Seen::DefaultRed),
        ("evidence: branch gone", By::Person, Seen::Gone),
        ("evidence: foreign head on top", By::Person, Seen::Descends),
        ("evidence: foreign head beside", By::Person, Seen::Foreign),
    ] {
        for now in MOMENTS {
            happenings.at(now, label, by, found(job, with(task, all(GOOD), seen)));
        }
    }
    for (label, seen) in [
        ("evidence: pull request approved", Seen::Approved),
        ("evidence: changes requested", Seen::Objected),
        ("evidence: changes requested otherwise", Seen::ObjectedOtherwise),
        ("evidence: review dismissed", Seen::Dismissed),
    ]
    .into_iter()
    .filter(|_| reviewed(ground))
    {
        happenings.add(label, By::Itself, found(job, with(task, all(GOOD), seen)));
    }
    trees(happenings, task, (job, &all(GOOD)));
}

/// All is well with what was read, and it is not all that was expected.
fn trees(happenings: &mut Happenings, task: &Task, (job, good): (JobId, &[Document])) {
    let mut found = |label, by, change: &dyn Fn(&mut Evidence)| {
        let mut evidence = with(task, good.to_vec(), Seen::Green);
        change(&mut evidence);
        let event = Event::EvidenceGathered {
            job,
            fence: 1,
            evidence,
        };
        happenings.add(label, by, event);
    };
    found("evidence: documents changed", By::Person, &|evidence| {
        evidence.docs_tree = Some(TreeSha::new("d-new"));
    });
    let left = task.result.as_ref().and_then(|result| result.code_tree.clone());
    if task.code_tree.is_none() && left.is_some() {
        found("evidence: only documents are theirs", By::Itself, &|evidence| {
            evidence.code_tree.clone_from(&left);
        });
    }
    found("evidence: branch not read", By::Itself, &|evidence| {
        evidence.head = None;
    });
}

/// The role asks or objects.
fn signals(happenings: &mut Happenings, node: &Node, ground: &Ground<'_>, job: JobId) {
    let stage = ground.pipeline.stage(&node.task.stage).unwrap();
    let asks = stage
        .asks_in
        .as_ref()
        .map(|name| ("evidence: the role asks", name));
    let objects = stage
        .objects_in
        .as_ref()
        .map(|(name, _)| ("evidence: the role objects", name));
    for (label, name) in asks.into_iter().chain(objects) {
        let documents = vec![document(&node.task, name, "But how?")];
        let evidence = with(&node.task, documents, Seen::Green);
        let event = Event::EvidenceGathered {
            job,
            fence: 1,
            evidence,
        };
        happenings.add(label, By::Itself, event);
    }
}

/// Every document that a gate may want, save those that ask or object.
fn names(ground: &Ground<'_>) -> Vec<String> {
    let reports = ground
        .pipeline
        .stages
        .iter()
        .flat_map(|stage| stage.reports.clone());
    let fixed = [
        "01-brd.md",
        "02-trz.md",
        "03-acceptance-criteria.md",
        "04-test-plan.yaml",
        "07-infra-requirements.md",
    ];
    let mut names: Vec<String> = fixed.into_iter().map(str::to_owned).chain(reports).collect();
    names.sort();
    names.dedup();
    names
}

fn document(task: &Task, name: &str, text: &str) -> Document {
    Document {
        path: task.document(name),
        blob: BlobSha::new("blob"),
        text: text.to_owned(),
        lossy: false,
        cut: false,
    }
}

fn with(task: &Task, documents: Vec<Document>, seen: Seen) -> Evidence {
    let new = |tree: &Option<TreeSha>, name: &str| tree.clone().or_else(|| Some(TreeSha::new(name)));
    Evidence {
        commit: task.result.as_ref().map(|result| result.commit.clone()),
        code_tree: new(&task.code_tree, "t-new"),
        docs_tree: new(&task.docs_tree, "d-new"),
        documents,
        head: Some(head(task, seen)),
        ..Evidence::default()
    }
}
