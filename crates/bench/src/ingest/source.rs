//! A source of webhooks that signs like Gitea: HMAC-SHA256 of the raw body, in hexadecimal.

use async_trait::async_trait;
use pipeline_core::id::{BranchName, ProjectId};
use pipeline_core::observation::Hint;
use pipeline_core::port::PortError;
use pipeline_core::port::source::{Decoded, EventSource, FeedPage, NewDelivery, RawWebhook, Unverified};
use ring::hmac;
use serde::Deserialize;

/// Where webhooks are sent to.
pub(super) const NAME: &str = "gitea";
pub(super) const SIGNATURE: &str = "x-gitea-signature";
pub(super) const DELIVERY: &str = "x-gitea-delivery";
pub(super) const EVENT: &str = "x-gitea-event";

/// Knows the secret.
pub(super) struct SignedSource(hmac::Key);

impl SignedSource {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }
}

/// What is read of a push.
#[derive(Deserialize)]
struct Push<'a> {
    #[serde(rename = "ref", borrow)]
    reference: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    repository: Repository<'a>,
}

#[derive(Deserialize)]
struct Repository<'a> {
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
}

#[async_trait]
impl EventSource for SignedSource {
    fn name(&self) -> &str {
        NAME
    }

    fn verify(&self, webhook: &RawWebhook) -> Result<NewDelivery, Unverified> {
        let signature = header(webhook, SIGNATURE)
            .and_then(unhex)
            .ok_or(Unverified::Signature)?;
        hmac::verify(&self.0, &webhook.body, &signature).map_err(|_| Unverified::Signature)?;
        let key = header(webhook, DELIVERY).ok_or(Unverified::Signature)?;
        Ok(NewDelivery {
            key: key.to_owned(),
            kind: header(webhook, EVENT).unwrap_or_default().to_owned(),
            body: webhook.body.clone(),
        })
    }

    fn decode(&self, _: &str, body: &[u8]) -> Decoded {
        match serde_json::from_slice::<Push<'_>>(body) {
            Ok(push) => {
                let branch = push.reference.trim_start_matches("refs/heads/");
                let project = ProjectId::new(push.repository.name.as_ref());
                Decoded::Hints(vec![(project, Hint::Branch(BranchName::new(branch)))])
            }
            Err(error) => Decoded::Ignored(error.to_string()),
        }
    }

    async fn news(&self, cursor: Option<String>) -> Result<FeedPage, PortError> {
        Ok(FeedPage {
            news: Vec::new(),
            cursor: cursor.unwrap_or_default(),
        })
    }

    async fn wait(&self) {
        std::future::pending::<()>().await;
    }
}

fn header<'a>(webhook: &'a RawWebhook, name: &str) -> Option<&'a str> {
    let mut headers = webhook.headers.iter();
    headers
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).map(|value| value as u8))
        .collect::<Option<_>>()?;
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

#[cfg(test)]
mod cases {
    use super::*;

    fn webhook(body: &[u8], signature: &str) -> RawWebhook {
        let headers = [(SIGNATURE, signature), (DELIVERY, "1"), (EVENT, "push")];
        RawWebhook {
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            body: body.to_vec(),
        }
    }

    #[test]
    fn only_what_the_secret_signed_is_taken() {
        let source = SignedSource::new(b"secret");
        let signature =
            super::super::sender::signature(&hmac::Key::new(hmac::HMAC_SHA256, b"secret"), b"body");
        assert!(source.verify(&webhook(b"body", &signature)).is_ok());
        assert!(source.verify(&webhook(b"bodY", &signature)).is_err());
        assert!(source.verify(&webhook(b"body", "zz")).is_err());
    }
}
