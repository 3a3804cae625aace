//! A script that leaves a canary file when somebody runs it, and the way into an agent's configuration.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::fixture::{Project, write};

/// A script that says that it ran, and without arguments (as a filter) passes its input on.
pub(crate) fn trap_script(project: &Project) -> String {
    let script = write(
        project.folder.path(),
        "trap.sh",
        &format!(
            "#!/bin/sh\ntouch {}\n[ $# -gt 0 ] || cat\n",
            canary(project).display()
        ),
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script.to_str().unwrap().to_owned()
}

pub(crate) fn canary(project: &Project) -> PathBuf {
    project.folder.path().join("canary")
}

pub(crate) fn add_config(checkout: &Path, text: &str) {
    let config = checkout.join(".git/config");
    let before = fs::read_to_string(&config).unwrap();
    fs::write(config, format!("{before}\n{text}\n")).unwrap();
}
