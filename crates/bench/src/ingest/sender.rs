//! A sender of webhooks on one keep-alive connection: each body is made and signed when it is sent, and the next is sent after the answer.

use std::fmt::Write;
use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use ring::hmac;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::clock::Stopwatch;
use crate::ingest::source::{DELIVERY, EVENT, NAME, SIGNATURE};
use crate::samples::Samples;

/// A body's size in bytes.
pub(super) const BODY: usize = 2048;

/// A connection and what is signed with.
pub(super) struct Sender {
    stream: TcpStream,
    key: hmac::Key,
    number: u64,
}

impl Sender {
    pub(super) async fn connect(address: SocketAddr, secret: &[u8], number: u64) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("connect to the listener")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
            number,
        })
    }

    /// Sends so many, one after the other; answers how long each took from its making to its answer.
    pub(super) async fn send(mut self, webhooks: u64) -> anyhow::Result<Samples> {
        let mut times = Samples::default();
        let mut answer = vec![0; 4096];
        for count in 0..webhooks {
            let watch = Stopwatch::start();
            let request = self.request(count);
            self.stream.write_all(&request).await?;
            let status = read_answer(&mut self.stream, &mut answer).await?;
            times.add(watch.elapsed());
            ensure!(status == 200, "a webhook was answered with {status}");
        }
        Ok(times)
    }

    fn request(&self, count: u64) -> Vec<u8> {
        let delivery = delivery(self.number, count);
        let body = body(self.number, count);
        let signature = signature(&self.key, body.as_bytes());
        let mut request = format!(
            "POST /webhook/{NAME} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: Go-http-client/1.1\r\ncontent-type: application/json\r\n\
            {EVENT}: push\r\n{DELIVERY}: {delivery}\r\n{SIGNATURE}: {signature}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        request.push_str(&body);
        request.into_bytes()
    }
}

/// A random UUID as Gitea gives one to each delivery: keys that follow each other would be cheaper to store.
fn delivery(number: u64, count: u64) -> String {
    let (high, low) = (mixed(number << 32 | count), mixed(count << 32 | number | 1 << 63));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

/// SplitMix64: every number has another image.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// A push of one commit whose message fills the body up.
fn body(number: u64, count: u64) -> String {
    let mut body = format!(
        "{{\"ref\":\"refs/heads/feature/ET-{number}-{count}\",\"after\":\"{number:020x}{count:020x}\",\
        \"repository\":{{\"name\":\"example\",\"full_name\":\"owner/example\"}},\"commits\":[{{\"message\":\""
    );
    let end = "\"}]}";
    let room = BODY.saturating_sub(body.len() + end.len());
    body.extend(std::iter::repeat_n('x', room));
    body.push_str(end);
    body
}

pub(super) fn signature(key: &hmac::Key, body: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in hmac::sign(key, body).as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Reads one whole answer and returns its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<u16> {
    let mut filled = 0;
    loop {
        let read = stream.read(buffer.get_mut(filled..).unwrap_or_default()).await?;
        if read == 0 {
            bail!("the connection was closed without a whole answer");
        }
        filled += read;
        let text = std::str::from_utf8(buffer.get(..filled).unwrap_or_default()).context("read an answer")?;
        let Some((head, rest)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if rest.len() >= length.unwrap_or("0").parse()? {
            let status = head.get(9..12).unwrap_or_default();
            return status
                .parse()
                .with_context(|| format!("read the status of '{head}'"));
        }
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn bodies_are_unique_json_of_the_same_size() {
        let (one, other) = (body(1, 2), body(2, 1));
        assert_ne!(one, other);
        for body in [one, other] {
            assert_eq!(body.len(), BODY);
            assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
        }
    }
}
