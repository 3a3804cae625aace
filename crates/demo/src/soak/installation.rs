//! A project with an agent of a few lines, and the settings of a daemon on it.

use std::fs;
use std::path::{Path, PathBuf};

use app::clock::SystemClock;
use git::{Git, Identity, NewCommit, RefExpectation, Repository};
use pipeline_core::port::clock::Clock;

/// Does what each role's gate wants to see, once: unless a fault lies there for its stage. Nobody takes two for one work.
const AGENT: &str = r#"
docs="docs/work-items/$ORCHD_WORK_ITEM"
cat > /dev/null
fault=none
mine="PLACE/spent/$ORCHD_WORK_ITEM.$ORCHD_STAGE"
if [ ! -e "$mine" ]; then
    for given in "PLACE/faults/$ORCHD_STAGE".*; do
        if mv "$given" "$mine" 2>/dev/null; then read -r fault < "$mine"; break; fi
    done
fi
report() {
    if [ "$fault" = garbled ]; then echo "it is fine" > "$docs/$1"; return; fi
    printf -- '---\nwork_item: %s\n%s\n---\n' "$ORCHD_WORK_ITEM" "$2" > "$docs/$1"
}
sleep 0.1
case "$fault" in
    later) exit 75 ;;
    broken) echo "it broke" >&2; exit 1 ;;
    silent) exit 0 ;;
    full) { echo work > /dev/full; } 2>/dev/null || exit 75 ;;
esac
case "$ORCHD_STAGE" in
    analysis)
        for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do echo text > "$docs/$name"; done ;;
    architecture) mkdir -p "$docs/06-adr" && echo text > "$docs/06-adr/ADR-0001-x.md" ;;
    development) echo hello > "greeting-$ORCHD_WORK_ITEM.txt" ;;
    review) report 12-review.md 'verdict: APPROVED' ;;
    testing) report 13-test-report.md 'result: PASS' ;;
    deploy-staging) report 15-staging-log.md 'staging_status: SUCCESS' ;;
    deploy) report 14-deploy-log.md 'deploy_status: SUCCESS' ;;
esac
sleep 0.1
echo '{"type":"result","total_cost_usd":0.5,"usage":{"input_tokens":10,"output_tokens":5}}'
"#;

/// What an agent can get wrong, and in which stages.
pub(super) const FAULTS: [(&str, &[&str]); 5] = [
    ("later", &["analysis", "architecture", "development", "review"]),
    ("broken", &["analysis", "development", "testing", "deploy"]),
    ("silent", &["architecture", "review"]),
    ("full", &["development", "testing"]),
    ("garbled", &["review", "testing"]),
];

/// A directory with everything that a daemon needs.
pub(super) struct Installation(PathBuf);

impl Installation {
    /// Makes it in a directory that is empty.
    pub(super) fn new(place: &Path, at_once: usize) -> Self {
        Self::with_agent(place, at_once, AGENT)
    }

    /// With another agent; `PLACE` in its script is the directory.
    pub(super) fn with_agent(place: &Path, at_once: usize, agent: &str) -> Self {
        let root = place.to_string_lossy().into_owned();
        let repository = repository(place);
        for folder in ["faults", "spent"] {
            fs::create_dir(place.join(folder)).unwrap();
        }
        fs::write(place.join("agent.sh"), agent.replace("PLACE", &root)).unwrap();
        let settings = format!(
            "profile: fast\nqueue_poll_interval: 0.1\ndb_path: {root}/home/orchestrator.db\nbind: 127.0.0.1:0\nadmin_bind: 127.0.0.1:0\n\
             max_concurrency: {at_once}\nprojects:\n  - work_item_prefix: SHOP\n    repo: shop\n    path: {}\n    \
             test_command: test -s hello.txt\n    agent_cmd: exec sh {root}/agent.sh\n",
            repository.display()
        );
        let made = Self(place.to_owned());
        // By its settings' path a daemon is known as this home's.
        fs::create_dir(made.home()).unwrap();
        fs::write(made.settings(), settings).unwrap();
        made
    }

    pub(super) fn settings(&self) -> PathBuf {
        self.home().join("orch.yaml")
    }

    pub(super) fn home(&self) -> PathBuf {
        self.0.join("home")
    }

    /// Lays a fault there for whoever works in this stage next.
    pub(super) fn lay(&self, number: u64, fault: &str, stage: &str) {
        let faults = self.0.join("faults");
        let draft = faults.join(format!("draft-{number}"));
        fs::write(&draft, format!("{fault}\n")).unwrap();
        fs::rename(draft, faults.join(format!("{stage}.{number}"))).unwrap();
    }
}

/// A bare repository with one file.
fn repository(place: &Path) -> PathBuf {
    let path = place.join("mine.git");
    let repository = Repository::init_bare(&Git::new("git"), &path, "main").unwrap();
    let me = Identity {
        name: "Me".to_owned(),
        email: "me@example.org".to_owned(),
    };
    let files = [("hello.txt".to_owned(), "hello\n".to_owned())];
    let commit = NewCommit {
        tree: repository.tree_of_files(&files).unwrap(),
        parents: Vec::new(),
        author: me.clone(),
        committer: me,
        at: SystemClock.now(),
        message: "first\n".to_owned(),
    };
    let commit = repository.commit_tree(&commit).unwrap();
    repository
        .update_ref("refs/heads/main", &commit, RefExpectation::Absent)
        .unwrap();
    path
}
