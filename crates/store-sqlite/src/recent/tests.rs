use pipeline_core::port::store::accounts::AccountStore;
use pipeline_core::port::store::deliveries::DeliveryStore;
use pipeline_core::port::store::tasks::TaskStore;
use pipeline_core::stage::StageName;
use pipeline_core::task::TaskState;
use testkit::sample;

use super::*;
use crate::SqliteStore;
use crate::open::OpenOptions;

fn key(id: i64) -> TaskKey {
    TaskKey::Id(TaskId(id))
}

fn issue(task: &Task) -> TaskKey {
    TaskKey::Issue(task.project.clone(), task.issue.clone())
}

#[test]
fn what_was_committed_last_is_known_under_id_and_issue() {
    let (recent, task) = (Recent::of_the_writer(), sample::task(1));
    recent.ended(&sample::insert(task.clone()), Some(Committed::Yes));
    let next = sample::update(&task, |task| task.stage = StageName::new("review"));
    recent.ended(&next, Some(Committed::Yes));
    for key in [key(1), issue(&task)] {
        let known = recent.task(&key).unwrap();
        assert_eq!((known.stage.as_str(), known.revision), ("review", 2), "{key:?}");
    }
    assert_eq!(recent.task(&TaskKey::WorkItem(task.work_item)), None);
}

#[test]
fn what_is_over_or_uncertain_is_not_kept() {
    let ended = |task: &mut Task| task.state = TaskState::Done;
    for (what, change, outcome) in [
        ("over", Some(ended as fn(&mut Task)), Some(Committed::Yes)),
        ("somebody else was faster", None, Some(Committed::Stale)),
        ("a stale result", None, Some(Committed::Fenced)),
        ("nobody knows whether it was committed", None, None),
    ] {
        let (recent, task) = (Recent::of_the_writer(), sample::task(1));
        recent.ended(&sample::insert(task.clone()), Some(Committed::Yes));
        let next = sample::update(&task, change.unwrap_or(|_| {}));
        recent.ended(&next, outcome);
        assert_eq!(
            (recent.task(&key(1)), recent.task(&issue(&task))),
            (None, None),
            "{what}"
        );
    }
}

#[test]
fn what_would_not_come_back_from_its_file_is_not_kept() {
    let (recent, mut task) = (Recent::of_the_writer(), sample::task(1));
    task.totals.entry(task.stage.clone()).or_default().usage.cost_usd = f64::NAN;
    recent.ended(&sample::insert(task), Some(Committed::Yes));
    assert_eq!(recent.task(&key(1)), None);
}

#[test]
fn keeping_begins_anew_before_it_grows_without_end() {
    let recent = Recent::of_the_writer();
    let many = i64::try_from(MOST).unwrap() + 1;
    for id in 1..=many {
        recent.ended(&sample::insert(sample::task(id)), Some(Committed::Yes));
    }
    assert_eq!(
        (recent.task(&key(1)), recent.task(&key(many)).is_some()),
        (None, true)
    );
}

#[test]
fn accounts_that_were_read_before_one_was_written_are_not_kept() {
    let recent = Recent::of_the_writer();
    let version = recent.accounts().unwrap_err();
    let written = Commit {
        account: Some(AccountHealth::new(pipeline_core::id::AccountId::shared("claude"))),
        ..Commit::default()
    };
    recent.ended(&written, Some(Committed::Yes));
    recent.keep_accounts(&[], version);
    let version = recent.accounts().unwrap_err();
    recent.keep_accounts(&[], version);
    assert_eq!(recent.accounts(), Ok(Vec::new()));
}

#[tokio::test]
async fn a_guest_sees_what_another_process_writes_and_a_writer_that_was_overtaken_reads_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let daemon = SqliteStore::open(&path, &OpenOptions::default()).unwrap();
    let guest = SqliteStore::attach(&path).unwrap();
    let task = sample::task(1);
    assert_eq!(
        daemon.commit(sample::insert(task.clone())).await,
        Ok(Committed::Yes)
    );
    assert_eq!(guest.task(&key(1)).await.unwrap(), Some(task.clone()));

    // Nobody does this beside a daemon; if somebody did, the daemon would find out by its next commit.
    let theirs = sample::update(&task, |task| task.stage = StageName::new("theirs"));
    assert_eq!(guest.commit(theirs).await, Ok(Committed::Yes));
    let ours = sample::update(&task, |task| task.stage = StageName::new("ours"));
    assert_eq!(daemon.commit(ours).await, Ok(Committed::Stale));
    assert_eq!(
        daemon.task(&key(1)).await.unwrap().unwrap().stage.as_str(),
        "theirs"
    );
}

#[tokio::test]
async fn marks_and_accounts_are_as_they_stand_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let daemon = SqliteStore::open(&path, &OpenOptions::default()).unwrap();
    let (project, issue) = (ProjectId::new("et"), IssueId::new("issue-7"));
    let mut mark = ItemMark {
        project: project.clone(),
        issue: issue.clone(),
        handled: (sample::at(0), None),
        written: Vec::new(),
        revision: 0,
    };
    let mut health = AccountHealth::new(pipeline_core::id::AccountId::shared("claude"));
    for round in 1..=3 {
        let commit = Commit {
            mark: Some(mark.clone()),
            account: Some(health.clone()),
            ..Commit::default()
        };
        assert_eq!(daemon.commit(commit).await, Ok(Committed::Yes), "round {round}");
        let guest = SqliteStore::attach(&path).unwrap();
        mark = daemon.mark(&project, &issue).await.unwrap().unwrap();
        assert_eq!(guest.mark(&project, &issue).await.unwrap(), Some(mark.clone()));
        let accounts = daemon.accounts().await.unwrap();
        assert_eq!(guest.accounts().await.unwrap(), accounts);
        assert_eq!(daemon.accounts().await.unwrap(), accounts);
        health = accounts[0].clone();
    }
}
