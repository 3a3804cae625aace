//! Evidence from commits.

use std::sync::Arc;

use pipeline_core::evidence::{Evidence, EvidenceRequest};
use pipeline_core::id::CommitSha;
use pipeline_core::port::workspace::CheckoutSpec;

use crate::conformance::workspace::{
    DOCUMENT, WorkspaceHarness, checkout, harvest_of, on_branch, started, work_item,
};
use crate::sample::{run_id, sha};

/// And not as they are elsewhere; the trees are those of a harvest.
pub async fn documents_are_read_at_their_commit(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let run = run_id(1, 1, 1);
    let made = checkout(&harness, &on_branch(run, &head)).await;
    harness.write(&made.directory, DOCUMENT, Some("changed\n")).await;
    let harvest = harness.workspace().harvest(&harvest_of(run)).await.unwrap();
    for (commit, text) in [(&head, "Add a greeting.\n"), (&harvest.head, "changed\n")] {
        let seen = read(&harness, Some(commit), &[DOCUMENT]).await;
        assert_eq!(seen.commit.as_ref(), Some(commit));
        let document = seen.document(DOCUMENT).expect("it is there");
        assert_eq!(
            (document.text.as_str(), document.lossy, document.cut),
            (text, false, false)
        );
        assert_eq!(seen.unavailable, None);
    }
    let seen = read(&harness, Some(&harvest.head), &[]).await;
    assert_eq!(
        (seen.code_tree, seen.docs_tree),
        (Some(harvest.code_tree), harvest.docs_tree)
    );
}

/// That is no error: a gate judges it.
pub async fn what_does_not_exist_is_left_out(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let seen = read(&harness, Some(&head), &["no/such.md", "no/such/", DOCUMENT]).await;
    assert_eq!(seen.documents.len(), 1);
    assert_eq!(seen.listed, [""; 0]);
    assert_eq!(seen.unavailable, None);
}

/// With paths in the repository, without texts.
pub async fn directories_are_listed(harness: Arc<dyn WorkspaceHarness>) {
    let head = started(&harness).await;
    let seen = read(&harness, Some(&head), &["docs/work-items/ET-001/"]).await;
    assert_eq!(seen.listed, [DOCUMENT]);
    assert_eq!(seen.documents, []);
}

/// As somebody pushed it just now.
pub async fn the_default_branch_is_read_freshly(harness: Arc<dyn WorkspaceHarness>) {
    for text in ["one\n", "two\n"] {
        let head = harness.push_to_default(&[("agents/developer.md", text)]).await;
        let seen = read(&harness, None, &["agents/developer.md"]).await;
        assert_eq!(seen.commit, Some(head));
        let document = seen.document("agents/developer.md").expect("it is there");
        assert_eq!(document.text, text);
        assert_eq!(seen.docs_tree, None);
    }
}

/// As it is in the forge when the run is prepared, however often that is; what is not there is left out.
pub async fn files_of_the_default_branch_go_along_with_a_checkout(harness: Arc<dyn WorkspaceHarness>) {
    harness.push_to_default(&[("agents/tester.md", "zero\n")]).await;
    let head = started(&harness).await;
    for (attempt, text) in [(1, "zero\n"), (2, "one\n"), (3, "two\n")] {
        harness.push_to_default(&[("agents/tester.md", text)]).await;
        let spec = CheckoutSpec {
            from_default: ["agents/tester.md", "agents", "no/such.md"]
                .map(str::to_owned)
                .into(),
            ..on_branch(run_id(1, 1, attempt), &head)
        };
        for _ in 0..2 {
            let made = checkout(&harness, &spec).await;
            let [document] = made.from_default.as_slice() else {
                panic!("{:?}", made.from_default);
            };
            assert_eq!(
                (document.path.as_str(), document.text.as_str()),
                ("agents/tester.md", text)
            );
            assert_eq!(
                harness.file(&made.directory, "agents/tester.md").await.as_deref(),
                Some("zero\n")
            );
        }
    }
}

/// Nothing may be concluded from it.
pub async fn an_unknown_commit_is_not_evidence(harness: Arc<dyn WorkspaceHarness>) {
    let request = EvidenceRequest {
        commit: Some(sha('d')),
        paths: vec![DOCUMENT.to_owned()],
        ..EvidenceRequest::default()
    };
    let answer = harness.workspace().read(&request, &work_item()).await;
    assert!(
        answer.as_ref().map_or(true, |seen| seen.unavailable.is_some()),
        "{answer:?}"
    );
}

async fn read(harness: &Arc<dyn WorkspaceHarness>, commit: Option<&CommitSha>, paths: &[&str]) -> Evidence {
    let request = EvidenceRequest {
        commit: commit.cloned(),
        paths: paths.iter().map(ToString::to_string).collect(),
        ..EvidenceRequest::default()
    };
    let answer = harness.workspace().read(&request, &work_item()).await;
    answer.unwrap()
}
