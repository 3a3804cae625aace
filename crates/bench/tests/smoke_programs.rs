//! Measurements run to their end and answer with the figures that they promise. Nothing here looks at how large they are. Those that start `orchd`
//! itself are left to `just bench --smoke`, which builds it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use bench::{Options, Shape, figures};
use serde_json::Value;

#[test]
fn each_measurement_answers_with_the_figures_that_it_promises() {
    for (name, promised) in [
        (
            "stages",
            &[
                "stages.tasks.1",
                "stages.step.1",
                "stages.commits.1",
                "stages.writes.1",
                "stages.tasks.64",
                "stages.p99.64",
                "stages.commits.64",
            ][..],
        ),
        ("rules", &["rules.verdicts", "rules.decisions"]),
        (
            "checkout",
            &[
                "checkout.first",
                "checkout.next",
                "checkout.limit.worktree",
                "checkout.limit.clone",
                "checkout.next.of_worktree",
            ],
        ),
    ] {
        let lines = lines(name);
        for metric in promised {
            let line = lines.iter().find(|line| line["metric"] == *metric);
            let line = line.unwrap_or_else(|| panic!("{name} does not tell {metric}"));
            assert!(line["value"].as_f64().unwrap() > 0.0, "{line}");
            assert!(line["n"].as_u64().unwrap() > 0, "{line}");
            assert!(!line["unit"].as_str().unwrap().is_empty(), "{line}");
            assert!(!line["conditions"].as_object().unwrap().is_empty(), "{line}");
        }
    }
}

#[test]
fn stages_tells_how_durable_its_commits_are() {
    let line = lines("stages").swap_remove(0);
    assert_eq!(line["conditions"]["journal_mode"], "wal");
    assert_eq!(line["conditions"]["synchronous"], "2");
}

fn lines(name: &str) -> Vec<Value> {
    let data = tempfile::tempdir().unwrap();
    let options = Options {
        only: vec![name.to_owned()],
        shape: Shape::Lines,
        data: data.path().to_owned(),
        smoke: true,
    };
    let figures = figures(&options).unwrap_or_else(|error| panic!("{name}: {error:#}"));
    let texts = figures
        .iter()
        .map(|figure| serde_json::to_string(figure).unwrap());
    texts.map(|text| serde_json::from_str(&text).unwrap()).collect()
}
