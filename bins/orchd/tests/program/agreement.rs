//! What is left of runs, real ones, tells the same everywhere: record, database, log and marker.

use std::path::Path;

use app::places::Places;
use app::runs;
use app::runs::verify::{self, Facts};
use pipeline_core::port::store::jobs::{JobFilter, JobStore};
use pipeline_core::port::store::tasks::{TaskFilter, TaskStore};
use store_sqlite::SqliteStore;

/// All runs of a data directory whose daemon has ended; answers how many there are.
pub(crate) fn all_runs_agree(home: &Path) -> usize {
    let places = Places::in_directory(home);
    let store = SqliteStore::attach(&places.database()).unwrap();
    let work = async {
        let mut rows = Vec::new();
        for task in store.tasks(TaskFilter::All).await.unwrap() {
            rows.extend(store.runs(task.id).await.unwrap());
        }
        let listing = runs::list(&places).unwrap();
        assert_eq!(listing.strangers, Vec::<String>::new());
        let mut known: Vec<_> = listing.runs;
        known.extend(rows.iter().map(|row| row.run));
        known.sort();
        known.dedup();
        for run in &known {
            let mut jobs = store.jobs(JobFilter::One(run.job)).await.unwrap();
            let facts = Facts {
                run: *run,
                row: rows.iter().find(|row| row.run == *run).cloned(),
                job: jobs.pop(),
                files: runs::look(&places, run).unwrap(),
                is_kept: true,
            };
            assert_eq!(verify::disagreements(&facts), [], "run {run}: {facts:#?}");
        }
        known.len()
    };
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}
