//! Forms of front matter, honest and hostile.

use super::*;

fn check(text: &str, expected: &str) {
    let read = match FrontMatter::read(text) {
        Ok(matter) => format!("verdict = {:?}", matter.text("verdict")),
        Err(error) => error.to_string(),
    };
    assert_eq!(read, expected, "{text:?}");
}

#[test]
fn accepted_forms() {
    for text in [
        "---\nverdict: APPROVED\n---\nbody",
        "\u{feff}---\nverdict: APPROVED\n---",
        "\n\n---\r\nverdict:  APPROVED  \r\n---\r\n",
        "---\rverdict: APPROVED\r---\r# Review\r",
        "--- \t\nverdict: \"APPROVED\" # comment\n---  \n",
        "---\nverdict: 'APPROVED'\nlist: [a, b]\nnested:\n  verdict: no\n---\n---\nverdict: second\n---\n",
        "---\nlast: &x APPROVED\nverdict: *x\n---\n",
        "---\nverdict: APPROVED\ntext: |\n  ---\n  - not a delimiter\n---\n",
    ] {
        check(text, "verdict = Some(\"APPROVED\")");
    }
}

#[test]
fn words_stay_as_they_are_written() {
    for value in [
        "no",
        "9/10 checks PASS",
        "010",
        "1e999",
        "0x10",
        "1_000",
        "2026-06-05",
        ".nan",
        "true",
    ] {
        check(
            &format!("---\nverdict: {value}\n---\n"),
            &format!("verdict = Some({value:?})"),
        );
    }
    for empty in [
        "verdict:",
        "verdict: ~",
        "verdict: null",
        "",
        "# comment",
        "Verdict: x",
        "verdict: [a]",
        "verdict: ''",
    ] {
        check(&format!("---\n{empty}\n---\n"), "verdict = None");
    }
    check("---\n---\n---\nverdict: APPROVED\n---\n", "verdict = None");
}

#[test]
fn what_is_no_front_matter_is_told_with_its_place() {
    check(
        "",
        "line 1, column 1: the first line that is not empty must be '---'",
    );
    check(
        "\n# Review\n---\nverdict: APPROVED\n---\n",
        "line 2, column 1: the first line that is not empty must be '---', but it is '# Review'",
    );
    check(
        "\n```yaml\n---\nverdict: APPROVED\n---\n```\n",
        "line 2, column 1: the front matter stands in a code fence; it must be the first thing in the file, without a fence",
    );
    check(
        "\n---\nverdict: APPROVED\n",
        "line 2, column 1: the line '---' that ends the front matter is missing",
    );
    for text in ["---\n- a\n- b\n---\n", "---\njust words\n---\n"] {
        check(
            text,
            "line 2, column 1: the front matter must be a mapping of keys to values, such as 'verdict: APPROVED'",
        );
    }
}

#[test]
fn a_delimiter_that_is_none_is_told_by_what_makes_it_so() {
    let missing = "the first line that is not empty must be '---', but it";
    for (text, expected) in [
        (
            " ---\nverdict: x\n ---\n",
            format!("line 1, column 1: {missing} is '---' with white space before it"),
        ),
        (
            "\u{feff}\u{feff}---\n",
            format!("line 1, column 1: {missing} is '---' with U+FEFF"),
        ),
        (
            "\n\u{feff}---\n",
            format!("line 2, column 1: {missing} is '---' with U+FEFF"),
        ),
        (
            "---\u{a0}\nverdict: x\n---\n",
            format!("line 1, column 1: {missing} is '---' with U+00A0"),
        ),
        (
            "—-\nverdict: x\n",
            format!("line 1, column 1: {missing} is '—-' with U+2014"),
        ),
        (
            "\u{fffd}\u{fffd}-\0-\0-\0\n",
            format!(
                "line 1, column 1: {missing} holds U+0000, as text in UTF-16 does; save the file as UTF-8"
            ),
        ),
        (
            "----\nverdict: x\n",
            format!("line 1, column 1: {missing} is '----'"),
        ),
        (
            "\u{200b}\u{1}\n",
            format!("line 1, column 1: {missing} begins with U+200B"),
        ),
    ] {
        check(text, &expected);
    }
    for (line, shown) in [
        ("----", "'----'"),
        ("---\u{a0}", "'---' with U+00A0"),
        (" ---", "'---' with white space before it"),
        ("—", "'—' with U+2014"),
        ("...", "'...'"),
    ] {
        check(
            &format!("---\nverdict: x\nlist:\n-\n{line}\n# Review\n"),
            &format!(
                "line 1, column 1: the line '---' that ends the front matter is missing; line 5 is {shown}"
            ),
        );
    }
}

