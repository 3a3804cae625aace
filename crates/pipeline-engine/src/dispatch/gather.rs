//! Gathering evidence: documents and trees from our mirror, the branch head from the forge.

use pipeline_core::event::Event;
use pipeline_core::evidence::Evidence;
use pipeline_core::job::GatherJob;
use pipeline_core::port::PortError;
use pipeline_core::port::store::jobs::LeasedJob;
use pipeline_core::port::store::tasks::TaskKey;

use crate::context::{Context, ProjectPorts};
use crate::dispatch::execution::Worked;

pub(super) async fn gather(
    context: &Context,
    ports: &ProjectPorts,
    (job, work): (&LeasedJob, &GatherJob),
) -> Worked {
    let evidence = match collect(context, ports, (job, work)).await {
        Ok(evidence) => evidence,
        Err(error) => Evidence {
            unavailable: Some(error.to_string()),
            ..Evidence::default()
        },
    };
    Worked::Event(
        Box::new(Event::EvidenceGathered {
            job: job.id,
            fence: job.fence,
            evidence,
        }),
        None,
    )
}

async fn collect(
    context: &Context,
    ports: &ProjectPorts,
    (job, work): (&LeasedJob, &GatherJob),
) -> Result<Evidence, PortError> {
    let task = context
        .store
        .task(&TaskKey::Id(job.id.task))
        .await
        .map_err(|error| PortError::retry(error.to_string()))?
        .ok_or_else(|| PortError::Permanent(format!("there is no task {}", job.id.task)))?;
    let mut evidence = ports.workspace.read(&work.wants, &task.work_item).await?;
    if work.wants.head {
        evidence.head = Some(ports.forge.observe(&task.branch, task.head.clone()).await?);
    }
    Ok(evidence)
}
