//! A pipeline as a graph, and what differs between two.

use pipeline_core::id::PipelineDigest;
use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::difference::differences;
use pipeline_core::pipeline::mermaid::mermaid;
use serde_json::Value;

use crate::shipped;

fn told(left: &Pipeline, right: &Pipeline) -> String {
    let lines: Vec<String> = differences(left, right).iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn the_graph_shows_the_pass_path_the_ways_back_and_the_merge() {
    insta::assert_snapshot!(mermaid(&shipped("bug-fix.yaml")), @r#"
    flowchart TD
        s0(["created"])
        s1["development<br>developer<br>check_ci_green"]
        s2["review<br>reviewer<br>check_reviewer_verdict"]
        s3["testing<br>tester<br>check_tests_passed"]
        s4["deploy<br>deployer<br>check_deploy_status"]
        s5(["done"])
        s0 --> s1
        s1 --> s2
        s2 --> s3
        s3 -->|"merge"| s4
        s4 --> s5
        s1 -.->|"ci"| s1
        s2 -.->|"review"| s1
        s3 -.->|"tests"| s1
        s4 -.->|"blocked"| s1
    "#);
}

#[test]
fn a_pipeline_does_not_differ_from_itself() {
    for name in ["built-in.yaml", "bug-fix.yaml", "ux.yaml"] {
        assert_eq!(told(&shipped(name), &shipped(name)), "");
    }
}

#[test]
fn differences_are_told_stage_by_stage() {
    insta::assert_snapshot!(told(&Pipeline::built_in(), &shipped("ux.yaml")), @r"
    pipeline: name: built-in → ux
    pipeline: order: created, analysis, architecture, development, review, testing, deploy-staging, deploy, done → created, analysis, ux, architecture, development, security, review, testing, deploy-staging, deploy, done
    stage architecture: objects_in: conflict.md to analysis → conflict.md to ux
    stage deploy-staging: may_write: documents: 14-deploy-log.md, 15-staging-log.md → documents: 15-staging-log.md
    stage deploy: may_write: documents: 14-deploy-log.md, 15-staging-log.md → documents: 14-deploy-log.md
    stage ux: -: - → ux (check_analysis_approved)
    stage security: -: - → security (check_tests_local)
    ");
}

/// The definition with one value changed: every value of its JSON in turn, with the path to it.
fn mutations(pipeline: &Pipeline) -> Vec<(String, Pipeline)> {
    let whole = serde_json::to_value(pipeline).unwrap();
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(path) = open.pop() {
        let value = whole.pointer(&path).unwrap();
        match value {
            Value::Object(map) => open.extend(map.keys().map(|key| format!("{path}/{key}"))),
            Value::Array(list) => open.extend((0..list.len()).map(|at| format!("{path}/{at}"))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        for other in others(value) {
            let mut changed = whole.clone();
            *changed.pointer_mut(&path).unwrap() = other;
            // What is no definition any more, such as an unknown gate, cannot be stored either.
            if let Ok(changed) = serde_json::from_value(changed) {
                found.push((path.clone(), changed));
            }
        }
    }
    found
}

fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![
            "-".into(),
            "x".into(),
            serde_json::json!(["conflict.md", "analysis"]),
        ],
        Value::Bool(flag) => vec![(!flag).into()],
        Value::Number(number) => vec![(number.as_u64().unwrap() + 1).into()],
        Value::String(text) => [
            format!("{text}x"),
            "-".to_owned(),
            String::new(),
            "check_tests_local".to_owned(),
            "Backlog".to_owned(),
            "repair".to_owned(),
            "conflict".to_owned(),
        ]
        .into_iter()
        .filter(|other| other != text)
        .map(Value::from)
        .chain([Value::Null])
        .collect(),
        Value::Array(list) => {
            let mut reversed = list.clone();
            reversed.reverse();
            let joined: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            let mut shapes = vec![Value::Array(Vec::new()), Value::Array(reversed)];
            shapes.push(vec![joined.join(", ")].into());
            shapes.retain(|shape| shape != value);
            shapes
        }
        Value::Object(map) => {
            let renamed = ["documents", "docs_tree", "code"].map(|key| {
                let inner = map.values().next().cloned().unwrap_or_default();
                Value::Object([(key.to_owned(), inner)].into_iter().collect())
            });
            renamed.into_iter().filter(|other| other != value).collect()
        }
    }
}

#[test]
fn whatever_is_changed_is_told_and_has_another_digest() {
    let mut seen: Vec<PipelineDigest> = Vec::new();
    for name in ["built-in.yaml", "ux.yaml"] {
        let pipeline = shipped(name);
        let changed = mutations(&pipeline);
        assert!(changed.len() > 500, "{}", changed.len());
        for (path, changed) in changed {
            assert_ne!(changed, pipeline, "{path}");
            assert_ne!(changed.digest(), pipeline.digest(), "{path}");
            assert_ne!(told(&pipeline, &changed), "", "{path}");
            assert_ne!(told(&changed, &pipeline), "", "{path}");
            seen.push(changed.digest());
        }
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    // Two changes can come to the same: an empty list by two ways.
    assert!(seen.len() * 10 > all * 9, "{} of {all}", seen.len());
}
