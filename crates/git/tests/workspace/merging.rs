//! The default branch brought into a head.

use pipeline_core::port::workspace::{BaseMerge, Workspace};

use crate::fixture::{BRANCH, DOCS, Project, work_item};

#[tokio::test]
async fn a_head_that_contains_the_default_branch_is_up_to_date() {
    let project = Project::new();
    let head = project.commit_in_forge(BRANCH, &[("x", "1")]);
    let merge = project.workspace.merge_base(&head, &work_item()).await.unwrap();
    assert_eq!(merge, BaseMerge::UpToDate);
}

#[tokio::test]
async fn a_default_branch_that_moved_is_merged_once_and_pinned() {
    let project = Project::new();
    let head = project.commit_in_forge(BRANCH, &[("x", "1"), (&format!("{DOCS}/01.md"), "1")]);
    let base = project.commit_in_forge("main", &[("y", "1")]);
    let merge = project.workspace.merge_base(&head, &work_item()).await.unwrap();
    let BaseMerge::Merged {
        head: merged,
        code_tree,
    } = &merge
    else {
        panic!("{merge:?}");
    };
    let commit = project.mirror().commit(merged).unwrap();
    assert_eq!(commit.parents, [head.clone(), base]);
    assert_eq!(commit.message, "Merge main into ET-001\n");
    assert_ne!(*code_tree, commit.tree);
    assert_eq!(
        project.workspace.merge_base(&head, &work_item()).await.unwrap(),
        merge
    );
    let pins = project.mirror().for_each_ref("refs/merges").unwrap();
    assert_eq!(pins.len(), 1);
    assert_eq!(pins[0].target, *merged);
    let in_forge = project.forge.rev_parse(&format!("refs/heads/{BRANCH}")).unwrap();
    assert_eq!(in_forge, Some(head));
}

#[tokio::test]
async fn a_merge_that_is_not_clean_names_base_and_files() {
    let project = Project::new();
    let head = project.commit_in_forge(BRANCH, &[("src/a.txt", "branch"), ("README.md", "branch")]);
    let base = project.commit_in_forge("main", &[("src/a.txt", "main"), ("other", "main")]);
    let merge = project.workspace.merge_base(&head, &work_item()).await.unwrap();
    let files = vec!["src/a.txt".to_owned()];
    assert_eq!(merge, BaseMerge::Conflict { base, files });
}
