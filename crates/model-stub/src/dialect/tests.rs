use serde_json::json;

use super::*;

fn utterance(call: bool) -> Utterance {
    Utterance {
        text: Some("Hello.".to_owned()),
        call: call.then(|| Call {
            name: "Write".to_owned(),
            arguments: json!({"file_path": "/w/a"}),
        }),
        tokens: Tokens { input: 7, output: 3 },
        number: 1,
    }
}

fn read(path: &str, body: &Value) -> Conversation {
    let dialect = Dialect::of(path).unwrap();
    dialect.read(path, body.to_string().as_bytes())
}

/// The same conversation in each format: two words of the user, a tool that failed or not, working in /w.
fn conversations() -> [Conversation; 4] {
    let cwd = "Working directory: /w\nDo it";
    let anthropic = json!({"model": "m", "stream": true, "tools": [{"name": "Write"}], "messages": [
        {"role": "user", "content": [{"type": "text", "text": cwd}]},
        {"role": "assistant", "content": [{"type": "tool_use"}]},
        {"role": "user", "content": [{"type": "tool_result", "is_error": true}, {"type": "text", "text": "reminder"}]}]});
    let responses = json!({"model": "m", "stream": true, "tools": [{"name": "Write", "type": "function"}], "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": cwd}]},
        {"type": "function_call"}, {"type": "function_call_output", "output": "Process exited with code 1"}]});
    let chat = json!({"model": "m", "stream": true, "tools": [{"function": {"name": "Write"}}], "messages": [
        {"role": "system", "content": "s"}, {"role": "user", "content": cwd}, {"role": "tool", "content": "no"}]});
    let gemini = json!({"tools": [{"functionDeclarations": [{"name": "Write"}]}], "contents": [
        {"role": "user", "parts": [{"text": cwd}]},
        {"role": "user", "parts": [{"functionResponse": {"response": {"error": "no"}}}]}]});
    [
        read("/v1/messages", &anthropic),
        read("/v1/responses", &responses),
        read("/v1/chat/completions", &chat),
        read("/v1beta/models/m:streamGenerateContent", &gemini),
    ]
}

#[test]
fn every_format_says_the_same() {
    for conversation in conversations() {
        let name = conversation.dialect;
        assert_eq!(conversation.model, "m", "{name:?}");
        assert!(conversation.stream, "{name:?}");
        assert_eq!(conversation.turns, ["Working directory: /w\nDo it"], "{name:?}");
        assert_eq!(conversation.results, 1, "{name:?}");
        assert_eq!(
            conversation.failures,
            usize::from(name != Dialect::Chat),
            "{name:?}"
        );
        assert_eq!(conversation.tools, ["Write"], "{name:?}");
        assert_eq!(conversation.directory, Some(PathBuf::from("/w")), "{name:?}");
    }
}

#[test]
fn an_answer_as_events_holds_the_words_the_call_and_the_tokens() {
    for conversation in conversations() {
        let dialect = conversation.dialect;
        let Reply::Events(events) = dialect.write(&conversation, &utterance(true)) else {
            panic!("{dialect:?} does not stream");
        };
        let text: String = events.into_iter().map(|(_, data)| data + "\n").collect();
        for part in ["Hello.", "\"Write\"", "file_path", "7", "3"] {
            assert!(text.contains(part), "{dialect:?} lacks {part}: {text}");
        }
    }
}

#[test]
fn an_answer_in_one_piece_ends_the_turn() {
    for (conversation, end) in conversations().into_iter().zip([
        ("/stop_reason", "end_turn"),
        ("/status", "completed"),
        ("/choices/0/finish_reason", "stop"),
        ("/candidates/0/finishReason", "STOP"),
    ]) {
        let conversation = Conversation {
            stream: false,
            ..conversation
        };
        let Reply::Whole(value) = conversation.dialect.write(&conversation, &utterance(false)) else {
            panic!("{:?} streams", conversation.dialect);
        };
        assert_eq!(value.pointer(end.0), Some(&json!(end.1)));
    }
}

#[test]
fn what_is_no_json_is_an_empty_conversation() {
    let conversation = Dialect::Anthropic.read("/v1/messages", b"{");
    assert!(conversation.turns.is_empty() && conversation.is_aside());
}

#[test]
fn tools_that_come_as_an_item_are_offered_too() {
    let body = json!({"input": [{"type": "additional_tools", "tools": [
        {"type": "namespace", "name": "functions", "tools": [{"type": "custom", "name": "exec"}]}]}]});
    assert_eq!(read("/v1/responses", &body).tools, ["exec"]);
}
