//! A directory with a settings file, and an environment that is seen from there.

use std::path::Path;

use app::settings::environment::Environment;
use app::settings::load::{Loaded, SettingsError, load};

/// A project with everything that is required.
pub(crate) const PROJECT: &str =
    "work_item_prefix: SHOP, repo: shop, path: ., test_command: make test, agent_cmd: my-agent";

/// A current directory.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// One without a settings file.
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One with this `orch.yaml`.
    pub(crate) fn with(text: &str) -> Self {
        let folder = Self::empty();
        std::fs::write(folder.path().join("orch.yaml"), text).unwrap();
        folder
    }

    /// One whose `orch.yaml` has these lines and one good project.
    pub(crate) fn with_project(lines: &str) -> Self {
        Self::with(&format!("{lines}\nprojects: [{{{PROJECT}}}]\n"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn load(&self, variables: &[(&str, &str)]) -> Result<Loaded, SettingsError> {
        load(None, &Environment::new(self.path(), variables.iter().copied()))
    }

    pub(crate) fn loaded(&self) -> Loaded {
        self.load(&[]).unwrap()
    }

    /// What is wrong, a line each, with the folder's own path taken out.
    pub(crate) fn problems(&self, variables: &[(&str, &str)]) -> Vec<String> {
        let error = self.load(variables).unwrap_err();
        let folder = format!("{}/", self.path().display());
        error
            .problems
            .iter()
            .map(|problem| problem.to_string().replace(&folder, ""))
            .collect()
    }
}

/// Value and source of a key, as they are shown.
pub(crate) fn origin(loaded: &Loaded, key: &str) -> String {
    let origin = loaded.origins.iter().find(|origin| origin.key == key);
    origin.map_or_else(
        || format!("no {key}"),
        |origin| format!("{} ({})", origin.value, origin.source),
    )
}
