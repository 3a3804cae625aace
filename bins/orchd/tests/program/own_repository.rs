//! The user's own repository and own agent: the repository is read and never written to, the agent is any command.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use git::{Git, Identity, NewCommit, RefExpectation, Repository};
use pipeline_core::port::clock::Clock;

use crate::demo_run::{Ended, demo, json};

/// An agent in a few lines of shell: does what each role's gate wants to see.
const AGENT: &str = r#"
docs="docs/work-items/$ORCHD_WORK_ITEM"
brief=$(cat)
report() { printf -- '---\nwork_item: %s\n%s\n---\n' "$ORCHD_WORK_ITEM" "$2" > "$docs/$1"; }
case "$ORCHD_STAGE" in
    analysis)
        for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do echo text > "$docs/$name"; done ;;
    architecture) mkdir -p "$docs/06-adr" && echo text > "$docs/06-adr/ADR-0001-x.md" ;;
    development) printf '%s\n' "$brief" | grep -c 'Work item' > greeting.txt ;;
    review) report 12-review.md 'verdict: APPROVED' ;;
    testing) report 13-test-report.md 'result: PASS' ;;
    deploy-staging) report 15-staging-log.md 'staging_status: SUCCESS' ;;
    deploy) report 14-deploy-log.md 'deploy_status: SUCCESS' ;;
esac
echo '{"type":"result","total_cost_usd":0.5,"usage":{"input_tokens":10,"output_tokens":5}}'
"#;

#[test]
fn the_scripted_agent_adds_one_documented_file_and_a_test_and_the_repository_is_not_written_to() {
    let place = tempfile::tempdir().unwrap();
    let repository = repository(place.path());
    let before = bytes_below(&repository);
    let ended = on(place.path(), &repository, &["--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report = json(&ended.stdout);
    assert_eq!(report["merged"], true);
    assert_eq!(bytes_below(&repository), before);
    let fetch = report["fetch"].as_str().unwrap();
    assert!(
        fetch.starts_with("git fetch ") && fetch.ends_with(" trunk"),
        "{fetch}"
    );
}

#[test]
fn any_command_can_be_the_agent() {
    let place = tempfile::tempdir().unwrap();
    let repository = repository(place.path());
    let agent = place.path().join("agent.sh");
    fs::write(&agent, AGENT).unwrap();
    let command = format!("sh '{}'", agent.display());
    let arguments = [
        "--provider",
        "command",
        "--agent-cmd",
        &command,
        "--test-command",
        "test -s hello.txt",
        "--json",
    ];
    let ended = on(place.path(), &repository, &arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report = json(&ended.stdout);
    assert_eq!(report["state"], "done");
    assert!(
        (report["cost"].as_f64().unwrap() - 3.5).abs() < 1e-9,
        "{}",
        report["cost"]
    );
}

fn on(place: &Path, repository: &Path, more: &[&str]) -> Ended {
    let issue = place.join("issue.md");
    fs::write(
        &issue,
        "# Add a friendly greeting\n\nPrint a friendly greeting when the program starts.\n",
    )
    .unwrap();
    let (repository, issue) = (repository.to_string_lossy(), issue.to_string_lossy());
    demo(
        &place.join("home"),
        &[&["--repo", &*repository, "--issue", &*issue], more].concat(),
    )
}

/// A bare repository of somebody, with one file on `trunk`.
pub(crate) fn repository(place: &Path) -> PathBuf {
    let path = place.join("mine.git");
    let repository = Repository::init_bare(&Git::new("git"), &path, "trunk").unwrap();
    let me = Identity {
        name: "Me".to_owned(),
        email: "me@example.org".to_owned(),
    };
    let commit = NewCommit {
        tree: repository
            .tree_of_files(&[("hello.txt".to_owned(), "hello\n".to_owned())])
            .unwrap(),
        parents: Vec::new(),
        author: me.clone(),
        committer: me,
        at: app::clock::SystemClock.now(),
        message: "first\n".to_owned(),
    };
    let commit = repository.commit_tree(&commit).unwrap();
    repository
        .update_ref("refs/heads/trunk", &commit, RefExpectation::Absent)
        .unwrap();
    path
}

fn bytes_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(bytes_below(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}
