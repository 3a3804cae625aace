//! What the roles do in a run: mostly their work, sometimes something else.

use std::time::Duration;

use pipeline_core::id::RunId;
use pipeline_core::job::{AgentJob, StartPoint};
use pipeline_core::role::Role;
use pipeline_core::run::{AgentOutcome, Change, ChangedPath, FailureClass, Harvest, RunFailure, RunRecord};
use pipeline_core::task::Task;
use pipeline_core::usage::Usage;

use super::chance::Chance;
use super::forge::{Corner, Snapshot, number};
use super::table::Tally;

/// What an agent does with the checkout, by document name; `code` when it touches the code.
struct Work {
    documents: Vec<(&'static str, String)>,
    code: bool,
    stray: Option<&'static str>,
}

/// One attempt at a job: how long it takes and what comes of it.
pub(super) fn work(
    (task, job): (&Task, &AgentJob),
    run: RunId,
    corner: &mut Corner,
    (chance, tally): (&mut Chance, &mut Tally),
) -> (Duration, AgentOutcome) {
    let takes = chance.minutes(3, 14);
    let record = record(takes, chance);
    if let Some(failure) = misfortune(chance, tally) {
        let record = RunRecord {
            exit_code: Some(1),
            ..record
        };
        return (takes / 3, AgentOutcome::Failed { failure, record });
    }
    let work = role_work(job, run, (chance, tally));
    let harvest = harvest((task, job), run, &work, corner);
    (takes, AgentOutcome::Finished { harvest, record })
}

fn record(takes: Duration, chance: &mut Chance) -> RunRecord {
    let output_tokens = 2_000 + chance.below(20_000);
    let cache_read_input_tokens = 50_000 + chance.below(900_000);
    // Cents, so that sums stay exact to the eye; both fit in 32 bits.
    let cents = u32::try_from(output_tokens / 400 + cache_read_input_tokens / 20_000).unwrap_or(u32::MAX);
    RunRecord {
        exit_code: Some(0),
        usage: Usage {
            input_tokens: 500 + chance.below(4_000),
            output_tokens,
            cache_read_input_tokens,
            cache_creation_input_tokens: 0,
            cost_usd: f64::from(cents) / 100.0,
        },
        model: Some("model-1".to_owned()),
        session: None,
        duration_ms: u64::try_from(takes.as_millis()).unwrap_or(u64::MAX),
        summary: String::new(),
        ..RunRecord::default()
    }
}

fn misfortune(chance: &mut Chance, tally: &mut Tally) -> Option<RunFailure> {
    let failure =
        |class, message: &str, retry_after| Some(RunFailure::of_class(class, message).after(retry_after));
    match chance.below(100) {
        0..5 => {
            tally.fault("the provider is overloaded");
            failure(
                FailureClass::Transient,
                "the provider is overloaded",
                Some(Duration::from_secs(90)),
            )
        }
        5..8 => {
            tally.fault("a runner is lost");
            failure(FailureClass::Transient, "the runner was lost", None)
        }
        8..13 => {
            tally.fault("an agent crashes");
            failure(FailureClass::Agent, "exit code 1", None)
        }
        13 => {
            tally.fault("an agent is not logged in");
            failure(FailureClass::Permanent, "not logged in; log the agent in", None)
        }
        _ => None,
    }
}

fn role_work(job: &AgentJob, run: RunId, (chance, tally): (&mut Chance, &mut Tally)) -> Work {
    let mut work = Work {
        documents: Vec::new(),
        code: false,
        stray: None,
    };
    let mut happens = |percent: u64, fault: &'static str| {
        let happened = chance.percent(percent);
        if happened {
            tally.fault(fault);
        }
        happened
    };
    match job.role.as_str() {
        Role::ANALYST if happens(20, "the analyst asks") => {
            work.documents
                .push(("questions.md", "- Which of the two?".to_owned()));
        }
        Role::ANALYST => {
            work.documents = analysis(run);
            if happens(5, "the analyst forgets a document") {
                work.documents.pop();
            }
        }
        Role::ARCHITECT if happens(5, "the architect objects") => {
            work.documents
                .push(("conflict.md", "The two contradict each other.".to_owned()));
        }
        Role::ARCHITECT => {
            work.documents
                .push(("06-adr/ADR-001.md", format!("# Decision of {run}")));
        }
        Role::REVIEWER => {
            let verdict = if happens(20, "the reviewer asks for changes") {
                format!("verdict: REQUEST_CHANGES\n---\n### P1\n- Case {run} is not handled.")
            } else if happens(6, "a verdict cannot be read") {
                format!("verdict: mostly fine\n---\nSeen by {run}.")
            } else {
                format!("verdict: APPROVED\n---\nSeen by {run}.")
            };
            work.documents.push(("12-review.md", format!("---\n{verdict}\n")));
            work.stray = happens(3, "a role writes outside its files").then_some("src/lib.rs");
        }
        Role::TESTER => {
            let result = if happens(12, "tests fail") {
                format!("result: FAILED\n---\n| case_{run} | FAIL |")
            } else {
                format!("result: PASS\n---\nRun {run}.")
            };
            work.documents
                .push(("13-test-report.md", format!("---\n{result}\n")));
        }
        Role::DEPLOYER => {
            let failed = happens(4, "a deploy fails");
            let word = if failed { "FAILED" } else { "SUCCESS" };
            work.documents.push(if job.stage.as_str() == "deploy-staging" {
                (
                    "15-staging-log.md",
                    format!("---\nstaging_status: {word}\n---\nRun {run}.\n"),
                )
            } else {
                (
                    "14-deploy-log.md",
                    format!("---\ndeploy_status: {word}\n---\nRun {run}.\n"),
                )
            });
        }
        _ => {
            work.code = true;
            work.stray = happens(4, "protected files change").then_some("agents/developer.md");
        }
    }
    work
}

