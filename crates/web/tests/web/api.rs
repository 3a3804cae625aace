//! Readiness and the JSON API.

use pipeline_core::id::{AccountId, IssueId};
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::port::store::tasks::{Commit, Committed, TaskStore};
use pipeline_core::progress::{Activity, RunProgress, Stall};
use pipeline_core::resilience::{AccountHealth, PreflightReport};
use pipeline_core::stage::StageName;
use pipeline_core::task::{TaskState, Wait};
use serde_json::json;
use testkit::sample;

use crate::support::World;

#[tokio::test]
async fn health_answers_while_the_store_does_not() {
    let world = World::new();
    world.store.faults.outage(true);
    let answer = world.get("/health").await;
    assert_eq!(
        answer.is(200).json(),
        json!({"status": "ok", "service": "orchestrator"})
    );
    assert_eq!(world.store.faults.calls(), 0);
}

#[tokio::test]
async fn ready_lists_what_is_wrong() {
    let world = World::new();
    world.get("/ready").await.is(200);
    world
        .health
        .0
        .lock()
        .unwrap()
        .push("the sweep has not ticked for 6m 00s".to_owned());
    let answer = world.get("/ready").await;
    assert_eq!(
        answer.is(503).json(),
        json!({"status": "not ready", "problems": ["the sweep has not ticked for 6m 00s"], "held_back": []})
    );
}

#[tokio::test]
async fn what_is_held_back_is_told_and_no_problem() {
    let world = World::new();
    let line = "held back: free disk 1.2 GB (data) is below the floor of 2 GB";
    world.health.1.lock().unwrap().push(line.to_owned());
    let answer = world.get("/ready").await;
    assert_eq!(
        answer.is(200).json(),
        json!({"status": "ready", "held_back": [line]})
    );
    assert_eq!(
        world.get("/queue").await.is(200).json()["held_back"],
        json!([line])
    );
}

