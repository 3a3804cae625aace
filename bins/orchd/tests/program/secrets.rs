//! Nobody's key reaches a prompt, a brief, an argument list, a log, a record or a database: keys are put into the daemon's environment, the
//! agent prints all that it can see of itself, and everything that is left is searched.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;

use crate::own_repository::repository;

const KEYS: [&str; 12] = [
    "PLANE_API_TOKEN",
    "PLANE_WEBHOOK_SECRET",
    "GITEA_TOKEN",
    "GITEA_WEBHOOK_SECRET",
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_SECRET_TOKEN",
    "ANTHROPIC_API_KEY",
    "OPENAI_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "GIT_ASKPASS_TOKEN",
    "DATABASE_PASSWORD",
    "ORCHD_ADMIN_TOKEN",
];

/// Says what it was told, by which command, and in which environment; then works.
const AGENT: &str = r#"
docs="docs/work-items/$ORCHD_WORK_ITEM"
cat
env
for process in $$ $PPID; do tr '\0' ' ' < "/proc/$process/cmdline"; echo; done
report() { printf -- '---\nwork_item: %s\n%s\n---\n' "$ORCHD_WORK_ITEM" "$2" > "$docs/$1"; }
case "$ORCHD_STAGE" in
    analysis)
        for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do env > "$docs/$name"; done ;;
    architecture) mkdir -p "$docs/06-adr" && echo text > "$docs/06-adr/ADR-0001-x.md" ;;
    development) env > environment.txt ;;
    review) report 12-review.md 'verdict: APPROVED' ;;
    testing) report 13-test-report.md 'result: PASS' ;;
    deploy-staging) report 15-staging-log.md 'staging_status: SUCCESS' ;;
    deploy) report 14-deploy-log.md 'deploy_status: SUCCESS' ;;
esac
echo '{"type":"result"}'
"#;

fn value(name: &str) -> String {
    format!("canary-{}-5f1e9b", name.to_lowercase())
}

#[test]
fn no_key_of_the_environment_is_in_anything_that_a_run_leaves() {
    let place = tempfile::tempdir().unwrap();
    let home = place.path().join("home");
    let output = demo(place.path(), &home);
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let files = regular_files_below(&home);
    let holding = |text: &str| {
        let holds = |path: &&PathBuf| contains(&fs::read(path).unwrap_or_default(), text.as_bytes());
        files.iter().filter(holds).cloned().collect::<Vec<_>>()
    };
    // The search finds what is there: the prompt, the brief and the environment of seven runs, and the issue in databases.
    assert!(
        holding("You judge the change on this branch").len() >= 2,
        "prompts"
    );
    assert!(holding("# Work item").len() >= 7, "briefs");
    assert!(holding("ORCHD_WORK_ITEM=").len() >= 7, "environments");
    let databases = holding("Add a friendly greeting");
    assert!(
        databases
            .iter()
            .any(|path| path.extension().is_some_and(|end| end == "db")),
        "{databases:?}"
    );
    for name in KEYS {
        for text in [value(name), format!("{name}=")] {
            assert_eq!(holding(&text), Vec::<PathBuf>::new(), "{name}");
        }
        assert!(
            !stdout.contains(&value(name)) && !stderr.contains(&value(name)),
            "{name} in the output"
        );
    }
}

fn demo(place: &Path, home: &Path) -> std::process::Output {
    let repository = repository(place);
    let (issue, agent) = (place.join("issue.md"), place.join("agent.sh"));
    fs::write(
        &issue,
        "# Add a friendly greeting\n\nPrint a friendly greeting when the program starts.\n",
    )
    .unwrap();
    fs::write(&agent, AGENT).unwrap();
    let mut command = Command::cargo_bin("orchd").unwrap();
    command.args(["--log", "debug", "demo", "--home"]).arg(home);
    command.arg("--repo").arg(repository).arg("--issue").arg(issue);
    command.args([
        "--provider",
        "command",
        "--agent-cmd",
        &format!("sh '{}'", agent.display()),
    ]);
    command.args(["--test-command", "env"]);
    command.envs(KEYS.map(|name| (name, value(name))));
    command.timeout(Duration::from_secs(180)).output().unwrap()
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

fn regular_files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(regular_files_below(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}
