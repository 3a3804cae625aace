//! Holds: placed and lifted with who and why, shown wherever somebody asks why nothing begins.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use pipeline_core::admission::{Admission, HeldBack, ProjectAdmission};
use pipeline_core::hold::{Hold, HoldKind, Lifting};
use pipeline_core::id::{AccountId, ProjectId};
use pipeline_core::port::store::admission::AdmissionStore;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::port::store::tasks::{Commit, TaskStore};
use pipeline_core::role::Role;
use pipeline_core::task::TaskState;
use serde_json::{Value, json};
use testkit::sample;

use crate::home::{Home, NOW, task};

async fn standing(home: &Home) -> Vec<Hold> {
    home.store.holds().await.unwrap()
}

/// A home with task 7, its first job queued, and another one whose job runs.
async fn home_with_jobs() -> Home {
    let home = Home::new();
    for id in [7, 8] {
        let mut commit = sample::insert(task(id));
        commit.jobs = vec![sample::job(sample::job_id(id, 1), sample::agent_job())];
        home.commit(commit).await;
        if id == 7 {
            home.store.claim(sample::claim("daemon", NOW)).await.unwrap();
        }
    }
    home
}

/// The daemon has said this.
async fn told(home: &Home, everything: Vec<HeldBack>) {
    let admission = Admission {
        everything,
        projects: BTreeMap::from([(ProjectId::new("et"), ProjectAdmission::default())]),
    };
    home.store.tell_admission(&admission, NOW).await.unwrap();
}

