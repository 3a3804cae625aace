//! The frame around every page: head, where one is, and how to look again.

use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use crate::shown::shown;

/// Seconds between two looks of a live page.
const LIVE_SECONDS: u32 = 5;

/// `?live=1`: the page loads itself again. A mode of its own, because it would take away what somebody is typing.
#[derive(Debug, Deserialize)]
pub(crate) struct Live {
    live: Option<String>,
}

impl Live {
    /// The live mode is asked for.
    pub(crate) fn is_on(&self) -> bool {
        self.live.as_deref() == Some("1")
    }
}

/// The frame of one page.
pub(crate) struct Frame<'a> {
    title: &'a str,
    trail: Vec<(String, String)>,
    look: Option<(String, bool)>,
}

impl<'a> Frame<'a> {
    /// A page with a title and nothing else.
    pub(crate) fn plain(title: &'a str) -> Self {
        Self {
            title,
            trail: Vec::new(),
            look: None,
        }
    }

    /// A page above this one: its name and path.
    pub(crate) fn under(mut self, name: &str, path: String) -> Self {
        self.trail.push((name.to_owned(), path));
        self
    }

    /// Offers to look again at `path`, by hand or live.
    pub(crate) fn look(mut self, path: String, live: bool) -> Self {
        self.look = Some((path, live));
        self
    }

    /// The whole page.
    pub(crate) fn page(&self, body: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if let Some((_, true)) = &self.look { meta http-equiv="refresh" content=(LIVE_SECONDS); }
                    title { (shown(self.title)) " · orchd" }
                    link rel="stylesheet" href="/assets/board.css";
                }
                body {
                    (self.header())
                    main { (body) }
                }
            }
        }
    }

    fn header(&self) -> Markup {
        html! {
            header {
                nav aria-label="Where you are" {
                    a.brand href="/" { "orchd" }
                    @for (name, path) in &self.trail {
                        span aria-hidden="true" { "/" }
                        a href=(path) { (shown(name)) }
                    }
                }
                @if let Some((path, live)) = &self.look { (look_again(path, *live)) }
            }
        }
    }
}

fn look_again(path: &str, live: bool) -> Markup {
    html! {
        div.look {
            @if live {
                span.pulse { "Live, every " (LIVE_SECONDS) " s" }
                a href=(path) { "Stop live" }
            } @else {
                a href=(path) { "Refresh" }
                a href={ (path) "?live=1" } { "Live" }
            }
        }
    }
}
