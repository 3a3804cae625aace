//! The shipped pipelines, followed by the rules themselves.

use pipeline_core::event::Event;
use pipeline_core::id::OrderId;
use pipeline_core::order::{OperatorOrder, OperatorOrderKind};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::worst_case::runs;
use pipeline_core::project::{ForgeSite, Links, MergeTime, TrackerSite};
use pipeline_core::run::AgentOutcome;
use pipeline_core::task::{Ask, TaskState, Wait};
use pipeline_core::time::Timestamp;

use crate::drive::{Drive, World};
use crate::shipped;

const SHIPPED: [&str; 3] = ["built-in.yaml", "bug-fix.yaml", "ux.yaml"];

#[test]
fn a_task_is_done_with_one_run_per_stage_where_everything_passes() {
    for name in SHIPPED {
        let pipeline = shipped(name);
        let drive = Drive::new(&pipeline, World::Kind).driven_to_the_end();
        assert_eq!(drive.task.state, TaskState::Done, "{name}");
        assert_eq!(
            drive.runs,
            runs(&pipeline, MergeTime::OnDeployEntry).least,
            "{name}"
        );
    }
}

#[test]
fn the_dearest_task_costs_exactly_the_most_that_is_told() {
    for name in SHIPPED {
        let pipeline = shipped(name);
        let drive = Drive::new(&pipeline, World::Dear).driven_to_the_end();
        assert_eq!(drive.task.state, TaskState::Done, "{name}");
        assert_eq!(
            drive.runs,
            runs(&pipeline, MergeTime::OnDeployEntry).most,
            "{name}"
        );
    }
}

