//! Text from outside is text, whatever it says.

use pipeline_core::port::board::ChatMessage;
use pipeline_core::stage::{Cause, StageName};
use pipeline_core::task::{Bounce, ResultCommit, Task, TaskState};
use testkit::sample;

use crate::support::{Answer, World};

const SCRIPT: &str = "\"><script>alert('x')</script></pre></textarea><img src=x onerror=a>";
const PAGE: &str = "/board/et/issues/issue-1";

fn task() -> Task {
    let mut task = sample::task(1);
    task.title = SCRIPT.to_owned();
    task.state = TaskState::Blocked {
        reason: SCRIPT.to_owned(),
        resume: pipeline_core::task::Resume::Role,
    };
    task.bounces = vec![Bounce {
        from: StageName::new("review"),
        cause: Cause::Review,
        reason: SCRIPT.to_owned(),
        findings: Vec::new(),
        fingerprint: None,
        at: sample::START,
    }];
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

async fn hostile_world() -> World {
    let world = World::new();
    world.board.put(SCRIPT, SCRIPT);
    world.board.chat.lock().unwrap().push(ChatMessage {
        text: SCRIPT.to_owned(),
        alert: false,
        at: sample::START,
    });
    world.workspace.put("docs/work-items/ET-001/01-brd.md", SCRIPT);
    world.workspace.put("docs/work-items/ET-001/<script>a", "x");
    world
        .workspace
        .put("docs/work-items/ET-002/secret.md", "another's");
    world
        .log
        .0
        .lock()
        .unwrap()
        .insert("1-1-1".to_owned(), SCRIPT.to_owned());
    world.add_task(task()).await;
    world
        .post(&format!("{PAGE}/reject"), &[("text", SCRIPT), ("by", SCRIPT)])
        .await
        .is(303);
    world
}

#[track_caller]
fn is_harmless(answer: &Answer) {
    answer
        .is(200)
        .hides("<script")
        .hides("<img")
        .hides("onerror=a>")
        .shows("&lt;script&gt;");
}

#[tokio::test]
async fn hostile_text_is_shown_and_never_runs() {
    let world = hostile_world().await;
    for path in [
        "/board/et",
        PAGE,
        &format!("{PAGE}/documents/01-brd.md"),
        "/runs/1-1-1/log",
    ] {
        is_harmless(&world.get(path).await);
    }
    let refused = world
        .post("/board/et/issues/gone/comment", &[("text", SCRIPT)])
        .await;
    refused.is(404).hides("<script").shows("&lt;script&gt;");
    world.get("/board/%3Cscript%3E").await.is(404).hides("<script>");
}

#[tokio::test]
async fn invisible_letters_are_made_visible_before_somebody_approves() {
    let world = World::new();
    world.board.put("pay \u{202E}dlrow", "a\u{200B}b\u{E0041}");
    world
        .get(PAGE)
        .await
        .shows("pay [U+202E]dlrow")
        .shows("a[U+200B]b[U+E0041]");
}

#[tokio::test]
async fn documents_are_only_those_of_the_work_item() {
    let world = hostile_world().await;
    for path in [
        "../ET-002/secret.md",
        "%2e%2e/ET-002/secret.md",
        "..%2fET-002%2fsecret.md",
        "06-adr/../../ET-002/secret.md",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "06-adr/",
        ".",
        "no-such.md",
    ] {
        let answer = world.get(&format!("{PAGE}/documents/{path}")).await;
        answer.is(404).hides("another's");
    }
}
