//! Broken files: what is said, where, and what to do.

use pipeline_core::pipeline::file::{LoadError, parse};

use crate::text;

/// A shipped file with one place changed says exactly this.
fn check(file: &str, (from, to): (&str, &str), expected: &str) {
    let good = text(file);
    assert!(good.contains(from), "{file} has no {from:?}");
    let LoadError { problems } = parse(&good.replacen(from, to, 1)).unwrap_err();
    let told: Vec<String> = problems
        .iter()
        .map(|problem| without_list(&problem.to_string()))
        .collect();
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(told.join("\n"), expected.join("\n"), "{from:?} → {to:?}");
}

/// All known names in a message would be told again and again here.
fn without_list(line: &str) -> String {
    line.split("known: ")
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

pub(crate) fn bug_fix(from: &str, to: &str, expected: &str) {
    check("bug-fix.yaml", (from, to), expected);
}

pub(crate) fn ux(from: &str, to: &str, expected: &str) {
    check("ux.yaml", (from, to), expected);
}

pub(crate) fn built_in(from: &str, to: &str, expected: &str) {
    check("built-in.yaml", (from, to), expected);
}

#[test]
fn what_is_no_yaml_is_told_with_its_place() {
    bug_fix(
        "name: bug-fix\n",
        "name: bug-fix\n  x: [\n",
        r#"
            3:4: this cannot be read as YAML: mapping values are not allowed in this context; mend it; the rest of the file is looked at after that
        "#,
    );
    bug_fix(
        "name: bug-fix\n",
        "name: bug-fix\nname: again\n",
        r#"
            3:1: name: the key stands here twice, first in line 2; take one of them out
        "#,
    );
}

#[test]
fn names_at_the_head_of_the_file() {
    bug_fix(
        "name: bug-fix\n",
        "",
        r#"
            1:1: name: the pipeline has no name; add `name: …` at the head of the file
        "#,
    );
    bug_fix(
        "merge_before: deploy",
        "merge_befor: deploy",
        r#"
            4:1: merge_befor: there is no key 'merge_befor' here; did you mean 'merge_before'?
        "#,
    );
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    bug_fix(
        "column: Review",
        "colum: Review",
        r#"
            27:5: stages[2].colum: there is no key 'colum' here; did you mean 'column'?
        "#,
    );
}

#[test]
fn columns_are_those_of_the_board_that_mean_work() {
    bug_fix(
        "column: Review",
        "column: Reveiw",
        r#"
            27:13: stages[2].column: there is no column 'Reveiw'; did you mean 'Review'?
        "#,
    );
    bug_fix(
        "column: Review",
        "column: Approved",
        r#"
            27:13: stages[2].column: column 'Approved' is an order or a state, not work; write In Progress, Architecture, Development, Review or Testing; Done for the last stage
        "#,
    );
    bug_fix(
        "column: Review",
        "column: [Review]",
        r#"
            27:5: stages[2].column: found a list, expected a text; write one text on one line, in quotes if YAML takes it for something else
        "#,
    );
}

#[test]
fn gates_are_those_of_the_registry_and_stand_once() {
    bug_fix(
        "[check_reviewer_verdict]",
        "[check_reviewer_verdit]",
        r#"
            28:13: stages[2].gates[0]: there is no gate 'check_reviewer_verdit'; did you mean 'check_reviewer_verdict'?
        "#,
    );
    bug_fix(
        "[check_ci_green]",
        "[check_ci_green, check_ci_green]",
        r#"
            20:29: stages[1].gates[1]: gate check_ci_green stands here twice; take one of them out
        "#,
    );
    ux(
        "[check_analysis_complete, check_analysis_approved]",
        "[check_analysis_approved, check_analysis_complete]",
        r#"
            23:13: stages[1].gates[0]: gate check_analysis_approved asks a human before the later gates have looked; make it the last gate of the stage
        "#,
    );
}

#[test]
fn roles_are_known_and_work() {
    bug_fix(
        "role: reviewer",
        "role: reviwer",
        r#"
            26:11: stages[2].role: there is no role 'reviwer'; did you mean 'reviewer'?
        "#,
    );
    bug_fix(
        "role: reviewer",
        "role: stream",
        r#"
            26:11: stages[2].role: there is no role 'stream';
        "#,
    );
    ux(
        "roles: [ux, security]",
        "roles: [ux, security, painter, A b]",
        r#"
            3:23: roles[2]: role 'painter' works in no stage; give it a stage, or take it out of the list
            3:32: roles[3]: 'A b' is no name of a role; write up to 40 lower-case letters, digits and '-', beginning with a letter
        "#,
    );
}

#[test]
fn a_route_names_a_cause_a_stage_or_a_human() {
    bug_fix(
        "cause: review",
        "cause: revue",
        r#"
            29:42: stages[2].on_fail.cause: there is no cause 'revue'; did you mean 'review'?
        "#,
    );
    bug_fix(
        "{stage: development, cause: review}",
        "{cause: review}",
        r#"
            29:5: stages[2].on_fail.stage: the route names no stage; write `repair`, `{stage: …, cause: …}`, or `{stage: …, block: true}`
        "#,
    );
    bug_fix(
        "{stage: development, cause: review}",
        "never",
        r#"
            29:14: stages[2].on_fail: there is no route 'never'; write `repair`, `{stage: …, cause: …}`, or `{stage: …, block: true}`
        "#,
    );
    bug_fix(
        "{stage: development, cause: review}",
        "{stage: development, cause: review, block: true}",
        r#"
            29:42: stages[2].on_fail.cause: a human says go on this route: nothing is counted; leave `cause` out, or `block`
        "#,
    );
    bug_fix(
        "    on_fail: {stage: development, cause: review}\n",
        "",
        r#"
            25:5: stages[2].on_fail: gate check_reviewer_verdict can fail, and 'review' has no route for that; add `on_fail: {stage: …, cause: …}`, `{stage: …, block: true}` or `repair`
        "#,
    );
    bug_fix(
        "[check_ci_green]\n    on_fail: {stage: development, cause: ci}",
        "[check_ci_green, check_architecture_done]\n    on_fail: {stage: development}\n",
        r#"
            20:29: stages[1].gates[1]: gate check_architecture_done wants 06-adr/ADR-0001.md, which developer may not write; add it to `may_write` of the stage
            21:5: stages[1].on_fail.cause: the route does not say what its bounces count as; add `cause: ci`, review, tests, conflict, or the name of a gate
        "#,
    );
}

#[test]
fn a_route_leads_back_to_somebody_who_works() {
    bug_fix(
        "{stage: development, cause: review}",
        "{stage: develpment, cause: review}",
        r#"
            29:22: stages[2].on_fail.stage: there is no stage 'develpment'; did you mean 'development'?
        "#,
    );
    bug_fix(
        "{stage: development, cause: review}",
        "{stage: created, cause: review}",
        r#"
            29:22: stages[2].on_fail.stage: nobody works in 'created';
        "#,
    );
    bug_fix(
        "{stage: development, cause: review}",
        "{stage: testing, cause: review}",
        r#"
            29:22: stages[2].on_fail.stage: the route leads forward, from 'review' to 'testing'; name the stage itself or one before it: development, review
        "#,
    );
}

#[test]
fn stages_have_names_of_their_own() {
    bug_fix(
        "name: review",
        "name: development",
        r#"
            25:11: stages[2].name: the pass path comes back to stage 'development', which stages[1] is already; give one of them another name
        "#,
    );
    bug_fix(
        "name: review",
        "name: Code Review",
        r#"
            25:11: stages[2].name: 'Code Review' is no name of a stage; write up to 40 lower-case letters, digits and '-', beginning with a letter
        "#,
    );
}

#[test]
fn somebody_works_in_every_stage_but_the_ends() {
    bug_fix(
        "    role: reviewer\n",
        "",
        r#"
            25:11: stages[2].name: nobody works in 'review', so a task ends there and 'testing' is unreachable; give it a `role`, or make it the last stage
            27:5: stages[2].gates: nobody works in 'review', so its gates are never asked; give it a `role`, or take the gates out
        "#,
    );
    bug_fix(
        "    column: Todo\n",
        "    role: tester\n",
        r#"
            15:11: stages[0].role: somebody works in 'created', the first stage; put a stage without a role before it, such as `- name: created`
        "#,
    );
    bug_fix(
        "  - name: done\n    column: Done\n",
        "",
        r#"
            40:11: stages[4].role: somebody works in 'deploy', the last stage; put a stage without a role after it, such as `- name: done`
        "#,
    );
}

#[test]
fn everything_is_told_at_once() {
    let bad = text("bug-fix.yaml")
        .replace("role: tester", "role: testr")
        .replace("column: Review", "column: Rewiev")
        .replace("[check_deploy_status]", "[check_deploi_status]")
        .replace("  attempts: 2\n", "");
    let problems = parse(&bad).unwrap_err().problems;
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "limits.attempts",
            "stages[2].column",
            "stages[3].role",
            "stages[4].gates[0]"
        ]
    );
}

