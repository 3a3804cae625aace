use rusqlite::{Error, ffi};
use testkit::fake::clock::FakeClock;

use super::*;

fn failure(code: i32) -> Failure {
    Error::SqliteFailure(ffi::Error::new(code), None).into()
}

fn condition() -> (Arc<FakeClock>, Condition) {
    let clock = Arc::new(FakeClock::new());
    let shared: Arc<dyn Clock> = Arc::<FakeClock>::clone(&clock);
    (clock, Condition::new("state.db".as_ref(), Some(shared)))
}

fn is_shut(condition: &Condition) -> bool {
    matches!(condition.gate(), Gate::Shut(_))
}

#[test]
fn a_full_disk_shuts_the_gate_until_it_is_time_to_try() {
    let (clock, condition) = condition();
    assert!(matches!(condition.gate(), Gate::Open));
    assert!(matches!(
        condition.notice(&failure(ffi::SQLITE_FULL)),
        StoreError::Unavailable(_)
    ));
    assert!(is_shut(&condition));
    clock.advance(FIRST_PAUSE);
    assert!(matches!(condition.gate(), Gate::Probe));
    condition.mend();
    assert!(matches!(condition.gate(), Gate::Open));
    assert_eq!(condition.degraded(), None);
}

#[test]
fn the_pause_grows_to_a_minute_and_begins_anew_after_calm() {
    let (clock, condition) = condition();
    let mut pauses = Vec::new();
    for _ in 0..8 {
        condition.notice(&failure(ffi::SQLITE_FULL));
        let mut seconds = 0;
        while is_shut(&condition) {
            clock.advance(Duration::from_secs(1));
            seconds += 1;
        }
        pauses.push(seconds);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    condition.mend();
    clock.advance(CALM);
    condition.notice(&failure(ffi::SQLITE_FULL));
    clock.advance(FIRST_PAUSE);
    assert!(!is_shut(&condition));
}

#[test]
fn a_graver_cause_stays() {
    let (clock, condition) = condition();
    for (code, cause) in [
        (ffi::SQLITE_FULL, Cause::DiskFull),
        (ffi::SQLITE_IOERR_WRITE, Cause::InputOutput),
        (ffi::SQLITE_READONLY, Cause::InputOutput),
        (ffi::SQLITE_IOERR_FSYNC, Cause::SyncFailed),
        (ffi::SQLITE_CORRUPT, Cause::Damaged),
        (ffi::SQLITE_FULL, Cause::Damaged),
    ] {
        condition.notice(&failure(code));
        assert_eq!(condition.degraded().unwrap().cause, cause, "{code}");
    }
    clock.advance(LONGEST_PAUSE);
    condition.mend();
    let Gate::Shut(StoreError::Broken(text)) = condition.gate() else {
        panic!("damage does not pass");
    };
    assert_eq!(
        text,
        "the database state.db is read-only: it is damaged (Error code 11: database disk image is malformed); stop orchd, keep a copy of the \
         file and of its -wal, then run 'orchctl restore BACKUP'; the file was not changed"
    );
}

#[test]
fn what_is_nobodys_fault_leaves_it_sound() {
    let (_clock, condition) = condition();
    for code in [
        ffi::SQLITE_BUSY,
        ffi::SQLITE_CONSTRAINT_UNIQUE,
        ffi::SQLITE_INTERRUPT,
        ffi::SQLITE_NOMEM,
        ffi::SQLITE_TOOBIG,
    ] {
        condition.notice(&failure(code));
        assert_eq!(condition.degraded(), None, "{code}");
    }
}

#[test]
fn a_group_of_writes_is_judged_for_what_is_final_alone() {
    let (_clock, condition) = condition();
    condition.notice_final(&failure(ffi::SQLITE_FULL));
    assert_eq!(condition.degraded(), None);
    condition.notice_final(&failure(ffi::SQLITE_NOTADB));
    assert!(condition.is_final());
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_the_pause() {
    struct Back(std::sync::atomic::AtomicI64);
    #[async_trait::async_trait]
    impl Clock for Back {
        fn now(&self) -> Timestamp {
            Timestamp(self.0.load(std::sync::atomic::Ordering::Relaxed))
        }
        async fn sleep_until(&self, _: Timestamp) {}
    }
    let clock = Arc::new(Back(9_000_000.into()));
    let shared: Arc<dyn Clock> = Arc::<Back>::clone(&clock);
    let condition = Condition::new("state.db".as_ref(), Some(shared));
    condition.notice(&failure(ffi::SQLITE_FULL));
    assert!(is_shut(&condition));
    clock.0.store(5_000_000, std::sync::atomic::Ordering::Relaxed);
    assert!(matches!(condition.gate(), Gate::Probe));
}