#[test]
fn a_space_that_is_none_is_named() {
    check(
        "---\nwork_item: x\nverdict:\u{a0}APPROVED\n---\n",
        "line 3, column 9: U+00A0 behind the colon is no space to YAML; write a plain one",
    );
    check(
        "---\nnote: a:\u{a0}b\nverdict: APPROVED\u{a0}\n---\n",
        "verdict = Some(\"APPROVED\")",
    );
}

#[test]
fn refused_yaml_is_located_in_the_file() {
    for (text, expected) in [
        (
            "\n---\nverdict: APPROVED\nverdict: REQUEST_CHANGES\n---\n",
            "line 4, column 1: duplicate key 'verdict'",
        ),
        (
            "---\nverdict: !!str APPROVED\n---\n",
            "line 2, column 10: tags ('!!str') are not allowed here",
        ),
        (
            "---\nverdict: APPROVED\nx: [!include /etc/passwd]\n---\n",
            "line 3, column 5: tags ('!include') are not allowed here",
        ),
        (
            "---\nbase: &b {verdict: APPROVED}\n<<: *b\n---\n",
            "line 3, column 1: merge keys ('<<') are not allowed here",
        ),
        (
            "---\nverdict: APPROVED\n...\nverdict: REQUEST_CHANGES\n---\n",
            "line 4, column 1: one YAML document is expected, and here a second one begins",
        ),
        (
            "---\nverdict: REQUEST_CHANGES\n--- # next\nverdict: APPROVED\n---\n",
            "line 3, column 1: one YAML document is expected, and here a second one begins",
        ),
        (
            "---\nverdict: APPROVED\n\0verdict: REQUEST_CHANGES\n---\n",
            "line 3, column 1: the control character U+0000 is not allowed here",
        ),
        (
            "---\n[a, b]: APPROVED\n---\n",
            "line 2, column 1: a key must be plain text",
        ),
    ] {
        check(text, expected);
    }
    for (text, place) in [
        ("---\nverdict: [unclosed\n---\n", "line "),
        ("---\na: *nowhere\n---\n", "line 2, column 4: "),
        ("---\n%YAML 1.2\n---\n", "line 2, column 1: "),
        (
            "---\nverdict: APPROVED\n\tverdict: x\n---\n",
            "line 2, column 10: ",
        ),
    ] {
        let error = FrontMatter::read(text).unwrap_err().to_string();
        assert!(error.starts_with(place), "{text:?} gave {error}");
    }
}

#[test]
fn a_case_slip_in_a_key_is_found_for_the_diagnosis() {
    let matter = FrontMatter::read("---\nVerdict: APPROVED\n---\n").unwrap();
    assert_eq!(
        matter.misspelt("verdict").as_deref(),
        Some("'Verdict'; keys are written in lower case")
    );
    assert_eq!(matter.misspelt("result"), None);
    let matter = FrontMatter::read("---\nverdict\u{200b}: APPROVED\n---\n").unwrap();
    assert_eq!(
        matter.misspelt("verdict").as_deref(),
        Some("'verdict' with U+200B, which cannot be seen")
    );
}
