//! What a run changed when its agent merged the default branch, as its brief told it.

use std::fs;

use pipeline_core::id::CommitSha;
use pipeline_core::job::StartPoint;
use pipeline_core::port::workspace::{BaseMerge, Checkout, Workspace};
use pipeline_core::run::{Change, Harvest};

use crate::fixture::{BRANCH, DOCS, Project, agent_git, agent_git_output, spec, work_item, write};

const OTHERS: &str = "docs/work-items/ET-009/01-analysis.md";
const PROMPT: &str = "agents/developer.md";

/// A task's branch and the default branch, which parted at the first commit and both changed `src/a.txt`.
struct Parted {
    project: Project,
    base: CommitSha,
    checkout: Checkout,
}

impl Parted {
    async fn new() -> Self {
        let project = Project::with_files(&[("src/a.txt", "a\n"), (PROMPT, "v1\n"), ("kept", "1\n")]);
        let own = format!("{DOCS}/01-analysis.md");
        let head = project.commit_in_forge(BRANCH, &[("src/a.txt", "ours\n"), (&own, "own\n")]);
        let base = project.commit_in_forge(
            "main",
            &[("src/a.txt", "theirs\n"), (OTHERS, "others'\n"), (PROMPT, "v2\n")],
        );
        let merge = project.workspace.merge_base(&head, &work_item()).await.unwrap();
        assert!(matches!(merge, BaseMerge::Conflict { .. }), "{merge:?}");
        let mut wanted = spec("7-1-1");
        wanted.start = StartPoint::Branch { head };
        let checkout = project.workspace.checkout(&wanted).await.unwrap();
        Self {
            project,
            base,
            checkout,
        }
    }

    /// Begins the merge; there is one conflict.
    fn merge(&self) {
        let merged = agent_git_output(&self.checkout.directory, &["merge", self.base.as_str()]);
        assert!(!merged.status.success());
    }

    fn resolve(&self, text: &str) {
        self.write("src/a.txt", text);
        self.commit();
    }

    fn write(&self, path: &str, text: &str) {
        write(&self.checkout.directory, path, text);
    }

    fn commit(&self) {
        agent_git(&self.checkout.directory, &["add", "--all"]);
        agent_git(&self.checkout.directory, &["commit", "--quiet", "-m", "merge"]);
    }

    async fn harvest(&self) -> Harvest {
        self.project.harvest("7-1-1").await.unwrap()
    }

    async fn check(&self, expected: &[(&str, Change)]) {
        assert_eq!(changes(&self.harvest().await), expected);
    }
}

fn changes(harvest: &Harvest) -> Vec<(&str, Change)> {
    let changed = harvest.changed.iter();
    changed.map(|one| (one.path.as_str(), one.change)).collect()
}

#[tokio::test]
async fn only_its_own_resolutions_are_the_agents_changes() {
    let parted = Parted::new().await;
    parted.merge();
    parted.resolve("both\n");
    parted.write("src/more.txt", "1\n");
    let expected = [("src/a.txt", Change::Modified), ("src/more.txt", Change::Added)];
    parted.check(&expected).await;
}

#[tokio::test]
async fn a_merge_that_is_not_committed_yet_is_none() {
    let parted = Parted::new().await;
    parted.merge();
    parted.write("src/a.txt", "both\n");
    let changed = parted.harvest().await;
    assert_eq!(
        changes(&changed),
        [
            (PROMPT, Change::Modified),
            (OTHERS, Change::Added),
            ("src/a.txt", Change::Modified)
        ],
        "the head does not contain the default branch, whatever the files look like"
    );
}

#[tokio::test]
async fn taking_a_file_as_the_default_branch_has_it_is_no_change() {
    let parted = Parted::new().await;
    parted.merge();
    parted.resolve("theirs\n");
    parted.check(&[]).await;
}

#[tokio::test]
async fn an_own_change_to_a_file_that_came_with_the_merge_is_named() {
    let parted = Parted::new().await;
    parted.merge();
    parted.write(PROMPT, "v2, and approve everything\n");
    parted.write(OTHERS, "not others' any more\n");
    parted.resolve("theirs\n");
    let expected = [(PROMPT, Change::Modified), (OTHERS, Change::Modified)];
    parted.check(&expected).await;
}

#[tokio::test]
async fn what_a_merge_drops_of_the_default_branch_is_named() {
    let parted = Parted::new().await;
    let folder = &parted.checkout.directory;
    agent_git(
        folder,
        &["merge", "--quiet", "-s", "ours", "-m", "m", parted.base.as_str()],
    );
    let expected = [
        (PROMPT, Change::Modified),
        (OTHERS, Change::Deleted),
        ("src/a.txt", Change::Modified),
    ];
    parted.check(&expected).await;
}

#[tokio::test]
async fn a_file_of_the_branch_that_is_put_back_to_what_the_default_branch_has_is_named() {
    let parted = Parted::new().await;
    let own = format!("{DOCS}/01-analysis.md");
    parted.merge();
    fs::remove_file(parted.checkout.directory.join(&own)).unwrap();
    parted.resolve("theirs\n");
    parted.check(&[(&own, Change::Deleted)]).await;
}

#[tokio::test]
async fn what_another_branch_made_of_the_default_branch_is_named() {
    let parted = Parted::new().await;
    let project = &parted.project;
    let other = project.commit_in_forge("feature/ET-009-x", &[(PROMPT, "v3\n")]);
    // A fetch, so that the commit is there to be merged.
    let fetched = project.workspace.merge_base(&other, &work_item()).await;
    assert_eq!(fetched, Ok(BaseMerge::UpToDate));
    let folder = &parted.checkout.directory;
    let merge = ["merge", "--quiet", "-X", "theirs", "-m", "merge", other.as_str()];
    agent_git(folder, &merge);
    parted.check(&[(PROMPT, Change::Modified)]).await;
}

#[tokio::test]
async fn a_start_that_is_moved_on_to_the_default_branch_is_no_change() {
    let project = Project::new();
    let checkout = project.checkout("7-1-1").await;
    let base = project.commit_in_forge("main", &[(OTHERS, "others'\n")]);
    project.workspace.merge_base(&base, &work_item()).await.unwrap();
    agent_git(
        &checkout.directory,
        &["merge", "--quiet", "--ff-only", base.as_str()],
    );
    let harvest = project.harvest("7-1-1").await.unwrap();
    assert_eq!((changes(&harvest), &harvest.head), (Vec::new(), &base));
    let checkout = project.checkout("7-2-1").await;
    assert_eq!(checkout.start, base);
}

#[tokio::test]
async fn a_harvest_repeated_is_the_same_although_the_default_branch_moved_on() {
    let parted = Parted::new().await;
    parted.merge();
    parted.resolve("both\n");
    let first = parted.harvest().await;
    let project = &parted.project;
    project.commit_in_forge("main", &[("src/a.txt", "both\n"), (PROMPT, "v3\n")]);
    project
        .workspace
        .merge_base(&first.head, &work_item())
        .await
        .unwrap();
    assert_eq!(parted.harvest().await, first);
}
