//! The pages as a person reads them.

use pipeline_core::id::BranchName;
use pipeline_core::port::board::ChatMessage;
use pipeline_core::port::store::tasks::{Commit, Committed, TaskStore};
use pipeline_core::stage::{Column, StageName};
use pipeline_core::task::{Ask, ResultCommit, Task, TaskState, Wait};
use testkit::sample;

use crate::support::World;

const PAGE: &str = "/board/et/issues/issue-1";

/// A task of `issue-1` that has asked for the approval of its documents.
fn asking() -> Task {
    let mut task = sample::task(1);
    task.state = TaskState::Waiting(Wait::Human(Ask::Documents { docs_tree: None }));
    task.result = Some(ResultCommit {
        run: sample::run_id(1, 1, 1),
        commit: sample::sha('c'),
        written: Vec::new(),
        start: None,
        repair: false,
        stage: None,
        code_tree: None,
        adopted: false,
    });
    task
}

async fn world_with(task: Task) -> World {
    let world = World::new();
    world.board.put("Add a greeting", "Greet the person by name.");
    world.workspace.put("docs/work-items/ET-001/01-brd.md", "# Why\n");
    world
        .workspace
        .put("docs/work-items/ET-001/06-adr/ADR-1.md", "# Decision\n");
    world
        .workspace
        .put("docs/work-items/ET-002/01-brd.md", "another's\n");
    world.add_task(task).await;
    world
}

#[tokio::test]
async fn the_start_page_leads_to_the_only_project_or_lists_them() {
    let mut world = World::new();
    let only = world.get("/").await;
    assert_eq!(only.is(303).header("location"), "/board/et");
    let mut other = sample::project();
    other.id = "op".into();
    other.name = "Other Project".to_owned();
    world.add_remote_project(other);
    world
        .get("/")
        .await
        .is(200)
        .shows("Example Tracker")
        .shows("Other Project")
        .shows("/board/op");
    world.state.projects.clear();
    world.get("/").await.is(200).shows("No project is configured yet");
}

#[tokio::test]
async fn an_empty_board_says_what_to_do_next() {
    let world = World::new();
    let answer = world.get("/board/et").await;
    answer
        .is(200)
        .shows("No issues yet")
        .shows("New issue")
        .shows("Nothing was said yet");
    let unknown = world.get("/board/nope").await;
    unknown
        .is(404)
        .shows("There is no project 'nope'")
        .shows("Go back");
    world.get("/board/et/issues/nope").await.is(404).shows("Go back");
}

#[tokio::test]
async fn the_board_shows_columns_that_hold_issues_and_the_chat() {
    let world = world_with(asking()).await;
    world.board.chat.lock().unwrap().push(ChatMessage {
        text: "ET-001: documents are ready".to_owned(),
        alert: true,
        at: sample::at(60),
    });
    let answer = world.get("/board/et").await;
    answer
        .is(200)
        .shows("<h2>Todo")
        .hides("<h2>Blocked")
        .shows("waiting-human")
        .shows("Waits for: a human")
        .shows("ET-001: documents are ready")
        .shows("1m 00s ago");
}

#[tokio::test]
async fn of_what_is_done_the_board_shows_the_newest_and_says_so() {
    let world = World::new();
    for number in 1..=103 {
        let issue = world.board.put(&format!("<greeting {number}>"), "");
        world.board.finish(&issue, Column::Done, 1_000 - number);
        let mut task = sample::task(number);
        task.issue = issue.as_str().into();
        task.state = TaskState::Done;
        world.add_task(task).await;
    }
    world.board.put("<an open one>", "");
    let answer = world.get("/board/et").await;
    answer
        .is(200)
        .shows("Done <span class=\"count\">103</span>")
        .shows("The 100 newest are shown; 3 older ones are not.")
        .shows("&lt;greeting 1&gt;")
        .shows("&lt;greeting 100&gt;")
        .hides("&lt;greeting 101&gt;")
        .shows("&lt;an open one&gt;")
        .shows("ET-100")
        .hides("ET-101");
}

#[tokio::test]
async fn a_board_elsewhere_shows_open_tasks_and_the_newest_finished_ones() {
    let mut world = World::new();
    let mut other = sample::project();
    other.id = "op".into();
    world.add_remote_project(other);
    for number in 1..=102 {
        let mut task = sample::task(number);
        task.project = "op".into();
        task.title = format!("<greeting {number}>");
        task.since = sample::at(1_000 - number);
        if number < 102 {
            task.state = TaskState::Done;
        }
        world.add_task(task).await;
    }
    let answer = world.get("/board/op").await;
    answer
        .is(200)
        .shows("&lt;greeting 1&gt;")
        .shows("&lt;greeting 100&gt;")
        .hides("&lt;greeting 101&gt;")
        .shows("&lt;greeting 102&gt;")
        .shows("only the 100 newest are looked at here");
}

