//! Documents and listings at a commit.

use pipeline_core::evidence::EvidenceRequest;
use pipeline_core::id::CommitSha;
use pipeline_core::port::PortError;
use pipeline_core::port::workspace::Workspace;

use crate::fixture::{BRANCH, DOCS, Project, agent_git, spec, work_item, write};

fn request(commit: Option<&CommitSha>, paths: &[&str]) -> EvidenceRequest {
    EvidenceRequest {
        commit: commit.cloned(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        ..EvidenceRequest::default()
    }
}

#[tokio::test]
async fn documents_that_exist_are_read_and_the_others_left_out() {
    let project = Project::new();
    let review = format!("{DOCS}/12-review.md");
    let head = project.commit_in_forge(BRANCH, &[(&review, "---\nverdict: APPROVED\n---\n")]);
    let wanted = request(
        Some(&head),
        &[&review, &format!("{DOCS}/none.md"), "../../etc/passwd", "src"],
    );
    let evidence = project.workspace.read(&wanted, &work_item()).await.unwrap();
    assert_eq!(evidence.documents.len(), 1);
    assert_eq!(
        evidence.document(&review).unwrap().text,
        "---\nverdict: APPROVED\n---\n"
    );
    assert_eq!(evidence.commit, Some(head));
    assert!(evidence.code_tree.is_some() && evidence.docs_tree.is_some());
}

#[tokio::test]
async fn a_path_that_ends_in_a_slash_lists_the_files_below() {
    let project = Project::new();
    let folder = format!("{DOCS}/06-adr/");
    let (one, two) = (format!("{folder}0001.md"), format!("{folder}deep/0002.md"));
    let head = project.commit_in_forge(
        BRANCH,
        &[(&one, "1"), (&two, "2"), (&format!("{DOCS}/06-adrx"), "3")],
    );
    let wanted = request(Some(&head), &[&folder, "no/such/"]);
    let evidence = project.workspace.read(&wanted, &work_item()).await.unwrap();
    assert_eq!(evidence.listed, [one, two]);
    assert_eq!(evidence.documents, []);
}

#[tokio::test]
async fn without_a_commit_the_default_branch_is_read_as_it_is_now() {
    let project = Project::new();
    let wanted = request(None, &["README.md"]);
    project.workspace.read(&wanted, &work_item()).await.unwrap();
    let head = project.commit_in_forge("main", &[("README.md", "new")]);
    let evidence = project.workspace.read(&wanted, &work_item()).await.unwrap();
    assert_eq!(evidence.commit, Some(head));
    assert_eq!(evidence.documents[0].text, "new");
}

#[tokio::test]
async fn a_long_document_is_cut_between_characters() {
    let project = Project::new();
    let head = project.commit_in_forge(BRANCH, &[("long.md", &format!("x{}", "ж".repeat(200_000)))]);
    let evidence = project
        .workspace
        .read(&request(Some(&head), &["long.md"]), &work_item())
        .await
        .unwrap();
    let document = &evidence.documents[0];
    assert!(document.cut && !document.lossy);
    assert_eq!(document.text.len(), (256 << 10) - 1);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_replaced_and_said_so() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    std::fs::write(checkout.directory.join("bytes.md"), b"a\xffb").unwrap();
    let head = project.harvest("7-1-1").await.unwrap().head;
    let evidence = project
        .workspace
        .read(&request(Some(&head), &["bytes.md"]), &work_item())
        .await
        .unwrap();
    let document = &evidence.documents[0];
    assert_eq!((document.text.as_str(), document.lossy), ("a\u{fffd}b", true));
}

#[tokio::test]
async fn a_link_is_no_document() {
    let project = Project::new();
    let checkout = project.workspace.checkout(&spec("7-1-1")).await.unwrap();
    write(&checkout.directory, "real.md", "text");
    std::os::unix::fs::symlink("real.md", checkout.directory.join("link.md")).unwrap();
    agent_git(&checkout.directory, &["add", "."]);
    let head = project.harvest("7-1-1").await.unwrap().head;
    let evidence = project
        .workspace
        .read(&request(Some(&head), &["link.md"]), &work_item())
        .await
        .unwrap();
    assert_eq!(evidence.documents, []);
}

#[tokio::test]
async fn a_commit_that_nobody_has_is_not_found() {
    let project = Project::new();
    let unknown = CommitSha::new("b".repeat(40));
    let read = project
        .workspace
        .read(&request(Some(&unknown), &["x"]), &work_item())
        .await;
    assert!(matches!(read, Err(PortError::NotFound(_))), "{read:?}");
}
