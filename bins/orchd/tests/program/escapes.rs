//! Agents that leave their write scope, on real git with a real runner: nothing of it reaches the forge, and the repair run is told what it was.

use std::collections::BTreeSet;
use std::path::Path;

use pipeline_core::stage::Column;
use process::Command;
use serde_json::json;

use crate::serving::Serving;

/// Every role misbehaves in its first run and does its work in its second.
const AGENT: &str = r#"
item="docs/work-items/$ORCHD_WORK_ITEM"
cat > "$PLACE/brief.$ORCHD_STAGE.$(ls "$PLACE" | grep -c "^brief.$ORCHD_STAGE")"
report() { printf -- '---\nwork_item: %s\n%s\n---\n' "$ORCHD_WORK_ITEM" "$2" > "$item/$1"; }
works() {
    case "$ORCHD_STAGE" in
        analysis)
            for name in 01-brd.md 02-trz.md 03-acceptance-criteria.md 04-test-plan.yaml; do echo text > "$item/$name"; done ;;
        architecture) mkdir -p "$item/06-adr" && echo text > "$item/06-adr/ADR-0001-x.md" ;;
        development) echo hello > greeting.txt ;;
        review) report 12-review.md 'verdict: APPROVED' ;;
        testing) report 13-test-report.md 'result: PASS' ;;
        deploy) report 14-deploy-log.md 'deploy_status: SUCCESS' ;;
    esac
}
escapes() {
    case "$ORCHD_STAGE" in
        analysis)
            works
            mv hello.txt "$item/01-hello.txt"
            chmod +x "$item/00-business-request.md"
            ln -s /etc/passwd "$item/02-link.md"
            mkdir -p Docs/Work-Items "$item/../OTHER-001"
            echo SMUGGLED > Docs/Work-Items/01-brd.md
            echo SMUGGLED > "$item/../OTHER-001/01-brd.md"
            echo SMUGGLED > "$item/12-review.md"
            git init -q module
            commits() { git -c user.name=a -c user.email=a commit -q "$@"; }
            (cd module && commits --allow-empty -m x)
            git add module 2> "$PLACE/words" && commits -m module module ;;
        architecture)
            works
            mv docs real && ln -s real docs ;;
        development)
            works
            mkdir -p "$PLACE/outside" && cp -r "$item/." "$PLACE/outside" && rm -r "$item"
            echo SMUGGLED > "$PLACE/outside/12-review.md"
            ln -s "$PLACE/outside" "$item" ;;
        review) ln -s /etc/passwd "$item/12-review.md" ;;
        testing) mkfifo "$item/13-test-report.md" ;;
        deploy) works ;;
    esac
}
if [ -e "$PLACE/brief.$ORCHD_STAGE.1" ]; then works; else escapes; fi
echo '{"type":"result"}'
"#;

#[test]
fn nothing_outside_its_scope_reaches_the_forge_and_the_repair_run_is_told_what_it_was() {
    let mut serving = Serving::with(AGENT, &json!({}));
    let issue = serving.issue("Add a greeting");
    serving.until_it_stands(&issue, "analysis/waiting-human");
    let forge = serving.data().join("forge/shop/repo.git");
    assert_eq!(strange_modes(&forge), BTreeSet::new());
    serving.moves(&issue, Column::Approved);
    serving.until_it_stands(&issue, "done/done");

    assert_eq!(strange_modes(&forge), BTreeSet::new());
    let objects = git(&forge, &["cat-file", "--batch-all-objects", "--batch"]);
    for smuggled in ["SMUGGLED", "root:"] {
        assert!(!objects.contains(smuggled), "{smuggled} is in the forge");
    }
    let names = git(&forge, &["log", "--all", "--name-only", "--format="]);
    for name in ["Docs/", "OTHER-001", "01-hello.txt", "module", "real/"] {
        assert!(!names.contains(name), "{name} is in the forge: {names}");
    }
    assert!(
        names.contains("hello.txt") && names.contains("greeting.txt"),
        "{names}"
    );

    for (stage, expected) in [
        (
            "analysis",
            &[
                "hello.txt",
                "Docs/Work-Items/01-brd.md",
                "docs/work-items/OTHER-001/01-brd.md",
                "docs/work-items/SHOP-001/00-business-request.md",
                "docs/work-items/SHOP-001/02-link.md (a symbolic link or a submodule)",
                "docs/work-items/SHOP-001/12-review.md",
                "module (a symbolic link or a submodule)",
            ][..],
        ),
        (
            "architecture",
            &[
                "docs (a symbolic link or a submodule)",
                "real/work-items/SHOP-001/01-brd.md",
            ],
        ),
        (
            "development",
            &[
                "docs/work-items/SHOP-001 (a symbolic link or a submodule)",
                "docs/work-items/SHOP-001/01-brd.md",
            ],
        ),
        (
            "review",
            &["docs/work-items/SHOP-001/12-review.md (a symbolic link or a submodule)"],
        ),
        ("testing", &["Test report not found (13-test-report.md)"]),
    ] {
        let brief = serving.text(&format!("brief.{stage}.1"));
        for words in expected {
            assert!(brief.contains(words), "{stage}: {words} is not in: {brief}");
        }
    }
}

/// Links and submodules in the history of any branch.
fn strange_modes(forge: &Path) -> BTreeSet<String> {
    let commits = git(forge, &["rev-list", "--all"]);
    let trees = commits
        .lines()
        .map(|commit| git(forge, &["ls-tree", "-r", commit]));
    let lines: Vec<String> = trees
        .flat_map(|tree| tree.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(!lines.is_empty());
    lines
        .into_iter()
        .filter(|line| !line.starts_with("100644 "))
        .collect()
}

fn git(repository: &Path, arguments: &[&str]) -> String {
    let said = Command::new("git")
        .args(["--git-dir"])
        .arg(repository)
        .args(arguments)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .run()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8_lossy(&said.stdout).into_owned()
}
