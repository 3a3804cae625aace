//! How the engine of a story behaves.

use std::collections::BTreeMap;
use std::time::Duration;

use pipeline_core::admission::Floors;
use pipeline_core::id::InstanceId;
use pipeline_core::retention::RetentionRule;
use pipeline_engine::EngineSettings;

/// A day.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);
/// Between two slow looks.
pub(crate) const SWEEP: Duration = Duration::from_secs(120);

/// The settings of a story that says nothing of them.
pub(crate) fn usual() -> EngineSettings {
    EngineSettings {
        instance: InstanceId::new("daemon-0"),
        max_concurrency: 4,
        project_limits: BTreeMap::new(),
        lease: Duration::from_secs(60),
        poll: Duration::from_secs(1),
        sweep: SWEEP,
        delivery_attempts: 5,
        breaker_threshold: 5,
        effect_attempts: 8,
        run_timeout: Duration::from_secs(3_600),
        kill_grace: Duration::from_secs(20),
        floors: Floors::default(),
        wip_limits: BTreeMap::new(),
        retention: RetentionRule {
            runs_for: 30 * DAY,
            runs_at_most: 500,
            tasks_for: 7 * DAY,
            rows_for: 30 * DAY,
        },
        tidy: Duration::from_secs(3_600),
    }
}
