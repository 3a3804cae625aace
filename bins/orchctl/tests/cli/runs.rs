//! Runs: listed, shown, read, and checked against what stands in their directories.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;
use pipeline_core::job::JobStatus;
use pipeline_core::port::store::jobs::JobStore;
use pipeline_core::port::store::tasks::{Commit, JobEnd};
use pipeline_core::run::{RunRecord, RunRow};
use pipeline_core::usage::Usage;
use serde_json::{Value, json};
use testkit::sample;

use crate::home::{Home, NOW, task};

const RUN: &str = "7-1-1";

/// A task with a run that ended well, as daemon and runner leave it.
async fn home_with_run() -> Home {
    let home = Home::new();
    let mut commit = sample::insert(task(7));
    commit.at = NOW;
    commit.jobs = vec![sample::job(sample::job_id(7, 1), sample::agent_job())];
    home.commit(commit).await;
    claim(&home).await;
    home.commit(Commit {
        at: NOW,
        job_end: Some(JobEnd {
            job: sample::job_id(7, 1),
            fence: 1,
            status: JobStatus::Done,
        }),
        run: Some(row()),
        ..Default::default()
    })
    .await;
    write(&home, "run.json", &record());
    write(&home, "exit.json", &marker());
    fs::write(
        directory(&home).join("stdout.log"),
        format!("\u{1b}[31mone\u{1b}[0m\ntwo\n{}\n", printed()),
    )
    .unwrap();
    fs::write(directory(&home).join("stderr.log"), "a warning").unwrap();
    home
}

async fn claim(home: &Home) {
    home.store.claim(sample::claim("orchd", NOW)).await.unwrap();
}

fn usage() -> Usage {
    Usage {
        input_tokens: 1_200,
        output_tokens: 345,
        cost_usd: 0.5,
        ..Usage::default()
    }
}

fn row() -> RunRow {
    RunRow {
        started_at: NOW,
        finished_at: Some(NOW),
        outcome: "finished".to_owned(),
        record: RunRecord {
            exit_code: Some(0),
            usage: usage(),
            model: Some("some-model".to_owned()),
            duration_ms: 252_000,
            ..RunRecord::default()
        },
        ..sample::run_row(RUN.parse().unwrap())
    }
}

fn printed() -> Value {
    json!({
        "type": "result", "result": "did it", "model": "some-model", "total_cost_usd": 0.5,
        "usage": {"input_tokens": 1_200, "output_tokens": 345},
    })
}

fn written() -> u64 {
    format!("\u{1b}[31mone\u{1b}[0m\ntwo\n{}\n", printed()).len() as u64
}

fn record() -> Value {
    json!({
        "schema": 1, "run": RUN, "task": 7, "project": "et", "kind": "agent", "work_item": "ET-007",
        "role": "developer", "stage": "development", "fence": 1,
        "queue": {"queued_at": NOW.0, "claimed_at": NOW.0 + 2_000, "waited_ms": 2_000},
        "attempt": 1, "attempts_allowed": 2, "started_at": NOW.0 + 2_000, "provider": "command",
        "argv": ["agent", "--token", "***"], "versions": {"orchd": "0.1.0"},
        "limits": "wall 3600 s, TERM + 20 s, stall 900 s warn / 1800 s kill, output 64 MiB each, line 64 KiB",
        "resources_before": {"source": "none", "note": "nothing was read"},
        "end": {
            "ended_at": NOW.0 + 252_000, "harvested_at": NOW.0 + 252_000, "exit_reason": "success", "exit_code": 0,
            "success_detected_at": NOW.0 + 251_500, "marker_detected": true, "marker_wait_s": 0.5,
            "stdout_bytes": written(), "stderr_bytes": 9,
            "resources_after": {"source": "none", "note": "nothing was read"},
            "resources_used": {"source": "cgroup", "cpu_ms": 1_500, "peak_rss_bytes": 3_145_728, "note": ""},
            "usage": usage(), "model": "some-model",
        },
    })
}

fn marker() -> Value {
    json!({
        "exit_code": 0, "signal": null, "reason": "exited", "error": null, "started_at_ms": NOW.0,
        "finished_at_ms": NOW.0 + 252_000, "stdout_bytes": written(), "stderr_bytes": 9, "dropped_bytes": 0,
        "processes_killed": 0,
    })
}

