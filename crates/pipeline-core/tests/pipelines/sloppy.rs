//! Files as people write them in a hurry, on other systems, in other alphabets: what is said, where, and what to do.

use pipeline_core::pipeline::file::{parse, parse_bytes};

use crate::broken::{bug_fix, ux};
use crate::{shipped, text};

#[test]
fn a_key_that_stands_twice_is_told_with_everything_else() {
    bug_fix(
        "    role: reviewer\n    column: Review\n",
        "    role: reviwer\n    column: Review\n    column: Testing\n",
        r"
            26:11: stages[2].role: there is no role 'reviwer'; did you mean 'reviewer'?
            28:5: stages[2].column: the key stands here twice, first in line 27; take one of them out
        ",
    );
}

#[test]
fn a_key_with_nothing_behind_it_is_not_taken_for_a_key_that_is_not_there() {
    bug_fix(
        "gates: [check_reviewer_verdict]",
        "gates:",
        r"
            28:5: stages[2].gates: there is nothing behind the key; write a value, or take the key out
        ",
    );
    bug_fix(
        "  bounces: 4\n",
        "  bounces:\n",
        r"
            8:3: limits.bounces: there is nothing behind the key; write a value, or take the key out
        ",
    );
    bug_fix(
        "    on_fail: {stage: development, cause: review}",
        "    on_fail: ~",
        r"
            29:5: stages[2].on_fail: there is nothing behind the key; write a value, or take the key out
        ",
    );
}

#[test]
fn a_route_that_no_gate_takes_is_told() {
    bug_fix(
        "    gates: [check_reviewer_verdict]\n",
        "",
        r"
            28:5: stages[2].on_fail: no gate of 'review' can fail, so the route to 'development' is never taken; add the gate that can, or take `on_fail` out
        ",
    );
}

#[test]
fn a_gate_after_an_unknown_one_keeps_its_place() {
    bug_fix(
        "[check_ci_green]",
        "[check_wether, check_ci_green, check_ci_green]",
        r"
            20:13: stages[1].gates[0]: there is no gate 'check_wether';
            20:43: stages[1].gates[2]: gate check_ci_green stands here twice; take one of them out
        ",
    );
}

#[test]
fn what_stands_in_a_list_twice_is_told() {
    bug_fix(
        "reports: [12-review.md]",
        "reports: [12-review.md, 12-review.md]",
        r"
            30:29: stages[2].reports[1]: 12-review.md stands here twice; take one of them out
        ",
    );
    ux(
        "roles: [ux, security]",
        "roles: [ux, security, ux, stream]",
        r"
            3:23: roles[2]: role 'ux' stands here twice; take one of them out
            3:27: roles[3]: 'stream' is the voice of the program itself, no role of an agent; give the role another name
        ",
    );
}

#[test]
fn numbers_are_told_as_they_are_understood() {
    for (number, said) in [
        ("-4", "found the number -4, expected a whole number"),
        ("4.5", "found the number 4.5, expected a whole number"),
        ("4.0", "found the number 4.0, expected a whole number"),
        ("1e2", "found the number 100.0, expected a whole number"),
        (".inf", "found the number inf, expected a whole number"),
        ("\"4\"", "found the text '4', expected a whole number"),
        ("yes", "found the text 'yes', expected a whole number"),
        ("4294967297", "4294967297 is more than 100"),
        (
            "99999999999999999999",
            "found the number 1e20, expected a whole number",
        ),
    ] {
        bug_fix(
            "  bounces: 4\n",
            &format!("  bounces: {number}\n"),
            &format!("8:12: limits.bounces: {said}; write a number from 1 to 100, without quotes"),
        );
    }
}

#[test]
fn a_name_that_yaml_takes_for_a_number_wants_quotes() {
    bug_fix(
        "name: bug-fix",
        "name: 1.10",
        r"
            2:7: name: found the number 1.1, expected a text; write one text on one line, in quotes if YAML takes it for something else
        ",
    );
}

#[test]
fn a_prompt_is_named_and_not_written_into_the_file() {
    bug_fix(
        "reports: [12-review.md]",
        "reports: [12-review.md]\n    prompt: |\n      You review.\n      Be strict.",
        r"
            32:7: stages[2].prompt: found a text of several lines or with control characters, expected a text on one line; write it on one line; what is longer stands in a file of its own
        ",
    );
    for (prompt, flaw) in [
        ("agents\\reviewer.md", "it has a '\\', and git parts paths by '/'"),
        (
            "C:/agents/reviewer.md",
            "it is an address, no path in the repository",
        ),
        (
            "https://example.org/x.md",
            "it is an address, no path in the repository",
        ),
        ("/etc/passwd", "it begins with '/'"),
        ("~/reviewer.md", "it begins with '~'"),
        ("agents/", "it ends with '/'"),
        ("agents//x.md", "it has '//'"),
        ("agents/../../x.md", "it has '.' or '..' for a directory"),
        (".git/config", "it leads into .git"),
    ] {
        bug_fix(
            "reports: [12-review.md]",
            &format!("reports: [12-review.md]\n    prompt: {prompt}"),
            &format!(
                "31:13: stages[2].prompt: '{prompt}' is no path of a prompt: {flaw}; \
                 write a path in the repository from its root, such as agents/reviewer.md"
            ),
        );
    }
}