#[tokio::test]
async fn status_says_of_every_open_task_what_it_waits_for() {
    let world = World::new();
    let mut waiting = sample::task(1);
    waiting.stage = StageName::new("development");
    waiting.state = TaskState::Waiting(Wait::Ci);
    world.add_task(waiting).await;
    let mut over = sample::task(2);
    over.state = TaskState::Done;
    world.add_task(over).await;
    let tasks = world.get("/status").await.is(200).json()["tasks"].clone();
    assert_eq!(tasks.as_array().unwrap().len(), 1);
    let line = &tasks[0];
    assert_eq!(line["id"], 1);
    assert_eq!(line["work_item"], "ET-001");
    assert_eq!(line["title"], "Add a greeting");
    assert_eq!(
        (&line["stage"], &line["state"]),
        (&json!("development"), &json!("waiting-ci"))
    );
    assert_eq!(line["since"], "2026-01-01T00:00:00Z");
    assert!(!line["waits_for"].as_str().unwrap().is_empty());
    assert!(!line["ended_by"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn how_a_run_stands_is_told_and_a_stall_has_its_word() {
    let world = World::new();
    let mut task = sample::task(1);
    let issue = world.board.put("Add a greeting", "It shall greet by name.");
    task.issue = IssueId::new(&issue);
    task.state = TaskState::Working {
        job: sample::job_id(1, 1),
    };
    world.add_task(task).await;
    queue_jobs(&world, 1..=1).await;
    let claim = sample::claim("daemon", sample::START);
    world.store.claim(claim).await.unwrap();
    let seen = |stall| RunProgress {
        at: sample::START,
        last_output_at: Some(sample::START),
        output_bytes: 1_536,
        processes: 2,
        cpu_ms: 12_000,
        rss_bytes: 1,
        stall,
    };
    let page = format!("/board/et/issues/{issue}");
    world.log.1.lock().unwrap().insert("1-1-1".to_owned(), seen(None));
    let line = world.get("/status").await.is(200).json()["tasks"][0].clone();
    assert_eq!(line["stalled"], json!(null));
    assert_eq!(
        (&line["runs"][0]["run"], &line["runs"][0]["cpu_ms"]),
        (&json!("1-1-1"), &json!(12_000))
    );
    let answer = world.get(&page).await;
    answer
        .is(200)
        .shows("1.5 KiB of output")
        .hides("stalled")
        .hides("last tool");
    let activity = Activity {
        last_tool: Some("<Write>".to_owned()),
        ..Activity::default()
    };
    world.log.2.lock().unwrap().insert("1-1-1".to_owned(), activity);
    world.get(&page).await.is(200).shows("last tool &lt;Write&gt;");
    let line = world.get("/status").await.is(200).json()["tasks"][0].clone();
    assert_eq!(line["runs"][0]["activity"]["last_tool"], "<Write>");

    let stall = Stall {
        since: sample::START,
        quiet_ms: 960_000,
        stopped_after_ms: 1_800_000,
    };
    world
        .log
        .1
        .lock()
        .unwrap()
        .insert("1-1-1".to_owned(), seen(Some(stall)));
    let line = world.get("/status").await.is(200).json()["tasks"][0].clone();
    assert_eq!(line["stalled"], stall.sentence());
    world.get(&page).await.is(200).shows(&stall.sentence());
    let badge = "<span class=\"badge stalled\">stalled</span>";
    world.get("/board/et").await.is(200).shows(badge);
}

async fn queue_jobs(world: &World, numbers: std::ops::RangeInclusive<u32>) {
    let jobs = numbers.map(|number| sample::job(sample::job_id(1, number), sample::agent_job()));
    let commit = Commit {
        at: sample::START,
        jobs: jobs.collect(),
        ..Commit::default()
    };
    assert_eq!(world.store.commit(commit).await, Ok(Committed::Yes));
}

#[tokio::test]
async fn the_queue_shows_counts_limits_and_the_ten_newest_jobs() {
    let world = World::new();
    world.add_task(sample::task(1)).await;
    queue_jobs(&world, 1..=12).await;
    world
        .store
        .claim(sample::claim("daemon", sample::START))
        .await
        .unwrap();
    let queue = world.get("/queue").await.is(200).json();
    assert_eq!(
        queue["counts"],
        json!({"queued": 11, "running": 1, "done": 0, "failed": 0, "cancelled": 0})
    );
    assert_eq!(queue["max_concurrency"], 2);
    assert_eq!(queue["poll_interval"], 2.0);
    assert_eq!(
        queue["resilience"],
        json!({"breaker": "closed", "preflight": {"ok": true, "problems": []}, "providers": {}})
    );
    let recent = queue["recent"].as_array().unwrap();
    assert_eq!(recent.len(), 10);
    assert_eq!(
        recent[0],
        json!({"id": "1-12", "agent": "developer", "repo": "example", "status": "queued", "task_content": "Add a greeting"})
    );
}

#[tokio::test]
async fn the_queue_says_how_each_provider_fares() {
    let world = World::new();
    let missing = PreflightReport {
        problems: vec!["log in".to_owned()],
        version: Some("2.1.329".to_owned()),
        ..PreflightReport::default()
    };
    let [claude, codex] = ["claude", "codex"].map(|name| AccountHealth::new(AccountId::shared(name)));
    for account in [claude.after_preflight(missing, sample::START, true).0, codex] {
        let commit = Commit {
            account: Some(account),
            ..Commit::default()
        };
        world.store.commit(commit).await.unwrap();
    }
    let resilience = &world.get("/queue").await.is(200).json()["resilience"];
    assert_eq!(resilience["breaker"], "open");
    assert_eq!(
        resilience["preflight"],
        json!({"ok": false, "problems": ["claude: log in"]})
    );
    assert_eq!(resilience["providers"]["codex"]["breaker"], "closed");
    let claude = &resilience["providers"]["claude"];
    assert_eq!(
        (&claude["breaker"], &claude["reason"]),
        (&json!("out_of_order"), &json!("log in"))
    );
    assert_eq!(claude["preflight"]["version"], "2.1.329");
    assert!(claude["preflight"]["age_seconds"].is_u64(), "{claude}");
}

#[tokio::test]
async fn projects_are_the_running_registry() {
    let world = World::new();
    let answer = world.get("/api/v1/projects").await.is(200).json();
    assert_eq!(answer["staging"], false);
    assert_eq!(answer["projects"][0]["id"], "et");
    assert_eq!(answer["projects"][0]["tracker"], "local");
}

#[tokio::test]
async fn a_job_is_found_by_its_id() {
    let world = World::new();
    queue_jobs(&world, 1..=2).await;
    let all = world.get("/api/v1/jobs").await.is(200).json();
    assert_eq!(all["jobs"].as_array().unwrap().len(), 2);
    let one = world.get("/api/v1/jobs/1-2").await.is(200).json();
    assert_eq!((&one["id"], &one["status"]), (&json!("1-2"), &json!("queued")));
    world
        .get("/api/v1/jobs/1-3")
        .await
        .is(404)
        .shows("there is no job 1-3");
    world.get("/api/v1/jobs/seven").await.is(400).shows("TASK-NUMBER");
}

#[tokio::test]
async fn a_store_that_is_away_is_said_in_json_and_on_pages() {
    let world = World::new();
    world.store.faults.outage(true);
    for path in ["/status", "/queue", "/api/v1/jobs"] {
        assert!(
            world.get(path).await.is(503).json()["error"].is_string(),
            "{path}"
        );
    }
    world
        .get("/board/et")
        .await
        .is(503)
        .shows("Try again in a moment");
}