#[test]
fn hostile_files_are_refused_with_little_work() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n".repeat(400);
    let doubled: String = (1..30)
        .map(|at| format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1))
        .collect();
    let doubled = format!("a0: &a0 [x, x]\n{doubled}");
    let many = format!("x: [{}]", "a, ".repeat(30_000));
    for (text, expected) in [
        (
            String::new(),
            "1:1: found nothing, expected a map; write its keys below it: name, roles, mending, merge_before, limits, stages",
        ),
        (
            "x".repeat(1024 * 1024 + 1),
            "1:1: the file is larger than 1 MiB; write a smaller one",
        ),
        (
            "[".repeat(5_000),
            "1:256: lists and maps nest deeper than 16; write it out more simply",
        ),
        (
            bomb,
            "77:8: the file holds more than 100 anchors or aliases; write it out more simply",
        ),
        (
            doubled,
            "13:12: the file holds more than 20000 values; write it out more simply",
        ),
        (
            many,
            "1:59996: the file holds more than 20000 values; write it out more simply",
        ),
        (
            "!!python/object a".to_owned(),
            "1:17: this cannot be read as YAML: unsupported tag `!!python/object`; mend it; the rest of the file is looked at after that",
        ),
        (
            "\0".to_owned(),
            "1:1: this cannot be read as YAML: unexpected character: `\\u{0}'; mend it; the rest of the file is looked at after that",
        ),
    ] {
        assert_eq!(parse(&text).unwrap_err().problems[0].to_string(), expected);
    }
}
