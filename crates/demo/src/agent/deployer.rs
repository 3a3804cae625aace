//! The deployer: tries the change out where it stands and logs what came of it. The demo has no servers, and says so.

use super::change;
use super::desk::Desk;
use super::error::AgentError;
use crate::scenario::Scenario;

/// What is written, and under which key the outcome stands.
struct Log {
    file: &'static str,
    key: &'static str,
    title: &'static str,
}

pub(super) fn work(desk: &Desk<'_>) -> Result<String, AgentError> {
    let log = log_of(desk)?;
    let command = change::of(desk)?.smoke_command();
    let trial = desk.run(&command)?;
    let scripted_failure = desk.assignment.scenario == Scenario::DeployFailed && log.key == "deploy_status";
    let reason = if !trial.passed {
        Some("the smoke test failed")
    } else if scripted_failure {
        Some(
            "the service did not answer its health check after the switch (scenario deploy-failed); switched back",
        )
    } else {
        None
    };
    let status = if reason.is_some() { "FAILED" } else { "SUCCESS" };
    desk.say(&format!("{}: {status}", log.key));
    desk.write_document(log.file, &text(desk, &log, reason, &trial.output))?;
    Ok(format!("{}: {status}", log.key))
}

fn log_of(desk: &Desk<'_>) -> Result<Log, AgentError> {
    match desk.assignment.stage.as_str() {
        "deploy-staging" => Ok(Log {
            file: "15-staging-log.md",
            key: "staging_status",
            title: "Staging log",
        }),
        "deploy" => Ok(Log {
            file: "14-deploy-log.md",
            key: "deploy_status",
            title: "Deploy log",
        }),
        other => Err(AgentError::UnknownStage(other.to_owned())),
    }
}

fn text(desk: &Desk<'_>, log: &Log, reason: Option<&str>, output: &str) -> String {
    let work_item = &desk.assignment.work_item;
    let status = match reason {
        Some(reason) => format!("{}: FAILED\nreason: {}", log.key, serde_json::Value::from(reason)),
        None => format!("{}: SUCCESS", log.key),
    };
    let outcome = reason.map_or_else(String::new, |reason| format!("\nFailed: {reason}.\n"));
    format!(
        "---\nwork_item: {work_item}\n{status}\n---\n\n# {} {work_item}\n\nThe demo has no servers: the checkout at this \
         commit stands for the environment, and the smoke test\nran in it.\n{outcome}\n## Smoke test\n\n```\n{}```\n",
        log.title,
        output.replace("```", "'''")
    )
}
