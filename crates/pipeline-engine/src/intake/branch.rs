//! A look at a branch.

use pipeline_core::event::Event;
use pipeline_core::id::{BranchName, DeliveryId};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::TaskKey;

use super::Looked;
use crate::context::{Context, ProjectPorts};
use crate::step::{self, Along, Stepped};

/// Looks before the branch is left for later.
const LOOKS: u32 = 5;

/// Looks at a branch, again when the task changed while the answer was on its way: our own push in between would make an older head of
/// ours look like somebody else's.
pub(super) async fn seen(
    context: &Context,
    ports: &ProjectPorts,
    branch: &BranchName,
    acknowledge: Vec<DeliveryId>,
) -> Result<Looked, StoreError> {
    let key = TaskKey::Branch(ports.project.id.clone(), branch.clone());
    for _ in 0..LOOKS {
        let Some(task) = context.store.task(&key).await? else {
            return Ok(Looked::Seen);
        };
        let head = match ports.forge.observe(branch, task.head.clone()).await {
            Ok(head) => head,
            Err(error) => return Ok(Looked::Unreadable(error.to_string())),
        };
        let along = Along {
            acknowledge: acknowledge.clone(),
            seen_at: Some(task.revision),
            ..Along::default()
        };
        let stepped = step::step(context, task.id, Event::HeadObserved { head }, along).await?;
        if stepped != Stepped::Outdated {
            return Ok(Looked::Seen);
        }
    }
    Ok(Looked::Unreadable(format!(
        "the task of branch {branch} changed each time while it was looked at"
    )))
}
