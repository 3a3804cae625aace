//! OpenAI Responses.

use serde_json::{Value, json};

use super::{Parsed, Reply, Utterance, items, text_of, texts};
use crate::conversation::{Conversation, Said};

pub(super) fn read(body: &Value) -> Parsed {
    let said = match &body["input"] {
        Value::String(text) => vec![Said::User(text.clone())],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            items(body, "input").flat_map(said).collect()
        }
    };
    // Newer programs send tools as an item of the conversation, in groups.
    let added = items(body, "input").flat_map(|item| items(item, "tools"));
    let added = added.flat_map(|tool| items(tool, "tools"));
    Parsed {
        model: text_of(body, "model"),
        stream: body["stream"] == true,
        said,
        tools: items(body, "tools").chain(added).map(tool_name).collect(),
    }
}

/// Tools of the service itself have a type only.
fn tool_name(tool: &Value) -> String {
    match text_of(tool, "name") {
        name if name.is_empty() => text_of(tool, "type"),
        name => name,
    }
}

fn said(item: &Value) -> Vec<Said> {
    if text_of(item, "type").ends_with("_output") {
        let output = item["output"].to_string();
        let failed = output.contains("exited with code") && !output.contains("exited with code 0");
        return vec![Said::Result { failed }];
    }
    if item["role"] == "user" {
        return texts(&item["content"]).into_iter().map(Said::User).collect();
    }
    Vec::new()
}

pub(super) fn write(conversation: &Conversation, utterance: &Utterance) -> Reply {
    let items = output(utterance);
    let response = |status: &str, output: &[Value]| {
        json!({"id": format!("resp_{:024}", utterance.number), "object": "response", "status": status,
            "model": conversation.model, "output": output})
    };
    let tokens = utterance.tokens;
    let mut done = response("completed", &items);
    done["usage"] = json!({"input_tokens": tokens.input, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": tokens.output, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": tokens.input + tokens.output});
    if !conversation.stream {
        return Reply::Whole(done);
    }
    let mut events = vec![json!({"type": "response.created", "response": response("in_progress", &[])})];
    for (index, item) in items.iter().enumerate() {
        events.extend(streamed(index, item));
    }
    events.push(json!({"type": "response.completed", "response": done}));
    let named = |event: Value| (Some(text_of(&event, "type")), event.to_string());
    Reply::Events(events.into_iter().map(named).collect())
}

fn output(utterance: &Utterance) -> Vec<Value> {
    let number = utterance.number;
    let text = utterance.text.iter().map(|text| {
        json!({"type": "message", "id": format!("msg_{number:024}"), "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}]})
    });
    let call = utterance.call.iter().map(|call| {
        json!({"type": "function_call", "id": format!("fc_{number:024}"), "call_id": format!("call_{number:024}"),
            "name": call.name, "arguments": call.arguments.to_string(), "status": "completed"})
    });
    text.chain(call).collect()
}

fn streamed(index: usize, item: &Value) -> Vec<Value> {
    let mut added = item.clone();
    let mut delta = None;
    if item["type"] == "message" {
        added["content"] = json!([]);
        delta = Some(
            json!({"type": "response.output_text.delta", "item_id": item["id"], "output_index": index,
            "content_index": 0, "delta": item["content"][0]["text"]}),
        );
    }
    let first = json!({"type": "response.output_item.added", "output_index": index, "item": added});
    let last = json!({"type": "response.output_item.done", "output_index": index, "item": item});
    std::iter::once(first).chain(delta).chain([last]).collect()
}