fn analysis(run: RunId) -> Vec<(&'static str, String)> {
    let text = format!("Written by {run}.");
    [
        "01-brd.md",
        "02-trz.md",
        "03-acceptance-criteria.md",
        "04-test-plan.yaml",
    ]
    .map(|name| (name, text.clone()))
    .to_vec()
}

/// Commits the work in the checkout.
fn harvest((task, job): (&Task, &AgentJob), run: RunId, work: &Work, corner: &mut Corner) -> Harvest {
    let start = match &job.start {
        StartPoint::Branch { head } | StartPoint::DefaultBranch { with: Some(head) } => Some(head.clone()),
        StartPoint::DefaultBranch { with: None } => corner.head.clone(),
    };
    let before = start
        .as_ref()
        .map(|start| corner.snapshot(start))
        .unwrap_or_default();
    let mut after = before.clone();
    after.documents.retain(|path, _| !job.remove.contains(path));
    for (name, text) in &work.documents {
        after.documents.insert(task.document(name), text.clone());
    }
    let touched = work
        .code
        .then_some("src/feature.rs")
        .into_iter()
        .chain(work.stray);
    if work.code || work.stray.is_some() {
        after.code = number((run.to_string(), before.code));
    }
    let mut changed: Vec<ChangedPath> = touched.map(|path| changed_path(path, Change::Modified)).collect();
    changed.extend(changed_documents(&before, &after));
    let (code_tree, docs_tree) = (after.code_tree(), Some(after.docs_tree()));
    let head = corner.commit(after);
    Harvest {
        start: start.unwrap_or_else(|| head.clone()),
        head,
        code_tree,
        docs_tree,
        changed,
    }
}

fn changed_documents(before: &Snapshot, after: &Snapshot) -> Vec<ChangedPath> {
    let gone = before
        .documents
        .keys()
        .filter(|path| !after.documents.contains_key(*path))
        .map(|path| changed_path(path, Change::Deleted));
    let written = after
        .documents
        .iter()
        .filter(|(path, text)| before.documents.get(*path) != Some(text))
        .map(|(path, _)| changed_path(path, Change::Modified));
    gone.chain(written).collect()
}

fn changed_path(path: &str, change: Change) -> ChangedPath {
    ChangedPath {
        path: path.to_owned(),
        change,
        special: false,
    }
}
