//! What people and other roles said, found in the brief by its headings.

use super::quote;

/// The text that came on stdin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brief<'a>(pub(super) &'a str);

impl Brief<'_> {
    /// A human's answers to the analyst's questions.
    pub(super) fn answers(&self) -> Option<String> {
        self.section("Answers")
    }

    /// Why a human rejected.
    pub(super) fn rejection(&self) -> Option<String> {
        self.section("Rejected")
    }

    /// What the architect objects to.
    pub(super) fn objection(&self) -> Option<String> {
        self.section("Objection")
    }

    /// What has to be mended.
    pub(super) fn findings(&self) -> Option<String> {
        self.section("To mend")
    }

    /// The text below the last heading that begins with `title`, of the second level or below: the first level holds
    /// the issue's title, which may say anything. A role's prompt may stand before the brief.
    fn section(&self, title: &str) -> Option<String> {
        let mut found = None;
        let mut open: Option<(usize, Vec<&str>)> = None;
        let mut in_fence = false;
        for line in self.0.lines() {
            in_fence ^= line.trim_start().starts_with("```");
            let level = if in_fence { 0 } else { heading_level(line) };
            if open.as_ref().is_some_and(|(own, _)| (1..=*own).contains(&level)) {
                found = open.take().and_then(text_of).or(found);
            }
            match &mut open {
                Some((_, lines)) => lines.push(line),
                None if level > 1 && is_titled(line, title) => open = Some((level, Vec::new())),
                None => {}
            }
        }
        open.and_then(text_of).or(found)
    }
}

fn text_of((_, lines): (usize, Vec<&str>)) -> Option<String> {
    let text = quote::end_of(lines.join("\n").trim()).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// 0 for a line that is no heading.
fn heading_level(line: &str) -> usize {
    let level = line.len() - line.trim_start_matches('#').len();
    let rest = line.get(level..).unwrap_or_default();
    if rest.starts_with(' ') { level } else { 0 }
}

fn is_titled(line: &str, title: &str) -> bool {
    line.trim_start_matches('#').trim_start().starts_with(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Brief(text).answers().as_deref(), expected, "{text:?}");
    }

    #[test]
    fn a_section_reaches_to_the_next_heading_of_its_level() {
        check(
            "# Task\n\n## Answers\nfirst\n### more\nsecond\n## Next\nthird\n",
            Some("first\n### more\nsecond"),
        );
        check(
            "## Answers\n```\n# no heading\n```\n",
            Some("```\n# no heading\n```"),
        );
    }

    #[test]
    fn what_is_not_a_heading_or_is_empty_is_not_found() {
        check("answers: none\n#answers\nno\n", None);
        check("## Answers\n\n## Next\nthird\n", None);
        check("# Work item ET-001: Answers\n\n- stage: analysis\n", None);
    }

    #[test]
    fn the_last_of_several_counts() {
        check("## Answers go here\nprompt\n## Answers\nbrief\n", Some("brief"));
    }
}
