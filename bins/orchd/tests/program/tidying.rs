//! What a daemon removes by itself, and the work that it keeps and names.

use std::fs::{self, File};
use std::time::Duration;

use rustix::process::Signal;

use crate::serving::Serving;

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn old_runs_go_and_work_that_nobody_took_is_kept_and_named() {
    let mut serving = Serving::new(1);
    let issue = serving.issue("Add a greeting");
    serving.until("a run begins", |this| (this.begun().len() == 1).then_some(()));
    serving.signal(Signal::TERM);
    assert_eq!(serving.ended().code(), Some(0));

    let data = serving.data();
    let old = data.join("runs/9-1-1");
    fs::create_dir_all(&old).unwrap();
    let changed = fs::metadata(&old).unwrap().modified().unwrap() - 40 * DAY;
    File::open(&old).unwrap().set_modified(changed).unwrap();
    let work = data.join("checkouts/shop/.kept/feature-1");
    fs::create_dir_all(&work).unwrap();

    serving.start();
    let report = serving.until("the daemon tidies up", |this| {
        this.retention().filter(|report| report.runs > 0)
    });
    assert!(!old.exists());
    assert!(data.join("runs/1-1-1").exists(), "its run lives");
    assert!(work.exists());
    let places: Vec<&str> = report.kept.iter().map(|kept| kept.place.as_str()).collect();
    assert_eq!(places.len(), 1, "{report:?}");
    assert!(
        places[0].ends_with("checkouts/shop/.kept/feature-1"),
        "{places:?}"
    );
    assert!(serving.said().contains(".kept/feature-1"), "{}", serving.said());
    serving.agents_go_on();
    serving.until_it_stands(&issue, "analysis/waiting-human");
}
