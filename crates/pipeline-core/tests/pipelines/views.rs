//! A pipeline as a graph, and what differs between two.

use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::difference::differences;
use pipeline_core::pipeline::mermaid::mermaid;

use crate::shipped;

fn told(left: &Pipeline, right: &Pipeline) -> String {
    let lines: Vec<String> = differences(left, right).iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn the_graph_shows_the_pass_path_the_ways_back_and_the_merge() {
    insta::assert_snapshot!(mermaid(&shipped("bug-fix.yaml")), @r#"
    flowchart TD
        s0([created])
        s1["development<br>developer<br>check_ci_green"]
        s2["review<br>reviewer<br>check_reviewer_verdict"]
        s3["testing<br>tester<br>check_tests_passed"]
        s4["deploy<br>deployer<br>check_deploy_status"]
        s5([done])
        s0 --> s1
        s1 --> s2
        s2 --> s3
        s3 -->|merge| s4
        s4 --> s5
        s1 -.->|ci| s1
        s2 -.->|review| s1
        s3 -.->|tests| s1
        s4 -.->|blocked| s1
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
