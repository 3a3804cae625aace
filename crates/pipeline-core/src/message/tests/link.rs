use crate::message::link::{ForgePages, TrackerPages, usable_link};

#[test]
fn only_links_that_people_can_follow_are_shown() {
    for link in [
        "https://git.example.org",
        "http://git.example.org:3000/a/b?c#d",
        "HTTPS://git.example.org/",
        "http://192.168.1.5:3000/a",
    ] {
        assert_eq!(usable_link(Some(link)).as_deref(), Some(link));
    }
    assert_eq!(usable_link(None), None);
    for link in [
        "",
        "git.example.org/a",
        "https://",
        "https:///a",
        "https://:3000/a.b",
        "http://localhost/a.b",
        "http://localhost:3000/",
        "http://LOCALHOST./a",
        "http://git.localhost/a",
        "http://127.0.0.1/a",
        "http://127.0.0.2:3000/a",
        "http://127.1/a",
        "http://127.0.1:3000/a",
        "http://0x7f.0.0.1/a",
        "http://127.0.0.0x1/a",
        "http://127.0.0.1./a",
        "https://.",
        "https://git./a",
        "http://[::]:3000/a.b",
        "https://user@git.example.org/a",
        "https://token:x-oauth-basic@git.example.org:3000/a",
        "https://git.example.org\\@evil.example/a b",
        "//git.example.org/a",
        "https:git.example.org",
        "https://localhost.localdomain.localhost/a",
        "http://0.0.0.0:80",
        "http://[::1]:3000/a.b",
        "http://gitea:3000/a.b",
        "http://[2001:db8::1]:3000/a.b",
        "http://[::ffff:127.0.0.1]/a.b",
        "https://user:secret@git.example.org/a",
        "javascript://git.example.org/%0aalert(1)",
        "ftp://git.example.org/",
        "https://git.example.org/a b",
    ] {
        assert_eq!(usable_link(Some(link)), None, "{link}");
    }
}

#[test]
fn pages_of_the_forge_are_addressed() {
    let pages = ForgePages {
        base: "https://git.example.org/",
        owner: "acme",
        repo: "shop",
    };
    assert_eq!(
        pages
            .document("feature/ET-012-new-cart", "ET-012", "01-brd.md")
            .as_deref(),
        Some(
            "https://git.example.org/acme/shop/src/branch/feature/ET-012-new-cart/docs/work-items/ET-012/01-brd.md"
        )
    );
    assert_eq!(
        pages.branch("feature/a#1 ж").as_deref(),
        Some("https://git.example.org/acme/shop/src/branch/feature/a%231%20%D0%B6")
    );
    assert_eq!(
        pages.documents("feature/a", "ET-012").as_deref(),
        Some("https://git.example.org/acme/shop/src/branch/feature/a/docs/work-items/ET-012")
    );
    assert_eq!(
        pages.pull_request(7).as_deref(),
        Some("https://git.example.org/acme/shop/pulls/7")
    );
}

#[test]
fn whatever_a_branch_or_file_is_called_its_address_is_whole() {
    let pages = |base| ForgePages {
        base,
        owner: "acme",
        repo: "shop",
    };
    for (file, encoded) in [
        (
            "Тест план.md",
            "%D0%A2%D0%B5%D1%81%D1%82%20%D0%BF%D0%BB%D0%B0%D0%BD.md",
        ),
        ("a?b#c&d\"e<f>.md", "a%3Fb%23c%26d%22e%3Cf%3E.md"),
        ("100%.md", "100%25.md"),
        ("e\u{301}🚀\u{202e}.md", "e%CC%81%F0%9F%9A%80%E2%80%AE.md"),
        ("a\nb.md", "a%0Ab.md"),
    ] {
        let page = pages("https://git.example.org//").document("feature/x y", "ET-1", file);
        let expected = format!(
            "https://git.example.org/acme/shop/src/branch/feature/x%20y/docs/work-items/ET-1/{encoded}"
        );
        assert_eq!(page, Some(expected));
    }
    for secret in [
        "https://bot:hunter2@git.example.org",
        "https://hunter2@git.example.org/",
    ] {
        assert_eq!(pages(secret).branch("main"), None);
    }
    let below = pages(" https://example.org:8443/gitea/ ").pull_request(7);
    assert_eq!(
        below.as_deref(),
        Some("https://example.org:8443/gitea/acme/shop/pulls/7")
    );
}

#[test]
fn a_page_without_its_data_has_no_address() {
    let pages = |base, owner| ForgePages {
        base,
        owner,
        repo: "shop",
    };
    assert_eq!(pages("", "acme").pull_request(7), None);
    assert_eq!(pages("http://gitea:3000", "acme").pull_request(7), None);
    assert_eq!(pages("https://git.example.org", "").pull_request(7), None);
    assert_eq!(pages("https://git.example.org", "acme").branch(""), None);
}

#[test]
fn issues_of_the_tracker_are_addressed() {
    let pages = |base, workspace, project| TrackerPages {
        base,
        workspace,
        project,
    };
    let id = "5f0c";
    assert_eq!(
        pages("https://plane.example.org/", "acme", "shop-id")
            .issue(id)
            .as_deref(),
        Some("https://plane.example.org/acme/projects/shop-id/issues/5f0c/")
    );
    for (base, workspace, project, issue) in [
        ("", "acme", "shop-id", id),
        ("http://localhost:8091", "acme", "shop-id", id),
        ("http://plane-api:8000", "acme", "shop-id", id),
        ("https://plane.example.org", "", "shop-id", id),
        ("https://plane.example.org", "acme", "", id),
        ("https://plane.example.org", "acme", "shop-id", ""),
    ] {
        assert_eq!(pages(base, workspace, project).issue(issue), None);
    }
}
