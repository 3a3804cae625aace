//! Who may talk to the admin listener: only by a known name (against DNS rebinding), and anything with an effect only from our own pages
//! (against cross-site requests). Knows nothing of what is asked for.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// The names by which the listener may be called.
#[derive(Debug)]
pub(crate) struct AllowedHosts {
    bound: SocketAddr,
    configured: Vec<String>,
}

impl AllowedHosts {
    /// The loopback names with the bound port, the bound address itself, and the configured names.
    pub(crate) fn new(bound: SocketAddr, configured: &[String]) -> Self {
        Self {
            bound,
            configured: configured.iter().map(|name| name.to_ascii_lowercase()).collect(),
        }
    }

    fn allows(&self, host: &str) -> bool {
        let port = self.bound.port();
        let own = [
            format!("localhost:{port}"),
            format!("127.0.0.1:{port}"),
            format!("[::1]:{port}"),
            self.bound.to_string(),
        ];
        let host = with_port_80(host);
        own.contains(&host)
            || self
                .configured
                .iter()
                .any(|name| *name == host || *name == without_port(&host) || with_port_80(name) == host)
    }
}

/// Middleware: refuses what is not for us or not from us, with a sentence.
pub(crate) async fn check(
    State(allowed): State<Arc<AllowedHosts>>,
    request: Request,
    next: Next,
) -> Response {
    let may_change = !matches!(*request.method(), Method::GET | Method::HEAD);
    match judge(&allowed, request.headers(), may_change) {
        Ok(()) => next.run(request).await,
        Err(sentence) => {
            tracing::warn!(
                path = request.uri().path(),
                reason = sentence,
                "refused a request"
            );
            Problem::new(StatusCode::FORBIDDEN, sentence)
                .advice("Open the board by a name that is configured, and use its own forms.")
                .into_response()
        }
    }
}

fn judge(allowed: &AllowedHosts, headers: &HeaderMap, may_change: bool) -> Result<(), &'static str> {
    let host = single(headers, &HOST).ok_or("The request does not say by which host name it came.")?;
    if !allowed.allows(&host) {
        return Err("This board is not known by the host name that was used.");
    }
    if !may_change {
        return Ok(());
    }
    match single(headers, &ORIGIN).as_deref() {
        Some(origin) if origin != "null" => same_authority(origin, &host)
            .then_some(())
            .ok_or("The request comes from a page of another site."),
        Some(_) | None => (single(headers, &HeaderName::from_static(SEC_FETCH_SITE)).as_deref()
            == Some("same-origin"))
        .then_some(())
        .ok_or("The request does not say from which page it comes."),
    }
}

/// The value of a header that stands there exactly once, in lower case.
fn single(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?.to_ascii_lowercase();
    values.next().is_none().then_some(value)
}

fn same_authority(origin: &str, host: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| origin.strip_prefix(scheme) == Some(host))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

/// Clients leave the default port out.
fn with_port_80(host: &str) -> String {
    if without_port(host) == host {
        format!("{host}:80")
    } else {
        host.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO: Option<&str> = None;

    fn check(host: &str, origin: Option<&str>, fetch_site: Option<&str>, expected: bool) {
        let allowed = AllowedHosts::new(
            "127.0.0.1:8080".parse().unwrap(),
            &[
                "Board.example.org".to_owned(),
                "other.example.org:8443".to_owned(),
            ],
        );
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        if let Some(site) = fetch_site {
            headers.insert(SEC_FETCH_SITE, site.parse().unwrap());
        }
        let judged = judge(&allowed, &headers, true).is_ok();
        assert_eq!(judged, expected, "{host} {origin:?} {fetch_site:?}");
    }

    #[test]
    fn a_change_comes_from_our_own_page_by_a_known_name() {
        check("localhost:8080", Some("http://localhost:8080"), NO, true);
        check("127.0.0.1:8080", Some("http://127.0.0.1:8080"), NO, true);
        check("[::1]:8080", Some("http://[::1]:8080"), NO, true);
        check("board.example.org", Some("https://board.example.org"), NO, true);
        check(
            "BOARD.example.org:99",
            Some("https://board.example.org:99"),
            NO,
            true,
        );
        check(
            "other.example.org:8443",
            Some("https://other.example.org:8443"),
            NO,
            true,
        );
        check("localhost:8080", NO, Some("same-origin"), true);
        check("localhost:8080", Some("null"), Some("same-origin"), true);
    }

    #[test]
    fn everything_else_is_refused() {
        check("localhost:8080", NO, NO, false);
        check("localhost:8080", Some("null"), NO, false);
        check("localhost:8080", Some("null"), Some("cross-site"), false);
        check("localhost:8080", NO, Some("same-site"), false);
        check("localhost:8080", Some("http://evil.example"), NO, false);
        check(
            "localhost:8080",
            Some("http://evil.example"),
            Some("same-origin"),
            false,
        );
        check("localhost:8080", Some("http://localhost:9999"), NO, false);
        check("localhost:8080", Some("ftp://localhost:8080"), NO, false);
        check("localhost", Some("http://localhost"), NO, false);
        check("localhost:9999", Some("http://localhost:9999"), NO, false);
        check("evil.example", Some("http://evil.example"), NO, false);
        check(
            "localhost:8080.evil.example",
            Some("http://localhost:8080.evil.example"),
            NO,
            false,
        );
        check("other.example.org", Some("https://other.example.org"), NO, false);
    }

    #[test]
    fn a_host_that_is_given_twice_is_none() {
        let allowed = AllowedHosts::new("127.0.0.1:8080".parse().unwrap(), &[]);
        let mut headers = HeaderMap::new();
        headers.append(HOST, "localhost:8080".parse().unwrap());
        assert!(judge(&allowed, &headers, false).is_ok());
        headers.append(HOST, "evil.example".parse().unwrap());
        assert!(judge(&allowed, &headers, false).is_err());
    }
}
