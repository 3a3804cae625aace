//! OpenAI Chat Completions.

use serde_json::{Value, json};

use super::{Parsed, Reply, Utterance, items, text_of, texts};
use crate::conversation::{Conversation, Said};

pub(super) fn read(body: &Value) -> Parsed {
    Parsed {
        model: text_of(body, "model"),
        stream: body["stream"] == true,
        said: items(body, "messages").flat_map(said).collect(),
        tools: items(body, "tools")
            .map(|tool| text_of(&tool["function"], "name"))
            .collect(),
    }
}

/// The format does not say whether a tool failed.
fn said(message: &Value) -> Vec<Said> {
    match message["role"].as_str() {
        Some("tool") => vec![Said::Result { failed: false }],
        Some("user") => texts(&message["content"]).into_iter().map(Said::User).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn write(conversation: &Conversation, utterance: &Utterance) -> Reply {
    let message = message(utterance);
    let reason = if utterance.call.is_some() {
        "tool_calls"
    } else {
        "stop"
    };
    let tokens = utterance.tokens;
    let usage = json!({"prompt_tokens": tokens.input, "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output, "prompt_tokens_details": {"cached_tokens": 0}});
    let base = |object: &str, choices: Value| {
        json!({"id": format!("chatcmpl-{:016}", utterance.number), "created": 1, "object": object,
            "model": conversation.model, "choices": choices})
    };
    if !conversation.stream {
        let choice = json!([{"index": 0, "message": message, "finish_reason": reason}]);
        let mut whole = base("chat.completion", choice);
        whole["usage"] = usage;
        return Reply::Whole(whole);
    }
    let chunk = |choices: Value| base("chat.completion.chunk", choices);
    let mut last = chunk(json!([]));
    last["usage"] = usage;
    let events = [
        chunk(json!([{"index": 0, "delta": message, "finish_reason": null}])).to_string(),
        chunk(json!([{"index": 0, "delta": {}, "finish_reason": reason}])).to_string(),
        last.to_string(),
        "[DONE]".to_owned(),
    ];
    Reply::Events(events.into_iter().map(|event| (None, event)).collect())
}

fn message(utterance: &Utterance) -> Value {
    let mut message = json!({"role": "assistant", "content": utterance.text});
    if let Some(call) = &utterance.call {
        message["tool_calls"] = json!([{"index": 0, "id": format!("call_{:016}", utterance.number),
            "type": "function", "function": {"name": call.name, "arguments": call.arguments.to_string()}}]);
    }
    message
}