#[test]
fn a_file_holds_one_pipeline() {
    for second in ["---\nname: other\n", "...\n---\nname: other\n"] {
        let problems = parse(&(text("bug-fix.yaml") + second)).unwrap_err().problems;
        assert_eq!(problems.len(), 1);
        assert_eq!(
            problems[0].message,
            "a second document begins, and a file holds one pipeline"
        );
    }
    for good in [
        format!("%YAML 1.2\n---\n{}...\n", text("bug-fix.yaml")),
        format!("\u{feff}{}", text("bug-fix.yaml").replace('\n', "\r\n")),
        text("bug-fix.yaml").replace('\n', "\r"),
    ] {
        assert_eq!(parse(&good).unwrap(), shipped("bug-fix.yaml"));
    }
}

#[test]
fn without_stages_nothing_more_is_asked_of_the_file() {
    for (file, expected) in [
        ("name: x", "1:1: stages: the pipeline has no stages"),
        ("name: x\nstages: []", "2:1: stages: the pipeline has no stages"),
        ("name: x\nstages:", "2:1: stages: there is nothing behind the key"),
        (
            "name: x\nstages: all",
            "2:9: stages: found the text 'all', expected a list",
        ),
    ] {
        let problems = parse(file).unwrap_err().problems;
        assert_eq!(problems.len(), 1, "{file}: {problems:?}");
        assert!(problems[0].to_string().starts_with(expected), "{}", problems[0]);
    }
    let many = format!("{}{}", text("bug-fix.yaml"), "  - name: x\n".repeat(3_000));
    let problems = parse(&many).unwrap_err().problems;
    assert_eq!(
        problems[0].to_string(),
        "13:1: stages: 3006 stages are more than 50; leave some out"
    );
    assert_eq!(problems.len(), 1);
}

#[test]
fn limits_that_are_no_map_are_told_once() {
    bug_fix(
        "limits:\n  bounces_per_cause: 2\n  bounces: 4\n  repairs: 1\n  base_merges: 3\n  attempts: 2\n",
        "limits: none\n",
        r"
            6:9: limits: found the text 'none', expected a map; write its keys below it: bounces_per_cause, bounces, question_rounds, conflict_rounds, repairs, base_merges, attempts
        ",
    );
}

#[test]
fn letters_of_other_alphabets_are_named() {
    bug_fix(
        "role: reviewer",
        "role: r\u{435}viewer",
        r"
            26:11: stages[2].role: there is no role 'rеviewer'; write 'reviewer' in Latin letters: it has U+0435, which is not the Latin E; or add it to `roles`
        ",
    );
    bug_fix(
        "- name: review",
        "- name: ревью",
        r"
            25:11: stages[2].name: 'ревью' is no name of a stage; write up to 40 lower-case letters, digits and '-', beginning with a letter
        ",
    );
}

#[test]
fn keys_that_are_no_names_are_told() {
    bug_fix(
        "limits:\n",
        "limits:\n  5: 1\n  ? [a, b]\n  : 1\n  ~: 1\n",
        r"
            7:3: limits.5: there is no key '5' here;
            8:5: limits.?: there is no key '?' here;
            10:3: limits.?: the key stands here twice, first in line 8; take one of them out
        ",
    );
}

#[test]
fn a_route_whose_flag_cannot_be_read_is_told_once() {
    bug_fix(
        "block: true",
        "block: \"true\"",
        r"
            43:42: stages[4].on_fail.block: found the text 'true', expected true or false; write true or false, without quotes
        ",
    );
}

#[test]
fn a_long_text_is_told_by_its_beginning() {
    let long = "x".repeat(100_000);
    let problems = parse(&text("bug-fix.yaml").replace("role: reviewer", &format!("role: {long}")))
        .unwrap_err()
        .problems;
    assert_eq!(
        problems[0].message,
        format!("there is no role '{}…'", "x".repeat(60))
    );
    bug_fix(
        "name: bug-fix",
        &format!("name: {}", "x".repeat(81)),
        "2:7: name: the name has 81 letters; write up to 80",
    );
}

#[test]
fn bytes_of_another_encoding_are_refused() {
    let file = text("bug-fix.yaml");
    let latin = [b"# F\xfcr Fehler\n", file.as_bytes()].concat();
    let wide: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, expected) in [
        (latin, "1:4: byte 0xFC is not UTF-8; save the file as UTF-8"),
        (
            wide,
            "1:1: the file is UTF-16 (little endian, no mark), expected UTF-8; save it as UTF-8",
        ),
    ] {
        let problems = parse_bytes(&bytes).unwrap_err().problems;
        assert_eq!(problems[0].to_string(), expected);
    }
    assert_eq!(parse_bytes(file.as_bytes()), Ok(shipped("bug-fix.yaml")));
}
