//! The chat that is read on the board's page; for installations without an outside chat.

use std::sync::Arc;

use async_trait::async_trait;
use pipeline_core::id::{EffectKey, ProjectId, TaskId};
use pipeline_core::port::PortError;
use pipeline_core::port::chat::Chat;

use crate::database::Database;
use crate::{issues, messages};

/// The chat of one project. Cheap to make.
pub struct LocalChat {
    database: Arc<Database>,
    project: ProjectId,
}

impl LocalChat {
    pub(crate) fn new(database: Arc<Database>, project: ProjectId) -> Self {
        Self { database, project }
    }
}

#[async_trait]
impl Chat for LocalChat {
    async fn show(&self, task: TaskId, text: &str) -> Result<(), PortError> {
        let (project, text) = (self.project.clone(), text.to_owned());
        self.database
            .write(move |db, now| {
                issues::ensure_project(db, &project)?;
                Ok(messages::show(db, &project, task, &text, now)?)
            })
            .await
    }

    async fn alert(&self, key: &EffectKey, text: &str) -> Result<(), PortError> {
        let (project, key, text) = (self.project.clone(), key.clone(), text.to_owned());
        self.database
            .write(move |db, now| {
                issues::ensure_project(db, &project)?;
                Ok(messages::alert(db, &project, &key, &text, now)?)
            })
            .await
    }

    async fn check(&self) -> Result<(), PortError> {
        let project = self.project.clone();
        self.database
            .read(move |db| Ok(messages::of_project(db, &project).map(drop)?))
            .await
    }
}