fn without_times(text: &str) -> String {
    let at = |word: &str| word.starts_with("20") && word.contains('T') && word.contains('Z');
    text.split(' ')
        .map(|word| if at(word) { "TIME" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn a_pause_stands_until_it_is_lifted() {
    let home = home_with_jobs().await;
    let _lock = home.lock();
    let said = home.run(&["pause", "--reason", "upgrade of the disk"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_snapshot!(said.out, @r"
    pause of everything by ann: upgrade of the disk: no agent and no command begins until 'orchctl resume'
    goes on: 1 run: 7-1 developer
    ");
    let holds = standing(&home).await;
    assert_eq!((holds.len(), holds[0].said.kind), (1, HoldKind::Pause));

    home.run(&["pause", "--project", "ET"]);
    let said = home.run(&["resume", "--reason", "done"]);
    assert_snapshot!(said.out, @r"
    lifted: pause of everything by ann: upgrade of the disk
    still stands: pause of et by ann
    ");
    assert_snapshot!(home.run(&["resume"]).out, @r"
    nothing was held
    still stands: pause of et by ann
    ");
    let (_, value) = home.json(&["holds"]);
    assert_eq!(value["holds"][1]["lift_reason"], "done");
    assert_eq!(value["holds"][0]["lifted_at"], Value::Null);
}

#[tokio::test]
async fn whoever_asks_is_told_what_is_held_back() {
    let home = home_with_jobs().await;
    let _lock = home.lock();
    let short = HeldBack::Disk {
        place: "data".to_owned(),
        free: 1 << 30,
        floor: 2 << 30,
    };
    told(&home, vec![short, HeldBack::Full { running: 1, limit: 1 }]).await;
    home.run(&["pause", "--by", "bob"]);
    let lines = json!([
        "held back: free disk 1 GB (data) is below the floor of 2 GB",
        "held back: paused by bob since TIME"
    ]);
    for command in ["queue", "status"] {
        let (_, value) = home.json(&[command]);
        let shown = without_times(&value["held_back"].to_string().replace('"', " "));
        assert_eq!(
            shown,
            without_times(&lines.to_string().replace('"', " ")),
            "{command}"
        );
        let text = home.run(&[command]).out;
        assert!(text.contains("\nheld back: paused by bob since"), "{text}");
    }
    let why = home.run(&["why", "8"]).out;
    assert!(
        without_times(&why).contains(
            "job 8-1 developer, queued (free disk 1 GB (data) is below the floor of 2 GB; 1 of 1 runs at once are taken; paused by bob since"
        ),
        "{why}"
    );
    let (_, running) = home.json(&["why", "7"]);
    assert_eq!(running["jobs"][0]["held_back"], json!([]));
}

#[tokio::test]
async fn what_a_daemon_said_that_is_gone_is_not_repeated() {
    let home = home_with_jobs().await;
    told(&home, vec![HeldBack::Full { running: 1, limit: 1 }]).await;
    home.run(&["pause"]);
    let (_, value) = home.json(&["why", "8"]);
    let reasons = value["jobs"][0]["held_back"].as_array().unwrap();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
}

#[tokio::test]
async fn a_role_that_no_provider_takes_is_not_said_to_work() {
    let home = home_with_jobs().await;
    let _lock = home.lock();
    let mut waiting = task(9);
    let job = sample::job_id(9, 1);
    waiting.state = TaskState::Working { job };
    let mut commit = sample::insert(waiting);
    commit.jobs = vec![sample::job(job, sample::agent_job())];
    home.commit(commit).await;
    let why = home.run(&["why", "9"]).out;
    assert!(why.contains("waits for:  the role of"), "{why}");
    let out_of_order = HeldBack::Provider {
        account: AccountId::shared("codex"),
        why: "agent program \"codex\" was not found".to_owned(),
    };
    let of_roles = ProjectAdmission {
        roles: BTreeMap::from([(Role::new(Role::DEVELOPER), vec![out_of_order])]),
        ..ProjectAdmission::default()
    };
    let admission = Admission {
        everything: Vec::new(),
        projects: BTreeMap::from([(ProjectId::new("et"), of_roles)]),
    };
    home.store.tell_admission(&admission, NOW).await.unwrap();
    let why = home.run(&["why", "9"]).out;
    assert!(
        why.contains("waits for:  a provider for the role of ")
            && why.contains(": codex: agent program \"codex\" was not found\n")
            && why.contains(
                "ended by:   what 'orchctl providers' says of it; 'orchctl providers check' looks again now"
            ),
        "{why}"
    );
}

#[tokio::test]
async fn a_project_that_the_daemon_does_not_have_is_refused() {
    let home = home_with_jobs().await;
    told(&home, Vec::new()).await;
    let said = home.run(&["pause", "--project", "shop"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert_eq!(said.err, "error: there is no project 'shop'; the daemon has et\n");
    assert_eq!(standing(&home).await, []);
}

#[tokio::test]
async fn a_drain_tells_what_it_waits_for_and_when_it_is_over() {
    let home = home_with_jobs().await;
    let lock = home.lock();
    let said = home.run(&["drain", "--within", "0"]);
    assert_eq!(said.code, 6, "{said:?}");
    assert_eq!(
        said.out,
        "draining, still under way: 1 run: 7-1 developer; 'orchctl resume' lifts it\n"
    );
    assert_eq!(home.run(&["drain", "--no-wait"]).code, 0);

    let program = home.start(&["drain"]);
    drop(lock);
    let said = program.await.unwrap();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("drained: the daemon has ended") || said.out.contains("nothing to drain"));
    assert_eq!(standing(&home).await[0].said.kind, HoldKind::Drain);
}

#[tokio::test]
async fn a_project_is_drained_when_nothing_of_it_runs() {
    let home = home_with_jobs().await;
    let _lock = home.lock();
    let program = home.start(&["drain", "--project", "et"]);
    while standing(&home).await.is_empty() {
        tokio::task::yield_now().await;
    }
    let end = Commit {
        job_end: Some(pipeline_core::port::store::tasks::JobEnd {
            job: sample::job_id(7, 1),
            fence: 1,
            status: pipeline_core::job::JobStatus::Done,
        }),
        ..Commit::default()
    };
    home.store.commit(end).await.unwrap();
    let said = program.await.unwrap();
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(
        said.out,
        "drained: nothing of et runs, and nothing begins until 'orchctl resume --project et'\n"
    );
}

#[tokio::test]
async fn a_stop_is_for_a_daemon_that_lives() {
    let home = home_with_jobs().await;
    let said = home.run(&["stop"]);
    assert_eq!((said.code, said.out.as_str()), (0, "the daemon is not running\n"));
    assert_eq!(standing(&home).await, []);
    let _lock = home.lock();
    for (arguments, kind) in [
        (&["stop", "--within", "0"][..], HoldKind::Stop),
        (&["stop", "--kill", "--within", "0"], HoldKind::Kill),
    ] {
        let said = home.run(arguments);
        assert_eq!(said.code, 6, "{said:?}");
        let hold = standing(&home).await.remove(0);
        assert_eq!(hold.said.kind, kind);
        let lifting = Lifting {
            by: "orchd".to_owned(),
            reason: String::new(),
            at: NOW,
        };
        home.store.lift(hold.id, lifting).await.unwrap();
    }
}
