//! Anthropic Messages.

use serde_json::{Value, json};

use super::{Parsed, Reply, Utterance, items, text_of, texts};
use crate::conversation::{Conversation, Said};

pub(super) fn read(body: &Value) -> Parsed {
    Parsed {
        model: text_of(body, "model"),
        stream: body["stream"] == true,
        said: items(body, "messages").flat_map(said).collect(),
        tools: items(body, "tools").map(|tool| text_of(tool, "name")).collect(),
    }
}

/// A message with results may hold reminders of the program besides: they begin no turn.
fn said(message: &Value) -> Vec<Said> {
    if message["role"] != "user" {
        return Vec::new();
    }
    let results: Vec<Said> = items(message, "content")
        .filter(|part| part["type"] == "tool_result")
        .map(|part| Said::Result {
            failed: part["is_error"] == true,
        })
        .collect();
    if results.is_empty() {
        texts(&message["content"]).into_iter().map(Said::User).collect()
    } else {
        results
    }
}

pub(super) fn write(conversation: &Conversation, utterance: &Utterance) -> Reply {
    let blocks = blocks(utterance);
    let stop = if utterance.call.is_some() {
        "tool_use"
    } else {
        "end_turn"
    };
    let usage = |output: usize| {
        json!({"input_tokens": utterance.tokens.input, "output_tokens": output,
            "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0})
    };
    let message = |content: Vec<Value>, stop: Option<&str>, output: usize| {
        json!({"id": format!("msg_{:024}", utterance.number), "type": "message", "role": "assistant",
            "model": conversation.model, "content": content, "stop_reason": stop, "stop_sequence": null,
            "usage": usage(output)})
    };
    if !conversation.stream {
        return Reply::Whole(message(blocks, Some(stop), utterance.tokens.output));
    }
    let mut events = vec![json!({"type": "message_start", "message": message(Vec::new(), None, 1)})];
    for (index, block) in blocks.iter().enumerate() {
        events.extend(streamed(index, block));
    }
    events.push(
        json!({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": null},
        "usage": usage(utterance.tokens.output)}),
    );
    events.push(json!({"type": "message_stop"}));
    let named = |event: Value| (Some(text_of(&event, "type")), event.to_string());
    Reply::Events(events.into_iter().map(named).collect())
}

fn blocks(utterance: &Utterance) -> Vec<Value> {
    let text = utterance
        .text
        .iter()
        .map(|text| json!({"type": "text", "text": text}));
    let call = utterance.call.iter().map(|call| {
        json!({"type": "tool_use", "id": format!("toolu_{:024}", utterance.number), "name": call.name,
            "input": call.arguments})
    });
    text.chain(call).collect()
}

fn streamed(index: usize, block: &Value) -> [Value; 3] {
    let (empty, delta) = if block["type"] == "tool_use" {
        let mut empty = block.clone();
        empty["input"] = json!({});
        let input = block["input"].to_string();
        (empty, json!({"type": "input_json_delta", "partial_json": input}))
    } else {
        let empty = json!({"type": "text", "text": ""});
        (empty, json!({"type": "text_delta", "text": block["text"]}))
    };
    [
        json!({"type": "content_block_start", "index": index, "content_block": empty}),
        json!({"type": "content_block_delta", "index": index, "delta": delta}),
        json!({"type": "content_block_stop", "index": index}),
    ]
}
