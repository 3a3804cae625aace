//! The business request: title, description, and the points in it that can be checked one by one.

use super::quote;
use crate::sample;

/// More points than this make no readable test plan.
const MOST_POINTS: usize = 12;

pub(super) struct Request {
    pub(super) title: String,
    pub(super) description: String,
}

impl Request {
    /// The first heading is the title, what follows it the description.
    pub(super) fn read(text: &str, work_item: &str) -> Self {
        let body = without_front_matter(text);
        let (heading, description) = body.trim_start().split_once('\n').unwrap_or((body, ""));
        match heading.strip_prefix("# ") {
            Some(title) => Self {
                title: title.trim().to_owned(),
                description: quote::end_of(description).trim().to_owned(),
            },
            // Somebody took the heading away.
            None => Self {
                title: work_item.to_owned(),
                description: body.trim().to_owned(),
            },
        }
    }

    /// It is the issue that the scripted developer can really implement.
    pub(super) fn is_sample_issue(&self) -> bool {
        self.title.eq_ignore_ascii_case(sample::issue().title)
            || self.description.contains("`todo list WORD`")
    }

    /// The list items of the description; its sentences when there is no list.
    pub(super) fn points(&self) -> Vec<String> {
        let items = list_items(&self.description);
        let mut points = if items.is_empty() {
            sentences(&self.description)
        } else {
            items
        };
        points.truncate(MOST_POINTS);
        if points.is_empty() {
            points.push(self.title.clone());
        }
        points
    }
}

fn without_front_matter(text: &str) -> &str {
    text.trim_start()
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .map_or(text, |(_, body)| body)
}

fn list_items(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let bare = line.trim();
        if let Some(item) = ["- ", "* ", "• "].iter().find_map(|mark| bare.strip_prefix(mark)) {
            items.push(item.trim().to_owned());
            open = true;
        } else if open && line.starts_with([' ', '\t']) && !bare.is_empty() {
            if let Some(item) = items.last_mut() {
                item.push(' ');
                item.push_str(bare);
            }
        } else {
            open = false;
        }
    }
    items
}

fn sentences(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for word in text.split_whitespace() {
        if let Some(last) = sentences.last_mut() {
            last.push_str(word);
            last.push(' ');
        }
        // A point within a word, as in 1.5, ends no sentence.
        if word.ends_with(['.', '!', '?']) {
            sentences.push(String::new());
        }
    }
    let mut sentences: Vec<_> = sentences
        .iter()
        .map(|sentence| sentence.trim().to_owned())
        .collect();
    sentences.retain(|sentence| sentence.contains(char::is_alphabetic));
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, title: &str, points: &[&str]) {
        let request = Request::read(text, "ET-001");
        assert_eq!(request.title, title, "{text:?}");
        assert_eq!(request.points(), points, "{text:?}");
    }

    #[test]
    fn points_are_the_list_or_else_the_sentences() {
        check(
            "---\nissue: \"7\"\n---\n\n# Find it\n\nI want this.\n- a\n  b\n- c\n\nend\n",
            "Find it",
            &["a b", "c"],
        );
        check(
            "# Find it\nAt 1.5 times. Second one!\n",
            "Find it",
            &["At 1.5 times.", "Second one!"],
        );
        check("# Find it\n", "Find it", &["Find it"]);
        check("no heading\n", "ET-001", &["no heading"]);
    }

    #[test]
    fn headings_and_fields_of_the_description_belong_to_it() {
        let request = Request::read("# Find it\n\n# More\n\nTitle: another\n", "ET-001");
        assert_eq!(
            (request.title.as_str(), request.description.as_str()),
            ("Find it", "# More\n\nTitle: another")
        );
    }

    #[test]
    fn the_sample_issue_is_known_by_its_title() {
        let issue = sample::issue();
        let text = format!("# {}\n\n{}\n", issue.title, issue.description);
        let request = Request::read(&text, "ET-001");
        assert!(request.is_sample_issue());
        assert_eq!(request.points().len(), 5);
        assert!(!Request::read("# Something else\n\nplease\n", "ET-001").is_sample_issue());
    }
}
