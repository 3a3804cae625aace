use git::{
    Git, GitError, Identity, MergeTree, NewCommit, PushOutcome, RefExpectation, RefUpdate, Remote, Repository,
};
use pipeline_core::id::CommitSha;
use pipeline_core::time::Timestamp;
use tempfile::TempDir;

struct Fixture {
    folder: TempDir,
    repository: Repository,
}

fn fixture() -> Fixture {
    let folder = TempDir::new().unwrap();
    let repository = Repository::init_bare(&Git::new("git"), &folder.path().join("a.git"), "main").unwrap();
    Fixture { folder, repository }
}

impl Fixture {
    /// A commit with exactly these files.
    fn commit(&self, files: &[(&str, &str)], parents: &[&CommitSha]) -> CommitSha {
        let files: Vec<(String, String)> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        let someone = Identity {
            name: "Someone".to_owned(),
            email: "someone@example.org".to_owned(),
        };
        self.repository
            .commit_tree(&NewCommit {
                tree: self.repository.tree_of_files(&files).unwrap(),
                parents: parents.iter().map(|parent| (*parent).clone()).collect(),
                author: someone.clone(),
                committer: someone,
                at: Timestamp(1_700_000_000_000),
                message: "subject\n\nbody".to_owned(),
            })
            .unwrap()
    }

    fn set_main(&self, commit: &CommitSha) {
        let updated = self
            .repository
            .update_ref("refs/heads/main", commit, RefExpectation::Any);
        assert_eq!(updated.unwrap(), RefUpdate::Updated);
    }
}

#[test]
fn the_installed_git_is_new_enough() {
    assert!(Git::new("git").version().unwrap() >= git::OLDEST_VERSION);
}

#[test]
fn a_repository_is_made_once() {
    let f = fixture();
    let first = f.commit(&[("a", "1")], &[]);
    f.set_main(&first);
    let again = Repository::init_bare(f.repository.git(), f.repository.path(), "other").unwrap();
    assert_eq!(again.default_branch().unwrap(), "main");
    assert_eq!(again.rev_parse("main").unwrap(), Some(first));
}

#[test]
fn equal_commits_have_equal_ids() {
    let f = fixture();
    assert_eq!(f.commit(&[("a", "1")], &[]), f.commit(&[("a", "1")], &[]));
}

#[test]
fn a_commit_is_read_as_it_was_written() {
    let f = fixture();
    let base = f.commit(&[("a", "1")], &[]);
    let head = f.commit(&[("a", "2")], &[&base]);
    let info = f.repository.commit(&head).unwrap();
    assert_eq!(info.parents, std::slice::from_ref(&base));
    assert_eq!(info.message, "subject\n\nbody\n");
    assert_eq!(info.author.email, "someone@example.org");
    assert_eq!(info.committed_at, Timestamp(1_700_000_000_000));
    assert_eq!(f.repository.commits_between(&base, &head).unwrap(), [info]);
}

#[test]
fn ancestry_is_answered_both_ways() {
    let f = fixture();
    let base = f.commit(&[("a", "1")], &[]);
    let head = f.commit(&[("a", "2")], &[&base]);
    assert!(f.repository.is_ancestor(&base, &head).unwrap());
    assert!(!f.repository.is_ancestor(&head, &base).unwrap());
    assert_eq!(f.repository.merge_base(&base, &head).unwrap(), Some(base));
}

#[test]
fn a_revision_that_does_not_exist_is_none() {
    let f = fixture();
    for revision in ["main", "no-such", "--all", "-n1", &"a".repeat(40)] {
        assert_eq!(f.repository.rev_parse(revision).unwrap(), None, "{revision}");
    }
}

#[test]
fn changes_on_both_sides_merge_cleanly() {
    let f = fixture();
    let base = f.commit(&[("a", "1"), ("b", "1")], &[]);
    let ours = f.commit(&[("a", "2"), ("b", "1")], &[&base]);
    let theirs = f.commit(&[("a", "1"), ("b", "2")], &[&base]);
    let both = f.commit(&[("a", "2"), ("b", "2")], &[]);
    let expected = MergeTree::Clean(f.repository.tree(&both).unwrap());
    assert_eq!(f.repository.merge_tree(&ours, &theirs).unwrap(), expected);
}

#[test]
fn a_conflict_names_the_files() {
    let f = fixture();
    let base = f.commit(&[("a b", "1"), ("ok", "1")], &[]);
    let ours = f.commit(&[("a b", "2"), ("ok", "1")], &[&base]);
    let theirs = f.commit(&[("a b", "3"), ("ok", "2")], &[&base]);
    let merged = f.repository.merge_tree(&ours, &theirs).unwrap();
    assert_eq!(merged, MergeTree::Conflict(vec!["a b".to_owned()]));
}

