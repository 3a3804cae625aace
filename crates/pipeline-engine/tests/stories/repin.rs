//! The pipeline of a project is edited while a task is under way.

use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::port::store::tasks::TaskStore;

use pipeline_core::stage::StageName;

use crate::world::World;

fn without_architecture(pipeline: &mut Pipeline) {
    pipeline
        .stages
        .retain(|stage| stage.name.as_str() != "architecture");
}

#[tokio::test]
async fn a_task_goes_on_by_the_definition_that_it_started_with() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world = world.with_pipeline(without_architecture).await;
    world.operator(&issue, OperatorOrderKind::Approve).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runs().len(), 7);
    let second = world.approved().await;
    assert_eq!(world.stands(&second).await, "done/done");
    assert_eq!(world.runs().len(), 7 + 6, "a new task takes the edited one");
    world.ends().await;
}

#[tokio::test]
async fn an_operator_moves_a_task_to_the_definition_of_today() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    let refused = world.operator(&issue, OperatorOrderKind::Repin).await;
    assert!(
        matches!(&refused, OrderAnswer::Refused(why) if why.starts_with("the task follows this definition already")),
        "{refused:?}"
    );
    world = world.with_pipeline(without_architecture).await;
    let accepted = world.operator(&issue, OperatorOrderKind::Repin).await;
    assert!(
        matches!(&accepted, OrderAnswer::Accepted(what) if what.starts_with("olga moved the task from pipeline built-in (e4de829ee5bf) to ")),
        "{accepted:?}"
    );
    let task = world.task(&issue).await;
    let pinned = world.store.pipeline(&task.pipeline).await.unwrap().unwrap();
    assert_eq!(pinned.stages.len(), 8);
    world.operator(&issue, OperatorOrderKind::Approve).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runs().len(), 6, "the architect is left out");
    world.ends().await;
}

#[tokio::test]
async fn a_task_whose_stage_is_gone_stays_where_it_is() {
    let mut world = World::new().await;
    let issue = world.up_to_approval().await;
    world = world
        .with_pipeline(|pipeline| pipeline.stages[1].name = StageName::new("specification"))
        .await;
    let refused = world.operator(&issue, OperatorOrderKind::Repin).await;
    assert!(
        matches!(&refused, OrderAnswer::Refused(why) if why.contains("has no such stage (created, specification, ")),
        "{refused:?}"
    );
    world.operator(&issue, OperatorOrderKind::Approve).await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}
