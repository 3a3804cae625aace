//! What is shown, as text and as JSON.

use insta::assert_snapshot;
use pipeline_core::stage::StageName;
use pipeline_core::task::{Ask, Resume, Task, TaskState, Wait};
use serde_json::json;
use testkit::sample;

use crate::busy::busy;
use crate::home::{Home, task};

fn blocked(id: i64) -> Task {
    Task {
        state: TaskState::Blocked {
            reason: "CI is red\nfor the third time".to_owned(),
            resume: Resume::Role,
        },
        stage: StageName::new("development"),
        ..task(id)
    }
}

#[tokio::test]
async fn status_lists_what_every_open_task_waits_for() {
    let home = Home::new();
    home.insert(task(1)).await;
    home.insert(Task {
        title: "Schön\u{1b}[31m red".to_owned(),
        ..blocked(2)
    })
    .await;
    home.insert(Task {
        state: TaskState::Done,
        ..task(3)
    })
    .await;
    let said = home.run(&["status"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_snapshot!(said.out, @r"
    ID  WORK ITEM  TITLE           STAGE        STATE     SINCE  WAITS FOR
    1   ET-001     Add a greeting  analysis     starting  now    its branch and first commit are being made
    2   ET-002     Schön red       development  blocked   now    CI is red for the third time

    The daemon is not running: nothing moves until orchd is started.
    ");
    let all = home.run(&["status", "--all"]);
    assert!(all.out.contains("ET-003"), "{all:?}");
}

#[tokio::test]
async fn status_of_an_empty_installation_says_what_to_do() {
    let home = Home::new();
    let _lock = home.lock();
    assert_snapshot!(home.run(&["status"]).out, @r"
    No task is open. Move an issue to In Progress on the board to start one.
    'orchctl status --all' lists finished ones.
    ");
}

#[tokio::test]
async fn status_as_json_has_the_fields_of_the_api() {
    let home = Home::new();
    home.insert(blocked(2)).await;
    let (code, value) = home.json(&["status"]);
    assert_eq!(code, 0);
    assert_eq!(
        value,
        json!({
            "daemon": {"running": false, "pid": null},
            "held_back": [],
            "tasks": [{
                "id": 2,
                "project": "et",
                "work_item": "ET-002",
                "title": "Add a greeting",
                "stage": "development",
                "state": "blocked",
                "since": "2100-01-01T00:00:00Z",
                "waits_for": "CI is red\nfor the third time",
                "ended_by": "a human: In Progress on the board or orchctl restart; then development runs again",
            }],
        })
    );
}

#[tokio::test]
async fn why_names_everything_that_is_under_way() {
    let home = busy().await;
    assert_snapshot!(home.run(&["why", "et-007"]).out, @r"
    ET-007 (task 7): Add a greeting
    working at development since 2100-01-01T00:00:00Z (now)
    waits for:  the role of development works (job 7-1)
    ended by:   the end of the run
    under way:  job 7-1 developer, queued
                job 7-2 gather, running, attempt 1
                effect 7-e1 alert to the chat, pending, tried once, last answer: 503 from chat
                timer ci_poll
                order 1 restart by ann, waiting
    The daemon is not running: nothing moves until orchd is started.
    ");
    let (_, value) = home.json(&["why", "7"]);
    assert_eq!(value["waits_for"], "the role of development works (job 7-1)");
    assert_eq!(value["timers"], json!(["ci_poll"]));
    assert_eq!(value["jobs"][1]["id"], "7-2");
    assert_eq!(value["effects"][0]["error"], "503 from chat");
    assert_eq!(value["orders"][0]["outcome"], "waiting");
}

#[tokio::test]
async fn why_has_an_answer_for_every_state() {
    let home = Home::new();
    let states = [
        TaskState::Starting,
        TaskState::Working {
            job: sample::job_id(1, 1),
        },
        TaskState::Publishing {
            run: sample::run_id(1, 1, 1),
        },
        TaskState::Gathering {
            job: sample::job_id(1, 1),
        },
        TaskState::Waiting(Wait::Human(Ask::Documents { docs_tree: None })),
        TaskState::Waiting(Wait::Human(Ask::ForeignHead {
            head: sample::sha('c'),
        })),
        blocked(1).state,
        TaskState::Waiting(Wait::Answers),
        TaskState::Waiting(Wait::Ci),
        TaskState::Waiting(Wait::Dependency),
        TaskState::Merging {
            head: sample::sha('b'),
        },
        TaskState::Done,
        TaskState::Cancelled,
    ];
    for (id, state) in (1..).zip(states) {
        home.insert(Task { state, ..task(id) }).await;
        let said = home.run(&["why", &id.to_string()]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(
            said.out.contains("\nwaits for:  ") && said.out.contains("\nended by:   "),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn task_show_shows_the_whole_task() {
    let home = busy().await;
    let text = home.run(&["task", "show", "ET-007"]).out;
    let pipeline = sample::task(7).pipeline.to_string();
    assert_snapshot!(text.replace(&pipeline, "DIGEST"), @r"
    ET-007: Add a greeting
      task          7 (project et, issue issue-7)
      stage         development since 2026-01-01T00:00:00Z
      state         working since 2100-01-01T00:00:00Z (now)
      waits for     the role of development works (job 7-1)
      ended by      the end of the run
      branch        feature/ET-007-add-a-greeting
      head          aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      pull request  #3
      started       2026-01-01T00:00:00Z
      cost          $0.50 (1.2k in, 345 out)
      counters      bounces (review) 1
      timers        ci_poll
      pipeline      DIGEST
      description   The program shall greet the person by name.

    Bounces
    WHEN                  FROM    CAUSE   FINDINGS  REASON
    2026-01-01T00:01:00Z  review  review  1         REQUEST_CHANGES

    Stages
    STAGE        RUNS  DURATION  TOKENS            COST   MODEL
    development  1     4m 12s    1.2k in, 345 out  $0.50  demo

    Runs
    RUN    STAGE        ROLE       STARTED               DURATION  TOKENS            COST   OUTCOME
    7-1-1  development  developer  2026-01-01T00:00:00Z  4m 12s    1.2k in, 345 out  $0.50  finished

    Jobs
    JOB  WORK       PROJECT  STATUS   ATTEMPTS  CREATED
    7-1  developer  et       queued   0         now
    7-2  gather     et       running  1         now

    Open effects
    EFFECT  WHAT   SYSTEM  NEED  STATUS   TRIES  LAST ANSWER
    7-e1    alert  chat    tell  pending  1      503 from chat

    Orders
    ORDER  WHEN                  BY   WHAT     REASON        ANSWER
    1      2026-01-01T00:05:00Z  ann  restart  CI is mended  waiting

    Event log
    WHEN                  EVENT        NOTE
    2026-01-01T00:00:00Z  timer_fired  revision 1

    The daemon is not running: nothing moves until orchd is started.
    ");
}

#[tokio::test]
async fn task_show_as_json_holds_the_audit_and_the_costs() {
    let home = busy().await;
    let (code, value) = home.json(&["task", "show", "7"]);
    assert_eq!(code, 0);
    assert_eq!(value["pull_request"], 3);
    assert_eq!(value["runs"][0]["usage"]["output_tokens"], 345);
    assert_eq!(value["stages"][0]["duration_ms"], 252_000);
    assert_eq!(value["bounces"][0]["findings"], json!(["P1: no test"]));
    assert_eq!(
        value["orders"][0],
        json!({
            "id": 1, "at": "2026-01-01T00:05:00Z", "by": "ann", "order": "restart",
            "reason": "CI is mended", "outcome": "waiting", "message": null,
        })
    );
}

#[tokio::test]
async fn task_show_cuts_the_log_unless_asked() {
    let home = Home::new();
    let mut now = task(7);
    home.insert(now.clone()).await;
    for _ in 0..14 {
        home.commit(sample::update(&now, |_| {})).await;
        now.revision += 1;
    }
    let (_, short) = home.json(&["task", "show", "7"]);
    assert_eq!(short["log"].as_array().unwrap().len(), 10);
    assert_eq!(short["log_left_out"], 5);
    assert_eq!(short["log"][9]["note"], "revision 15");
    let (_, whole) = home.json(&["task", "show", "7", "--log"]);
    assert_eq!(whole["log"].as_array().unwrap().len(), 15);
}

#[tokio::test]
async fn queue_shows_counts_and_jobs() {
    let home = busy().await;
    let text = home.run(&["queue"]).out;
    assert!(
        text.starts_with("1 running, 1 queued, 0 done, 0 failed, 0 cancelled\n"),
        "{text}"
    );
    let (code, value) = home.json(&["queue"]);
    assert_eq!(code, 0);
    assert_eq!(
        value["counts"],
        json!({"queued": 1, "running": 1, "done": 0, "failed": 0, "cancelled": 0})
    );
    assert_eq!(value["running"][0]["agent"], "gather");
    assert_eq!(value["queued"][0]["agent"], "developer");
    assert_eq!(value["recent"], json!([]));
}
