//! Evidence from commits.

use pipeline_core::evidence::{Document, Evidence, EvidenceRequest};
use pipeline_core::id::{CommitSha, WorkItemId};

use crate::fake::repo::{Files, blob};
use crate::fake::workspace::FakeWorkspace;

impl FakeWorkspace {
    pub(super) fn evidence(
        &self,
        commit: &CommitSha,
        request: &EvidenceRequest,
        work_item: &WorkItemId,
    ) -> Evidence {
        self.repo.objects(|objects| {
            let files = objects.files(commit);
            let mut evidence = Evidence {
                commit: Some(commit.clone()),
                code_tree: Some(objects.code_tree(commit, work_item)),
                docs_tree: objects.docs_tree(commit, work_item),
                ..Evidence::default()
            };
            for path in &request.paths {
                if path.ends_with('/') {
                    evidence.listed.extend(listed(files, path));
                } else {
                    evidence.documents.extend(document(files, path));
                }
            }
            evidence
        })
    }
}

fn listed(files: &Files, directory: &str) -> Vec<String> {
    let inside = files.keys().filter(|path| path.starts_with(directory));
    inside.cloned().collect()
}

fn document(files: &Files, path: &str) -> Option<Document> {
    files.get(path).map(|text| Document {
        path: path.to_owned(),
        blob: blob(text),
        text: text.clone(),
        lossy: false,
        cut: false,
    })
}
