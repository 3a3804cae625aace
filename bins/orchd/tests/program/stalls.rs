//! An agent that does nothing any more: told while it can still be helped, ended later, and named for what it was.

use serde_json::{Value, json};

use crate::demo_run::json as parsed;
use crate::serving::Serving;

const AGENT: &str = "cat > /dev/null; echo thinking; exec sleep 100";

#[test]
fn a_stalled_run_is_shown_before_it_is_ended_and_named_when_it_is() {
    let settings = json!({"agent_stall_seconds": 4, "agent_kill_grace_seconds": 1});
    let mut serving = Serving::with(AGENT, &settings);
    let issue = serving.issue("Add a greeting");
    let seen = serving.until("the status says so", |this| {
        let task = status(this)["tasks"][0].clone();
        task["stalled"].is_string().then_some(task)
    });
    let sentence = seen["stalled"].as_str().unwrap();
    assert!(
        sentence.starts_with("stalled: no output, no processor time and no changed file for"),
        "{sentence}"
    );
    assert!(sentence.ends_with("it is stopped after 8s"), "{sentence}");
    assert_eq!(seen["runs"][0]["output_bytes"], "thinking\n".len());
    let board = serving.get("/board/shop");
    assert!(
        board.contains("<span class=\"badge stalled\">stalled</span>"),
        "{board}"
    );
    serving.until("the log says so", |this| {
        let said = this.said();
        let mut lines = said.lines();
        lines
            .any(|line| line.contains("WARN") && line.contains("the run is stalled:"))
            .then_some(())
    });

    serving.until_it_stands(&issue, "analysis/blocked");
    for run in serving.runs(&issue) {
        assert!(
            run.outcome
                .starts_with("failed: the agent was stopped: for 8s it printed nothing"),
            "{}",
            run.outcome
        );
    }
    let task = status(&mut serving)["tasks"][0].clone();
    let reason = task["waits_for"].as_str().unwrap();
    assert!(
        reason.contains("for 8s it printed nothing, used no processor time and changed no file"),
        "{reason}"
    );
    assert_eq!((&task["stalled"], &task["runs"]), (&Value::Null, &json!([])));
}

fn status(serving: &mut Serving) -> Value {
    parsed(&serving.get("/status"))
}
