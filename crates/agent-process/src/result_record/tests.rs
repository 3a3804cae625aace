use super::*;

fn summary_in(stdout: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("stdout.log");
    std::fs::write(&log, stdout).unwrap();
    ResultRecord::read(&log).unwrap().map(|record| record.summary)
}

fn check(stdout: impl AsRef<[u8]>, expected: Option<&str>) {
    let stdout = stdout.as_ref();
    let shown = String::from_utf8_lossy(stdout.get(..stdout.len().min(200)).unwrap()).into_owned();
    assert_eq!(summary_in(stdout).as_deref(), expected, "{shown}");
}

#[test]
fn the_last_result_object_is_the_record() {
    let first = r#"{"type":"result","result":"first"}"#;
    let last = r#"{"type":"result","result":"last"}"#;
    check(first, Some("first"));
    check(format!("{first}\n{last}\n"), Some("last"));
    check(
        format!("{first}\nbye\n{{\"type\":\"other\"}}\n[1]\n{{\n"),
        Some("first"),
    );
    check(format!("  {first}\t\r\n\n"), Some("first"));
    check(format!("\x1b]0;title\x07\x1b[2m{first}\x1b[0m\n"), Some("first"));
}

#[test]
fn anything_else_is_none() {
    check("", None);
    check("done\n", None);
    check(r#"{"type":"result""#, None);
    check(r#"[{"type":"result"}]"#, None);
    check(r#"{"type":["result"]}"#, None);
    check(r#"{"type":"RESULT"}"#, None);
    check(r#"{"event":{"type":"result"}}"#, None);
    check("{\n\"type\":\"result\"\n}\n", None);
    check(r#"says {"type":"result"}"#, None);
    check([0, 0xff, b'{', 0xfe, b'\n'], None);
}

#[test]
fn hostile_lines_neither_hide_the_record_nor_are_one() {
    let record = r#"{"type":"result","result":"ok"}"#;
    let huge = "x".repeat(1 << 20);
    let deep = "{\"a\":".repeat(50_000);
    check(format!("{huge}\n{record}\n"), Some("ok"));
    check(format!("{record}\n{deep}\n"), Some("ok"));
    check(
        [b"\xff\xfe{\n".as_slice(), record.as_bytes()].concat(),
        Some("ok"),
    );
    check(b"{\"type\":\"result\",\"result\":\"a\xffb\"}", Some("a\u{fffd}b"));
    check(
        r#"{"type":"other","type":"result","result":"twice"}"#,
        Some("twice"),
    );
    // The end of a line that is too long is no line, even if it looks like one.
    let filler = "{}\n".repeat(usize::try_from(LOOKED_AT).unwrap() / 3);
    check(format!("text {record}\n{filler}"), None);
    let padding = " ".repeat(usize::try_from(LOOKED_AT).unwrap() - record.len());
    check(format!("text {record}{padding}"), None);
    check(format!("{huge}{record}"), None);
}

fn record(line: &str) -> ResultRecord {
    ResultRecord::last_in(line).unwrap()
}

#[test]
fn every_field_is_read() {
    let line = r#"{"type":"result","is_error":true,"result":"said","model":"m-1","session_id":"s-1","total_cost_usd":0.25,
        "permission_denials":[{"tool_name":"Bash","tool_input":{"command":"rm"}},{"tool_name":"Write"},{"tool_name":"Bash"}],
        "usage":{"input_tokens":1,"output_tokens":2,"cache_read_input_tokens":3,"cache_creation_input_tokens":4}}"#;
    let expected = ResultRecord {
        is_error: true,
        summary: "said".to_owned(),
        usage: Usage {
            input_tokens: 1,
            output_tokens: 2,
            cache_read_input_tokens: 3,
            cache_creation_input_tokens: 4,
            cost_usd: 0.25,
        },
        model: Some("m-1".to_owned()),
        session: Some("s-1".to_owned()),
        denied: vec!["Bash".to_owned(), "Write".to_owned()],
    };
    assert_eq!(record(&line.replace('\n', " ")), expected);
}

#[test]
fn a_field_of_a_wrong_type_or_an_impossible_value_counts_as_absent() {
    for fields in [
        r#""is_error":"yes","result":{"a":1},"usage":[1,2],"total_cost_usd":"free","model":7,"session_id":null"#,
        r#""is_error":1,"result":null,"usage":{"input_tokens":"9","output_tokens":-1},"model":"","session_id":" ""#,
        r#""usage":{"input_tokens":18446744073709551615,"output_tokens":1.5},"total_cost_usd":-3"#,
        r#""usage":null,"total_cost_usd":1e300"#,
        r#""model":"\u001b[2J","result":"\u0007""#,
        r#""permission_denials":null"#,
        r#""permission_denials":[]"#,
        r#""permission_denials":"none""#,
        r#""permission_denials":{"tool_name":"Bash"}"#,
    ] {
        let read = record(&format!(r#"{{"type":"result",{fields}}}"#));
        assert_eq!(read, ResultRecord::default(), "{fields}");
    }
}

#[test]
fn a_wrong_field_does_not_spoil_its_neighbours() {
    let read =
        record(r#"{"type":"result","usage":{"input_tokens":"x","output_tokens":5},"result":7,"model":"m"}"#);
    assert_eq!((read.usage.output_tokens, read.model.as_deref()), (5, Some("m")));
}

#[test]
fn closing_words_are_cut_and_cannot_steer_a_terminal() {
    let long = record(&format!(
        r#"{{"type":"result","result":"{}"}}"#,
        "ж".repeat(3_000)
    ));
    assert_eq!(long.summary.chars().count(), SUMMARY);
    let red = record(r#"{"type":"result","result":"\u001b[31mred\u202e\nline"}"#);
    assert_eq!(red.summary, "red\nline");
}

#[test]
fn what_was_denied_is_named_once_and_cannot_steer_a_terminal() {
    for (denials, expected) in [
        (r#"[{"tool_name":"Write"},{"tool_name":"Write"}]"#, "Write"),
        (r#"[{"tool_name":"Wri\u001b[31mte\nof"}]"#, "Write of"),
        (r#"["Bash",7,null,{},{"tool_name":7}]"#, "a tool without a name"),
    ] {
        let read = record(&format!(r#"{{"type":"result","permission_denials":{denials}}}"#));
        assert_eq!(read.denied, [expected], "{denials}");
    }
    let many: Vec<String> = (0..50)
        .map(|number| format!(r#"{{"tool_name":"t{number}"}}"#))
        .collect();
    let read = record(&format!(
        r#"{{"type":"result","permission_denials":[{}]}}"#,
        many.join(",")
    ));
    assert_eq!(read.denied.len(), DENIED);
}
