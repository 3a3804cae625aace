//! Gathering evidence: documents and trees from our mirror, the branch head from the forge.

use pipeline_core::event::Event;
use pipeline_core::evidence::{Document, Evidence, EvidenceRequest, OnDefault};
use pipeline_core::id::WorkItemId;
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
    if let Some(wanted) = &work.wants.on_default {
        evidence.on_default = on_default(ports, wanted, &task.work_item).await?;
    }
    if work.wants.head {
        evidence.head = Some(ports.forge.observe(&task.branch, task.head.clone()).await?);
    }
    Ok(evidence)
}

/// What stands at the default branch's head now and is not what the run started with.
async fn on_default(
    ports: &ProjectPorts,
    wanted: &OnDefault,
    work_item: &WorkItemId,
) -> Result<Vec<Document>, PortError> {
    let request = |commit| EvidenceRequest {
        commit,
        paths: wanted.paths.clone(),
        ..EvidenceRequest::default()
    };
    let mut now = ports.workspace.read(&request(None), work_item).await?.documents;
    if now.is_empty() {
        return Ok(now);
    }
    let since = request(Some(wanted.since.clone()));
    let before = ports.workspace.read(&since, work_item).await?;
    now.retain(|document| {
        let known = before.document(&document.path);
        known.is_none_or(|known| known.blob != document.blob)
    });
    Ok(now)
}