#[tokio::test]
async fn an_issue_says_what_is_asked_and_shows_the_documents() {
    let world = world_with(asking()).await;
    let answer = world.get(PAGE).await;
    answer
        .is(200)
        .shows("are these documents right?")
        .shows("<button class=\"primary\" formaction=\"/board/et/issues/issue-1/approve\">")
        .shows("/documents/01-brd.md")
        .shows("/documents/06-adr/ADR-1.md")
        .hides("ET-002")
        .shows("Greet the person by name.");
    let document = world.get(&format!("{PAGE}/documents/06-adr/ADR-1.md")).await;
    document
        .is(200)
        .shows("<pre class=\"document\"># Decision")
        .shows(sample::sha('c').as_str());
}

#[tokio::test]
async fn protected_files_that_a_human_must_allow_are_named() {
    let mut task = asking();
    task.state = TaskState::Waiting(Wait::Human(Ask::ProtectedPaths {
        head: sample::sha('d'),
        run: sample::run_id(1, 1, 1),
        paths: vec![".ci/run".to_owned()],
    }));
    let world = world_with(task).await;
    world
        .get(PAGE)
        .await
        .shows("<code>.ci/run</code>")
        .shows(sample::sha('d').as_str());
}

#[tokio::test]
async fn runs_show_what_they_took_and_link_to_their_log() {
    let world = world_with(asking()).await;
    let run = sample::run_id(1, 1, 1);
    let commit = Commit {
        at: sample::START,
        jobs: vec![sample::job(run.job, sample::agent_job())],
        ..Commit::default()
    };
    assert_eq!(world.store.commit(commit).await, Ok(Committed::Yes));
    let mut row = sample::run_row(run);
    row.record.duration_ms = 252_000;
    row.record.usage.output_tokens = 1_234;
    row.record.usage.cost_usd = 7.29;
    let commit = Commit {
        at: sample::START,
        run: Some(row),
        ..Commit::default()
    };
    world.store.commit(commit).await.unwrap();
    let answer = world.get(PAGE).await;
    answer
        .shows("4m 12s")
        .shows("1.2k")
        .shows("$7.29")
        .shows("/runs/1-1-1/log");
}

#[tokio::test]
async fn a_log_is_shown_by_its_end_and_says_where_the_rest_is() {
    let world = world_with(asking()).await;
    world
        .log
        .0
        .lock()
        .unwrap()
        .insert("1-1-1".to_owned(), "compiling\n".to_owned());
    world
        .log
        .0
        .lock()
        .unwrap()
        .insert("1-1-2".to_owned(), String::new());
    let answer = world.get("/runs/1-1-1/log").await;
    answer
        .is(200)
        .shows("compiling")
        .shows("/var/lib/orchd/runs/1-1-1/output.log")
        .shows(PAGE);
    world
        .get("/runs/1-1-2/log")
        .await
        .is(200)
        .shows("has not written anything yet");
    world.get("/runs/1-1-3/log").await.is(404);
    world.get("/runs/x/log").await.is(400).shows("TASK-JOB-ATTEMPT");
}

#[tokio::test]
async fn a_merged_task_says_how_to_get_the_result() {
    let mut task = asking();
    task.state = TaskState::Done;
    task.stage = StageName::new("done");
    task.merged = Some(sample::sha('e'));
    task.pull_request = Some(4);
    let world = world_with(task).await;
    let answer = world.get(PAGE).await;
    answer
        .shows("Pull request #4")
        .shows(sample::sha('e').as_str())
        .shows("git clone /srv/example.git");
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_hides_nothing_else() {
    let world = world_with(asking()).await;
    *world.workspace.down.lock().unwrap() = true;
    world
        .get(PAGE)
        .await
        .is(200)
        .shows("the disk is away")
        .shows("What you can do");
    world.get(&format!("{PAGE}/documents/01-brd.md")).await.is(503);
}

#[tokio::test]
async fn a_live_page_loads_itself_and_takes_no_text() {
    let world = world_with(asking()).await;
    let live = world.get(&format!("{PAGE}?live=1")).await;
    live.shows("http-equiv=\"refresh\"")
        .hides("<textarea")
        .shows("Approve")
        .shows("Stop live");
    world
        .get(PAGE)
        .await
        .hides("http-equiv=\"refresh\"")
        .shows("<textarea")
        .shows("?live=1");
    world
        .get("/board/et?live=1")
        .await
        .shows("http-equiv=\"refresh\"")
        .hides("<textarea");
}

#[tokio::test]
async fn a_project_with_a_tracker_of_its_own_shows_its_tasks() {
    let mut world = World::new();
    let mut other = sample::project();
    other.id = "op".into();
    world.add_remote_project(other);
    world
        .get("/board/op")
        .await
        .is(200)
        .shows("No tasks yet")
        .hides("New issue");
    let mut task = sample::task(1);
    task.project = "op".into();
    task.branch = BranchName::new("feature/op");
    world.add_task(task).await;
    world.get("/board/op").await.shows("Add a greeting");
    let page = world.get("/board/op/issues/issue-1").await;
    page.is(200).shows("feature/op").hides("What you can do");
    world
        .post("/board/op/issues/issue-1/approve", &[])
        .await
        .is(409)
        .shows("plane");
    world.get("/board/op/issues/issue-2").await.is(404);
}
