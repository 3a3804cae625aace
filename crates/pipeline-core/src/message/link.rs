//! Addresses in messages: which are worth showing, and how pages of the forge and the tracker are addressed. Never asks the network.

use std::net::IpAddr;

/// The link itself when people can follow it. Left out: missing, not `http(s)`, with a user or password in it, or with a host that
/// is empty, loopback or without a dot.
#[must_use]
pub fn usable_link(link: Option<&str>) -> Option<String> {
    let link = link?.trim();
    host_of(link)
        .filter(|host| reachable(host))
        .map(|_| link.to_owned())
}

/// A repository's pages in the forge, as far as messages link to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForgePages<'a> {
    /// Public address of the forge, else its internal one; with or without a slash at the end.
    pub base: &'a str,
    /// Owner of the repository.
    pub owner: &'a str,
    /// Name of the repository.
    pub repo: &'a str,
}

impl ForgePages<'_> {
    /// The page of a file or directory in a work item's documents on a branch.
    #[must_use]
    pub fn document(&self, branch: &str, work_item: &str, file: &str) -> Option<String> {
        self.page(&["src/branch", branch, "docs/work-items", work_item, file])
    }

    /// The page of a work item's documents on a branch.
    #[must_use]
    pub fn documents(&self, branch: &str, work_item: &str) -> Option<String> {
        self.page(&["src/branch", branch, "docs/work-items", work_item])
    }

    /// The page of a branch.
    #[must_use]
    pub fn branch(&self, branch: &str) -> Option<String> {
        self.page(&["src/branch", branch])
    }

    /// The page of a pull request.
    #[must_use]
    pub fn pull_request(&self, number: u64) -> Option<String> {
        self.page(&["pulls", &number.to_string()])
    }

    fn page(&self, path: &[&str]) -> Option<String> {
        let parts: Vec<&str> = [self.owner, self.repo].iter().chain(path).copied().collect();
        page(self.base, &parts)
    }
}

/// A project's issues in the tracker, as far as messages link to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackerPages<'a> {
    /// Address for browsers, else that of the interface; with or without a slash at the end.
    pub base: &'a str,
    /// The workspace's short name.
    pub workspace: &'a str,
    /// The project's id in the tracker.
    pub project: &'a str,
}

impl TrackerPages<'_> {
    /// The page of an issue.
    #[must_use]
    pub fn issue(&self, issue: &str) -> Option<String> {
        let parts = [self.workspace, "projects", self.project, "issues", issue];
        page(self.base, &parts).map(|url| format!("{url}/"))
    }
}

/// None when a part is missing or nobody could follow the link.
fn page(base: &str, parts: &[&str]) -> Option<String> {
    let mut url = base.trim().trim_end_matches('/').to_owned();
    for part in parts {
        if part.is_empty() {
            return None;
        }
        url.push('/');
        push_encoded(&mut url, part);
    }
    usable_link(Some(&url))
}

/// Encodes what may not stand in the path of an address; slashes stay, because branches have them.
fn push_encoded(url: &mut String, part: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            url.push(char::from(HEX[usize::from(byte >> 4)]));
            url.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

fn host_of(link: &str) -> Option<&str> {
    let (scheme, rest) = link.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    if !web || authority.contains('@') || link.contains(char::is_whitespace) {
        return None;
    }
    let host = authority.split_once(':').map_or(authority, |(host, _port)| host);
    Some(host.trim_end_matches('.'))
}

fn reachable(host: &str) -> bool {
    let local_name = host
        .rsplit('.')
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case("localhost"));
    let local_address = host
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback() || address.is_unspecified());
    host.contains('.') && !local_name && !local_address && !is_short_address(host)
}

/// `127.1` and `0x7f.0.0.1`: browsers take a host that ends in a number for an address, and fill it up.
fn is_short_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or(host);
    let number =
        last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x") || last.starts_with("0X");
    number && host.parse::<IpAddr>().is_err()
}
