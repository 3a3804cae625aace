//! The fake machine keeps the port's promises.

use std::sync::Arc;

use pipeline_core::port::host::Host;
use testkit::conformance;
use testkit::fake::host::FakeHost;

#[tokio::test]
async fn the_fake_host_conforms() {
    conformance::host::all(|| async { Arc::new(FakeHost::default()) as Arc<dyn Host> }).await;
}
