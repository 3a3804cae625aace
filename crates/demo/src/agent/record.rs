//! The result record: the last line of stdout. Its usage is nominal: no model was asked, the numbers follow from the
//! bytes that were read and written, so that costs and totals have something to show.

use serde_json::json;

use super::desk::Desk;

const BYTES_PER_TOKEN: usize = 4;
/// What a role's prompt and its tools would take, found in the provider's cache.
const CACHED_TOKENS: usize = 12_000;

/// Nominal prices in US dollars per million tokens.
const INPUT_PRICE: f64 = 3.0;
const OUTPUT_PRICE: f64 = 15.0;
const CACHE_PRICE: f64 = 0.3;

pub(super) fn result_line(desk: &Desk<'_>, summary: &str) -> String {
    let input = (desk.assignment.brief.len() + desk.checkout.bytes_read()) / BYTES_PER_TOKEN;
    let output = (desk.checkout.bytes_written() + summary.len()) / BYTES_PER_TOKEN;
    json!({
        "type": "result",
        "is_error": false,
        "result": summary,
        "model": "scripted",
        "session_id": format!("scripted-{}", desk.assignment.run),
        "usage": {
            "input_tokens": input,
            "output_tokens": output,
            "cache_read_input_tokens": CACHED_TOKENS,
            "cache_creation_input_tokens": 0,
        },
        "total_cost_usd": nominal_cost(input, output),
    })
    .to_string()
}

fn nominal_cost(input: usize, output: usize) -> f64 {
    let part = |tokens: usize, price: f64| f64::from(u32::try_from(tokens).unwrap_or(u32::MAX)) * price;
    let micros = part(input, INPUT_PRICE) + part(output, OUTPUT_PRICE) + part(CACHED_TOKENS, CACHE_PRICE);
    micros.round() / 1e6
}
