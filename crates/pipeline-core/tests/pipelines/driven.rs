//! The shipped pipelines, followed by the rules themselves.

use pipeline_core::event::Event;
use pipeline_core::id::OrderId;
use pipeline_core::order::{OperatorOrder, OperatorOrderKind};
use pipeline_core::pipeline::worst_case::runs;
use pipeline_core::project::MergeTime;
use pipeline_core::task::TaskState;
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
    deployer: ✅ Task completed! PR merged and deployed.
    deployer: 📊 Task total: 0 in / 0 out · $0.00
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