fn directory(home: &Home) -> PathBuf {
    let directory = home.path().join("runs").join(RUN);
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn write(home: &Home, name: &str, content: &Value) {
    fs::write(directory(home).join(name), content.to_string()).unwrap();
}

#[tokio::test]
async fn runs_are_listed_with_what_they_cost_and_take() {
    let home = home_with_run().await;
    let size: u64 = fs::read_dir(directory(&home))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    let (code, value) = home.json(&["runs", "list", "--task", "et-007"]);
    assert_eq!(code, 0);
    assert_eq!(
        value,
        json!({
            "left_out": 0,
            "runs": [{
                "id": RUN, "role": "developer", "stage": "development", "started_at": "2100-01-01T00:00:00Z",
                "duration_ms": 252_000, "usage": usage(), "outcome": "finished", "exit_reason": "success",
                "size": size,
            }],
        })
    );
    let said = home.run(&["runs", "list"]);
    assert!(said.out.contains("7-1-1  developer  development"), "{said:?}");
    let none = home.run(&["runs", "list", "--limit", "0"]);
    assert_eq!(none.out, "there are no runs\n");
}

#[tokio::test]
async fn a_command_and_an_unknown_run_are_listed_by_their_directories() {
    let home = home_with_run().await;
    let mut record = record();
    record["run"] = "7-2-1".into();
    record["kind"] = "command".into();
    record["role"] = Value::Null;
    let directory = home.path().join("runs/7-2-1");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("run.json"), record.to_string()).unwrap();
    let (_, value) = home.json(&["runs", "list"]);
    let roles: Vec<_> = value["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| &run["role"])
        .collect();
    assert_eq!(roles, ["command", "developer"]);
}

#[tokio::test]
async fn a_run_is_shown_whole() {
    let home = home_with_run().await;
    let said = home.run(&["runs", "show", RUN]);
    let place = home.path().display().to_string();
    let text: String = said
        .out
        .replace(&place, "HOME")
        .lines()
        .filter(|line| !line.starts_with("directory:"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_snapshot!(text, @r"
    run:        7-1-1
    outcome:    finished, 4m 12s since 2100-01-01T00:00:00Z
    work:       developer in development of ET-007 (task 7, project et)
    attempt:    1 of 2, claim 1 of the job
    queue:      from 2100-01-01T00:00:00Z to 2100-01-01T00:00:02Z (2s)
    started:    2100-01-01T00:00:02Z
    provider:   command, orchd 0.1.0
    command:    agent --token ***
    limits:     wall 3600 s, TERM + 20 s, stall 900 s warn / 1800 s kill, output 64 MiB each, line 64 KiB
    ended:      2100-01-01T00:04:12Z
    end:        success, exit code 0
    success:    seen 2100-01-01T00:04:11Z; the marker came 0.5 s later
    cost:       1.2k in, 345 out, $0.50, some-model; processor 1500 ms, memory 3.0 MiB (exact)
    output:     stdout 145 B, stderr 9 B
    ");
    let (code, value) = home.json(&["runs", "show", RUN]);
    assert_eq!((code, &value["disagreements"]), (0, &json!([])));
    assert_eq!(value["files"]["record"]["end"]["exit_reason"], "success");
    assert_eq!(value["files"]["exit"]["reason"], "exited");
    assert_eq!(value["row"]["outcome"], "finished");
}

#[tokio::test]
async fn a_record_of_a_later_version_is_shown_with_a_note() {
    let home = home_with_run().await;
    let mut newer = record();
    newer["schema"] = 2.into();
    newer["end"]["exit_reason"] = "bored".into();
    write(&home, "run.json", &newer);
    let said = home.run(&["runs", "show", RUN]);
    assert!(said.out.contains("the record is of version 2"), "{said:?}");
    let (code, value) = home.json(&["runs", "show", RUN]);
    assert_eq!((code, &value["files"]["record"]), (0, &newer));
    let said = home.run(&["runs", "verify", RUN]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out.contains("7-1-1: note: the record is of version 2"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_log_is_printed_without_what_a_terminal_would_obey() {
    let home = home_with_run().await;
    let said = home.run(&["runs", "log", RUN]);
    assert_eq!(said.out, format!("one\ntwo\n{}\n", printed()));
    assert_eq!(home.run(&["runs", "log", RUN, "--stderr"]).out, "a warning\n");
    assert_eq!(
        home.run(&["runs", "log", RUN, "--tail", "1"]).out,
        format!("{}\n", printed())
    );
    // Its runner is dead: there is nothing to wait for.
    assert_eq!(
        home.run(&["runs", "log", RUN, "--follow", "--stderr"]).out,
        "a warning\n"
    );
    let (_, value) = home.json(&["runs", "log", RUN, "--stderr"]);
    assert_eq!(
        value,
        json!({"run": RUN, "file": "stderr.log", "text": "a warning"})
    );
}

#[tokio::test]
async fn a_log_is_followed_until_the_runner_is_gone() {
    let home = home_with_run().await;
    let path = directory(&home).join("lock");
    let lock = fs::File::create(&path).unwrap();
    lock.lock().unwrap();
    let program = home.start(&["runs", "log", RUN, "--follow", "--stderr"]);
    fs::write(directory(&home).join("stderr.log"), "a warning\nand another").unwrap();
    lock.unlock().unwrap();
    assert_eq!(program.await.unwrap().out, "a warning\nand another\n");
}

#[tokio::test]
async fn what_agrees_is_said_and_what_disagrees_is_named() {
    let home = home_with_run().await;
    let said = home.run(&["runs", "verify", RUN]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "1 run checked: everything agrees\n")
    );
    fs::write(directory(&home).join("stderr.log"), "a").unwrap();
    fs::create_dir_all(home.path().join("runs/9-1-1")).unwrap();
    fs::create_dir_all(home.path().join("runs/old")).unwrap();
    let mut changed = record();
    changed["end"]["exit_code"] = 3.into();
    write(&home, "run.json", &changed);
    let said = home.run(&["runs", "verify", "--all"]);
    assert_eq!(said.code, 1);
    assert_snapshot!(said.out, @r"
    7-1-1: stderr.log holds 1 bytes, exit.json says 9 [output]
    7-1-1: exit code: the record says 3, exit.json 0 [exit_code]
    7-1-1: exit code: the record says 3, the database 0 [exit_code]
    9-1-1: the database has no job 9-1, and its run has a directory [existence]
    9-1-1: the directory has no run.json [record]
    old: the folder of runs has something of this name, which is that of no run [existence]
    2 runs checked: 6 disagreements
    ");
    let (code, value) = home.json(&["runs", "verify", "--all"]);
    assert_eq!((code, &value["checked"]), (1, &json!(2)));
    assert_eq!(value["disagreements"][0]["about"], "output");
}

#[tokio::test]
async fn a_run_that_nobody_knows_is_said_to_be_unknown() {
    let home = home_with_run().await;
    for arguments in [
        ["runs", "show", "8-1-1"],
        ["runs", "log", "seven"],
        ["runs", "verify", "8-1-1"],
    ] {
        let said = home.run(&arguments);
        assert_eq!(said.code, 3, "{said:?}");
        assert!(said.err.contains("there is no run '"), "{said:?}");
    }
    fs::remove_file(directory(&home).join("stderr.log")).unwrap();
    let said = home.run(&["runs", "log", RUN, "--stderr"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("run 7-1-1 has no stderr.log"), "{said:?}");
}

#[tokio::test]
async fn why_says_how_a_run_under_way_stands_and_that_it_stalls() {
    let home = Home::new();
    let mut commit = sample::insert(task(7));
    commit.at = NOW;
    commit.jobs = vec![sample::job(sample::job_id(7, 1), sample::agent_job())];
    home.commit(commit).await;
    claim(&home).await;
    let mut progress = json!({"stdout_bytes": 1_000, "stderr_bytes": 536, "last_output_at_ms": NOW.0,
        "processes": 2, "cpu_ms": 12_000, "quiet_ms": 960_000, "stall_ms": 900_000});
    write(&home, "progress.json", &progress);
    let why = home.run(&["why", "7"]).out;
    let stands = "attempt 1; 1.5 KiB of output, the last 0s ago; 12s of processor time; 2 processes";
    assert!(why.contains(stands), "{why}");
    progress["stalled_since_ms"] = NOW.0.into();
    write(&home, "progress.json", &progress);
    let why = home.run(&["why", "7"]).out;
    let stalls = "attempt 1; stalled: no output, no processor time and no changed file for 16m 00s; it is stopped after 30m 00s";
    assert!(why.contains(stalls), "{why}");
    let (_, value) = home.json(&["why", "7"]);
    assert_eq!(value["jobs"][0]["progress"]["stall"]["quiet_ms"], 960_000);
}
