//! What is started, how often, and what is refused.

use std::fs;

use agent_process::{AgentCommand, ProcessRunner};
use pipeline_core::id::{AccountId, ProjectId};
use pipeline_core::port::PortError;
use pipeline_core::port::runner::{RunStatus, Runner};

use crate::bench::{Bench, DONE, end_of, id};

#[tokio::test]
async fn an_agent_reads_its_prompt_and_its_brief_and_works_in_the_checkout() {
    let bench = Bench::new();
    let script = format!("cat > brief; echo $ORCHD_ROLE $ORCHD_RUN_ID > who; {DONE}");
    let end = end_of(&bench.runner(&script), &bench.agent("7-3-1")).await;
    assert_eq!(end.failure, None);
    assert_eq!(bench.text("brief"), "You are the developer.\n\nBuild it.\n");
    assert_eq!(bench.text("who"), "developer 7-3-1\n");
}

#[tokio::test]
async fn a_program_is_given_its_arguments_untouched() {
    let bench = Bench::new();
    let argv = ["printf", "%s|", "a b", "$HOME", "{\"type\":\"result\"}"];
    let agent = AgentCommand::program(argv.map(str::to_owned).to_vec());
    let runner = ProcessRunner::new(bench.settings(agent));
    let end = end_of(&runner, &bench.agent("1-1-1")).await;
    assert_eq!(end.log_tail, "a b|$HOME|{\"type\":\"result\"}|");
}

#[tokio::test]
async fn a_second_start_of_a_run_does_not_start_it_twice() {
    let bench = Bench::new();
    bench.fifo("go");
    let runner = bench.runner(&format!("echo started >> starts; read word < go; {DONE}"));
    let spec = bench.agent("1-1-1");
    runner.start(&spec).await.unwrap();
    runner.start(&spec).await.unwrap();
    fs::write(bench.path("go"), "on\n").unwrap();
    runner.wait(&spec.run).await.unwrap();
    runner.start(&spec).await.unwrap();
    assert_eq!(bench.text("starts"), "started\n");
}

#[tokio::test]
async fn a_start_that_died_before_the_launch_is_made_again() {
    let bench = Bench::new();
    let spec = bench.agent("1-1-1");
    fs::create_dir_all(bench.run_dir("1-1-1")).unwrap();
    fs::write(bench.run_dir("1-1-1").join(".work.json.new"), "{\"kin").unwrap();
    assert_eq!(end_of(&bench.runner(DONE), &spec).await.failure, None);
}

#[tokio::test]
async fn what_the_settings_do_not_allow_is_refused_for_good_and_leaves_nothing() {
    let bench = Bench::new();
    for argv in [&["no-such-agent"][..], &["/nowhere/agent"], &["./agent"], &[]] {
        let agent = AgentCommand::program(argv.iter().map(|&word| word.to_owned()).collect());
        let runner = ProcessRunner::new(bench.settings(agent));
        let refused = runner.start(&bench.agent("1-1-1")).await;
        assert!(
            matches!(refused, Err(PortError::Permanent(_))),
            "{argv:?}: {refused:?}"
        );
    }
    let mut stranger = bench.agent("1-1-1");
    stranger.project = ProjectId::new("other");
    let refused = bench.runner(DONE).start(&stranger).await;
    assert!(matches!(refused, Err(PortError::Permanent(_))), "{refused:?}");
    assert!(!bench.run_dir("1-1-1").exists());
}

#[tokio::test]
async fn a_checkout_that_is_gone_may_come_back() {
    let bench = Bench::new();
    fs::remove_dir(bench.path("")).unwrap();
    let runner = bench.runner(DONE);
    let spec = bench.agent("1-1-1");
    let refused = runner.start(&spec).await;
    assert!(matches!(refused, Err(PortError::Retry { .. })), "{refused:?}");
    fs::create_dir(bench.path("")).unwrap();
    assert_eq!(end_of(&runner, &spec).await.failure, None);
}

#[tokio::test]
async fn a_runner_program_that_is_missing_is_a_wrong_setting() {
    let bench = Bench::new();
    let mut settings = bench.settings(AgentCommand::shell(DONE));
    settings.runner_exe = "/nowhere/orchd".into();
    let runner = ProcessRunner::new(settings);
    let refused = runner.start(&bench.agent("1-1-1")).await;
    assert!(matches!(refused, Err(PortError::Permanent(_))), "{refused:?}");
    // Not `status`: a child that another test forks at this moment holds a copy of the lock until its exec.
    assert_eq!(runner.wait(&id("1-1-1")).await, Ok(RunStatus::NeverBegan));
}

#[tokio::test]
async fn check_names_every_program_that_is_missing() {
    let bench = Bench::new();
    let mut settings = bench.settings(AgentCommand::shell("no-such-agent --flag"));
    let found = ProcessRunner::new(settings.clone()).check().await;
    assert_eq!(found, Ok(()), "a shell line is the shell's business");
    let mut broken = settings.projects.values().next().unwrap().clone();
    let missing = AgentCommand::program(vec!["no-such-agent".to_owned()]);
    broken.agents = [(
        AccountId::shared("command"),
        agent_process::Provider::Command(missing),
    )]
    .into();
    settings.projects.insert(ProjectId::new("ab"), broken);
    settings.runner_exe = "/nowhere/orchd".into();
    let text = ProcessRunner::new(settings)
        .check()
        .await
        .unwrap_err()
        .to_string();
    let (found, _) = text.split_once(" (looked for in ").unwrap();
    assert_eq!(
        found,
        "program /nowhere/orchd was not found; project 'ab': agent program \"no-such-agent\" was not found"
    );
    assert!(text.ends_with("); install it or correct its path"), "{text}");
}
