//! The conformance suite of the host, on this machine.
#![allow(clippy::unwrap_used, reason = "a failure here is the failure of a test")]

use std::path::PathBuf;
use std::sync::Arc;

use agent_process::ProcessHost;
use pipeline_core::port::host::Host;
use testkit::conformance;

fn host(folders: &[(&str, PathBuf)]) -> ProcessHost {
    let named = folders
        .iter()
        .map(|(name, folder)| ((*name).to_owned(), folder.clone()));
    ProcessHost::new(named.collect())
}

#[tokio::test]
async fn this_machine_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let folders = [
        ("data", folder.path().to_owned()),
        ("checkouts", folder.path().join("checkouts/later")),
    ];
    conformance::host::all(|| async { Arc::new(host(&folders)) as Arc<dyn Host> }).await;
    let room = host(&folders).room().await.unwrap();
    let names: Vec<&str> = room.places.iter().map(|place| place.name.as_str()).collect();
    assert_eq!(names, ["data"], "both lie on one file system");
}
