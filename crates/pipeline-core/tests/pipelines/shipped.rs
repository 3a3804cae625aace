//! The shipped files, and that a definition is the same whatever way it is written and stored.

use std::collections::BTreeSet;

use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::file::parse;
use pipeline_core::stage::{Cause, GateName};

use crate::{shipped, text};

#[test]
fn the_built_in_pipeline_is_the_file_that_shows_it() {
    assert_eq!(shipped("built-in.yaml"), Pipeline::built_in());
}

#[test]
fn the_page_of_keys_names_every_key_and_no_other() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/PIPELINES.md")).unwrap();
    let told: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(key, _)| key)
        .filter(|key| !key.contains('/'))
        .collect();
    // The reader names all keys of a place where one is not known.
    let odd = "name: x\nodd: 1\nlimits: {odd: 1}\nstages: [{odd: 1}]\n";
    let problems = parse(odd).unwrap_err().problems;
    let known = problems
        .iter()
        .filter(|problem| problem.field.ends_with("odd"))
        .flat_map(|problem| problem.fix.trim_start_matches("known: ").split(", "));
    assert_eq!(told, known.collect());
}

#[test]
fn the_digest_of_the_built_in_pipeline_never_changes_by_accident() {
    let digest = Pipeline::built_in().digest();
    insta::assert_snapshot!(digest.as_str(), @"e4de829ee5bf0457278629fffaad30e20ea84fee58d234727c33a8a62a4a7e2a");
}

#[test]
fn comments_and_layout_do_not_change_the_digest() {
    let file = text("bug-fix.yaml");
    let bare: Vec<&str> = file
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .collect();
    let long = file.replace("reports: [12-review.md]", "reports:\n      - \"12-review.md\"");
    assert_ne!(long, file);
    for other in [bare.join("\n"), long, file.replace('\n', "\r\n")] {
        assert_eq!(parse(&other).unwrap().digest(), shipped("bug-fix.yaml").digest());
    }
    let changed = file.replace("bounces: 4", "bounces: 5");
    assert_ne!(
        parse(&changed).unwrap().digest(),
        shipped("bug-fix.yaml").digest()
    );
}

#[test]
fn the_order_of_keys_does_not_change_the_digest() {
    let (head, stages) = text("ux.yaml")
        .split_once("stages:\n")
        .map(|(head, rest)| (head.to_owned(), rest.to_owned()))
        .unwrap();
    let turned: Vec<String> = stages
        .split("\n\n")
        .map(|stage| {
            let mut keys: Vec<String> = Vec::new();
            for line in stage.lines().filter(|line| !line.trim_start().starts_with('#')) {
                let line = line.replacen("  - ", "    ", 1);
                match keys.last_mut() {
                    Some(last) if line.starts_with("      ") => *last += &format!("\n{line}"),
                    Some(_) | None => keys.push(line),
                }
            }
            keys.reverse();
            keys.join("\n").replacen("    ", "  - ", 1)
        })
        .collect();
    let turned = format!("stages:\n{}\n{head}", turned.join("\n"));
    assert!(
        turned.contains("  - column: Todo\n    name: created\n"),
        "{turned}"
    );
    assert_eq!(parse(&turned).unwrap(), shipped("ux.yaml"));
}

#[test]
fn a_pipeline_comes_back_from_json_as_it_was() {
    for name in ["built-in.yaml", "bug-fix.yaml", "ux.yaml"] {
        let pipeline = shipped(name);
        let json = serde_json::to_string(&pipeline).unwrap();
        let back: Pipeline = serde_json::from_str(&json).unwrap();
        assert_eq!(back, pipeline, "{name}");
        assert_eq!(back.digest(), pipeline.digest(), "{name}");
    }
}

#[test]
fn every_cause_comes_back_from_json_as_it_was() {
    let gates = GateName::ALL.map(Cause::Gate);
    for cause in [Cause::Ci, Cause::Review, Cause::Tests, Cause::Conflict]
        .into_iter()
        .chain(gates)
    {
        let json = serde_json::to_string(&cause).unwrap();
        assert_eq!(json, format!("\"{cause}\""));
        assert_eq!(serde_json::from_str::<Cause>(&json).unwrap(), cause);
    }
}

#[test]
fn what_is_not_said_follows_from_the_rest() {
    let pipeline = shipped("bug-fix.yaml");
    let review = &pipeline.stages[2];
    assert_eq!(format!("{:?}", review.scope), "Documents([\"12-review.md\"])");
    let said = text("bug-fix.yaml")
        .replace("mending: development\n", "")
        .replace(", cause: review", "");
    assert_eq!(parse(&said).unwrap(), pipeline);
}