#[test]
fn a_commit_is_picked_onto_another_line() {
    let f = fixture();
    let base = f.commit(&[("a", "1"), ("b", "1")], &[]);
    let before = f.commit(&[("a", "9"), ("b", "1")], &[&base]);
    let picked = f.commit(&[("a", "9"), ("b", "2")], &[&before]);
    let onto = f.commit(&[("a", "1"), ("b", "1"), ("c", "1")], &[&base]);
    let expected = f.commit(&[("a", "1"), ("b", "2"), ("c", "1")], &[]);
    let tree = f.repository.cherry_pick_tree(&onto, &picked).unwrap();
    assert_eq!(tree, MergeTree::Clean(f.repository.tree(&expected).unwrap()));
}

#[test]
fn a_reference_moves_only_from_where_it_was_expected() {
    let f = fixture();
    let (one, two) = (f.commit(&[("a", "1")], &[]), f.commit(&[("a", "2")], &[]));
    let update = |new, expected| f.repository.update_ref("refs/heads/x", new, expected).unwrap();
    let refused = |found: &CommitSha| RefUpdate::Refused {
        found: Some(found.clone()),
    };
    assert_eq!(update(&one, RefExpectation::Absent), RefUpdate::Updated);
    assert_eq!(update(&two, RefExpectation::Absent), refused(&one));
    assert_eq!(update(&two, RefExpectation::At(&two)), refused(&one));
    assert_eq!(update(&two, RefExpectation::At(&one)), RefUpdate::Updated);
    let delete = |expected| f.repository.delete_ref("refs/heads/x", expected).unwrap();
    assert_eq!(delete(RefExpectation::At(&one)), refused(&two));
    assert_eq!(delete(RefExpectation::At(&two)), RefUpdate::Updated);
    assert_eq!(delete(RefExpectation::Any), RefUpdate::Updated);
}

#[test]
fn hostile_reference_names_are_refused() {
    let f = fixture();
    let commit = f.commit(&[("a", "1")], &[]);
    for name in [
        "refs/heads/../../x",
        "refs/heads/a b",
        "HEAD",
        "refs/heads/-x",
        "refs/heads/a\nb",
    ] {
        let outcome = f.repository.update_ref(name, &commit, RefExpectation::Any);
        assert!(matches!(outcome, Err(GitError::BadName { .. })), "{name}");
    }
}

#[test]
fn references_are_listed_by_prefix() {
    let f = fixture();
    let commit = f.commit(&[("a", "1")], &[]);
    f.set_main(&commit);
    let update = f
        .repository
        .update_ref("refs/other/x", &commit, RefExpectation::Any);
    assert_eq!(update.unwrap(), RefUpdate::Updated);
    let listed = f.repository.for_each_ref("refs/heads").unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].name.as_str(), &listed[0].target),
        ("refs/heads/main", &commit)
    );
}

#[test]
fn a_copy_has_the_branches_and_no_way_back() {
    let f = fixture();
    let commit = f.commit(&[("a", "1")], &[]);
    f.set_main(&commit);
    let hidden = f
        .repository
        .update_ref("refs/hidden/x", &commit, RefExpectation::Any);
    assert_eq!(hidden.unwrap(), RefUpdate::Updated);
    let to = f.folder.path().join("copy.git");
    let copy = Repository::clone_bare(f.repository.git(), f.repository.path(), &to).unwrap();
    let names: Vec<String> = copy
        .for_each_ref("refs")
        .unwrap()
        .into_iter()
        .map(|r| r.name)
        .collect();
    assert_eq!(names, ["refs/heads/main"]);
    let config = std::fs::read_to_string(to.join("config")).unwrap();
    assert!(!config.contains("remote"), "{config}");
}

#[test]
fn a_repository_without_commits_is_not_copied() {
    let f = fixture();
    let copy = Repository::clone_bare(
        f.repository.git(),
        f.repository.path(),
        &f.folder.path().join("c"),
    );
    assert!(matches!(copy, Err(GitError::NoCommits { .. })));
}

#[test]
fn a_push_is_refused_when_the_branch_is_elsewhere_and_repeatable_when_it_is_there() {
    let f = fixture();
    let (one, two) = (f.commit(&[("a", "1")], &[]), f.commit(&[("a", "2")], &[]));
    let forge =
        Repository::init_bare(f.repository.git(), &f.folder.path().join("forge.git"), "main").unwrap();
    let remote = Remote::new(forge.path().to_str().unwrap());
    let push = |commit, expected| remote.push(&f.repository, commit, "x", expected).unwrap();
    assert_eq!(push(&one, None), PushOutcome::Done);
    assert_eq!(push(&one, None), PushOutcome::Done);
    assert!(matches!(push(&two, None), PushOutcome::Stale(_)));
    assert!(matches!(push(&two, Some(&two)), PushOutcome::Stale(_)));
    assert_eq!(push(&two, Some(&one)), PushOutcome::Done);
    assert_eq!(forge.rev_parse("refs/heads/x").unwrap(), Some(two));
}

#[test]
fn a_command_as_a_remote_is_not_run() {
    let f = fixture();
    let canary = f.folder.path().join("canary");
    let remote = Remote::new(format!("ext::sh -c 'touch {}'", canary.display()));
    assert!(remote.fetch_branches(&f.repository).is_err());
    assert!(!canary.exists());
}
