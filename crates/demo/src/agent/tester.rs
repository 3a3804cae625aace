//! The tester: runs the tests of the change and reports what they said.

use std::fmt::Write;

use super::change;
use super::desk::{CommandResult, Desk};
use super::error::AgentError;

/// Longer output is cut at the front; what failed stands in the table.
const MOST_LINES: usize = 200;

pub(super) fn work(desk: &Desk<'_>) -> Result<String, AgentError> {
    let command = change::of(desk)?.test_command();
    let result = desk.run(&command)?;
    let verdict = if result.passed { "PASS" } else { "FAILED" };
    desk.say(&format!("result: {verdict}"));
    desk.write_document("13-test-report.md", &report(desk, &command, verdict, &result))?;
    Ok(format!("{verdict}: {command}"))
}

fn report(desk: &Desk<'_>, command: &str, verdict: &str, result: &CommandResult) -> String {
    let work_item = &desk.assignment.work_item;
    let cases: Vec<(&str, &str)> = result.output.lines().filter_map(test_case).collect();
    let failed = cases.iter().filter(|(_, outcome)| *outcome == "FAIL").count();
    let mut text = format!(
        "---\ntype: test-report\nwork_item: {work_item}\nresult: {verdict}\n---\n\n# Test report {work_item}\n\n\
         Command: `{command}`\n\n| Test | Outcome |\n|---|---|\n"
    );
    for (name, outcome) in &cases {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {} | {outcome} |", name.replace('|', "\\|"));
    }
    let _ = write!(
        text,
        "\n{} tests, {} passed, {failed} failed.\n\n## Output\n\n```\n{}```\n",
        cases.len(),
        cases.len() - failed,
        last_lines(&result.output)
    );
    text
}

/// `ok - NAME` or `FAIL: NAME`.
fn test_case(line: &str) -> Option<(&str, &str)> {
    let passed = line.strip_prefix("ok - ").map(|name| (name, "PASS"));
    passed.or_else(|| line.strip_prefix("FAIL: ").map(|name| (name, "FAIL")))
}

/// Without anything that could end the fence around it.
fn last_lines(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let from = lines.len().saturating_sub(MOST_LINES);
    lines
        .iter()
        .skip(from)
        .map(|line| line.replace("```", "'''") + "\n")
        .collect()
}