#[test]
fn nobody_speaks_who_does_not_work_here() {
    let pipeline = shipped("bug-fix.yaml");
    let drive = Drive::new(&pipeline, World::Kind).driven_to_the_end();
    insta::assert_snapshot!(drive.said.join("\n"), @r"
    stream: 🔄 Stage: created → development (launching developer)
    developer: 💻 Developer — Finished development. See PR / branch below.
    stream: 🔄 Stage: development → review (launching reviewer)
    reviewer: 🔎 Reviewer — Finished the review.
    stream: 🔄 Stage: review → testing (launching tester)
    tester: 🧪 Tester — Finished the test run.
    stream: 🔄 Stage: testing → deploy (launching deployer)
    deployer: 🚀 Deployer — Finished the production deploy.
    stream: 🔄 Stage: deploy → done
    deployer: ✅ Task completed! PR merged and deployed.
    deployer: 📊 Task total: 4.0k in / 1.2k out · $1.00
    ");
}

#[test]
fn a_rejection_at_the_first_stage_is_told_by_its_role_and_it_works_again() {
    let pipeline = shipped("bug-fix.yaml");
    let mut drive = Drive::new(&pipeline, World::Kind);
    drive.start();
    drive.happens(&Event::Ordered(OperatorOrder {
        id: OrderId(1),
        task: drive.task.id,
        by: "ann".to_owned(),
        reason: "the wrong greeting".to_owned(),
        at: Timestamp(9),
        what: OperatorOrderKind::Reject,
    }));
    assert_eq!(drive.task.stage.as_str(), "development");
    assert!(matches!(drive.task.state, TaskState::Working { .. }));
    insta::assert_snapshot!(drive.said.last().unwrap(), @"developer: 🔄 Developer restarted. Reason for rejection: the wrong greeting");
}

#[test]
fn a_prompt_that_the_definition_names_is_protected_wherever_it_stands() {
    let mut pipeline = Pipeline::built_in();
    pipeline.stages[4].prompt = Some("docs/prompts/strict-reviewer.md".to_owned());
    let mut drive = Drive::new(&pipeline, World::Kind);
    while drive.task.stage.as_str() != "development" {
        let event = drive.next().unwrap();
        drive.happens(&event);
    }
    let mut event = drive.next().unwrap();
    let Event::AgentFinished {
        outcome: AgentOutcome::Finished { harvest, .. },
        ..
    } = &mut event
    else {
        panic!("{event:?}");
    };
    harvest.changed[0].path = "docs/prompts/Strict-Reviewer.md".to_owned();
    drive.happens(&event);
    let TaskState::Waiting(Wait::Human(Ask::ProtectedPaths { paths, .. })) = &drive.task.state else {
        panic!("{:?}", drive.task.state);
    };
    assert_eq!(paths, &["docs/prompts/Strict-Reviewer.md"]);
}

#[test]
fn a_designer_asks_and_a_builder_objects_in_their_own_names() {
    let pipeline = shipped("ux.yaml");
    let drive = Drive::new(&pipeline, World::Dear).driven_to_the_end();
    let mut said: Vec<&str> = Vec::new();
    for line in drive
        .said
        .iter()
        .filter(|line| line.starts_with("ux:") || line.starts_with("architect:"))
    {
        if !said.contains(&line.as_str()) {
            said.push(line);
        }
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    ux: ✋ ux wrote outside its files: docs/work-items/OTHER/x. Started again.
    ux: ❓ Ux needs clarification:
    ux: 🔄 Agent restarted with the stakeholder's answers.
    ux: ⚙️ Ux — Finished ux.
    architect: ✋ architect wrote outside its files: docs/work-items/OTHER/x. Started again.
    architect: ⚠️ Architect found a conflict with the spec. Back to ux.
    architect: 📐 Architect — Finished the architecture. See the ADR below.
    ");
    let asked = drive
        .texts
        .iter()
        .any(|text| text.contains("the documents of ux are ready"));
    assert!(asked, "the designer's pages are approved by their own name");
}

#[test]
fn documents_are_linked_where_people_can_follow() {
    let pipeline = Pipeline::built_in();
    let linked = |base: &str| {
        Drive::new(&pipeline, World::Kind)
            .in_project(|project| {
                project.links = Links {
                    forge: Some(ForgeSite {
                        base: base.to_owned(),
                        owner: "acme".to_owned(),
                    }),
                    tracker: Some(TrackerSite {
                        base: base.to_owned(),
                        workspace: "acme".to_owned(),
                        project: "p1".to_owned(),
                    }),
                };
            })
            .driven_to_the_end()
            .texts
            .iter()
            .flat_map(|text| text.split("href=\"").skip(1))
            .filter_map(|rest| rest.split_once('"'))
            .map(|(url, label)| {
                format!(
                    "{} {url}",
                    label.trim_start_matches('>').split('<').next().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    for base in [
        "",
        "http://localhost:3000",
        "http://127.0.0.1:3000",
        "http://gitea:3000",
    ] {
        assert!(linked(base).is_empty(), "{base}");
    }
    let links = linked("https://git.example.org").join("\n");
    let own = "https://git.example.org/acme/example/src/branch/feature/ET-001-mend-the-greeting";
    insta::assert_snapshot!(links.replace(own, "(ours)"), @r"
    BRD (ours)/docs/work-items/ET-001/01-brd.md
    ТЗ (TRZ) (ours)/docs/work-items/ET-001/02-trz.md
    Acceptance Criteria (ours)/docs/work-items/ET-001/03-acceptance-criteria.md
    Test Plan (ours)/docs/work-items/ET-001/04-test-plan.yaml
    📄 Open BRD (ours)/docs/work-items/ET-001/01-brd.md
    ✅ Issue on the board https://git.example.org/acme/projects/p1/issues/i1/
    Branch feature/ET-001-mend-the-greeting (ours)
    PR #1 https://git.example.org/acme/example/pulls/1
    Review (ours)/docs/work-items/ET-001/12-review.md
    Test report (ours)/docs/work-items/ET-001/13-test-report.md
    Staging log https://git.example.org/acme/example/src/branch/docs/ET-001-1-12/docs/work-items/ET-001/15-staging-log.md
    Deploy log https://git.example.org/acme/example/src/branch/docs/ET-001-1-12/docs/work-items/ET-001/14-deploy-log.md
    ");
}
