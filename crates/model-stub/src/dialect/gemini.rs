//! Gemini: the model and the wish for a stream stand in the path.

use serde_json::{Value, json};

use super::{Parsed, Reply, Utterance, items, text_of};
use crate::conversation::{Conversation, Said};

pub(super) fn read(path: &str, body: &Value) -> Parsed {
    let (before, method) = path.rsplit_once(':').unwrap_or((path, ""));
    let tools = items(body, "tools").flat_map(|tool| items(tool, "functionDeclarations"));
    Parsed {
        model: before.rsplit('/').next().unwrap_or_default().to_owned(),
        stream: method.starts_with("stream"),
        said: items(body, "contents").flat_map(said).collect(),
        tools: tools.map(|tool| text_of(tool, "name")).collect(),
    }
}

fn said(content: &Value) -> Vec<Said> {
    let results: Vec<Said> = items(content, "parts")
        .filter_map(|part| part.get("functionResponse"))
        .map(|result| Said::Result {
            failed: result["response"].get("error").is_some(),
        })
        .collect();
    if !results.is_empty() || content["role"] != "user" {
        return results;
    }
    items(content, "parts")
        .map(|part| Said::User(text_of(part, "text")))
        .collect()
}

pub(super) fn write(conversation: &Conversation, utterance: &Utterance) -> Reply {
    let text = utterance.text.iter().map(|text| json!({"text": text}));
    let call = utterance
        .call
        .iter()
        .map(|call| json!({"functionCall": {"name": call.name, "args": call.arguments}}));
    let parts: Vec<Value> = text.chain(call).collect();
    let tokens = utterance.tokens;
    let answer = json!({
        "candidates": [{"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": "STOP"}],
        "modelVersion": conversation.model,
        "usageMetadata": {"promptTokenCount": tokens.input, "cachedContentTokenCount": 0,
            "candidatesTokenCount": tokens.output, "totalTokenCount": tokens.input + tokens.output},
    });
    if conversation.stream {
        Reply::Events(vec![(None, answer.to_string())])
    } else {
        Reply::Whole(answer)
    }
}
