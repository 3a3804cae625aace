//! The demo's issue in the sample project: `todo list WORD`.

use pipeline_core::verdict::findings::Severity;

use super::remarks::{self, FEATURE_REMARKS};
use super::{Change, Contradiction, Design, Finding, Flaw, line_of};
use crate::agent::checkout::Checkout;
use crate::agent::error::AgentError;
use crate::agent::request::Request;
use crate::sample;

const LIST: &str = "lib/list.sh";
const TESTS: &str = "tests/test_list_word.sh";
const USAGE: &str = "bin/todo";
const README: &str = "README.md";
const CHANGELOG: &str = "CHANGELOG.md";

const LIST_TEXT: &str = include_str!("list.sh");
const TESTS_TEXT: &str = include_str!("test_list_word.sh");
const README_ROW: &str = "| `todo list WORD` | prints only the tasks that contain the word: plain text, upper and lower case are the same; the numbers stay those of the whole list |";

const LITERAL: &str = "grep -qiF -e";
const PATTERN: &str = "grep -qi -e";
const PATTERN_TEST: &str = "test_a_word_is_plain_text_and_not_a_pattern";
const EMPTY_LIST: &str = "    if store_is_empty; then
        echo 'Nothing to do.'
        return 0
    fi
";

pub(super) struct Feature<'a> {
    checkout: &'a Checkout,
    work_item: String,
}

impl<'a> Feature<'a> {
    /// None for another request, another project, or when an earlier work item made it.
    pub(super) fn wanted(
        checkout: &'a Checkout,
        request: &Request,
        work_item: &str,
    ) -> Result<Option<Self>, AgentError> {
        let marked = checkout
            .read(sample::MARKED_FILE)?
            .is_some_and(|text| text.contains(sample::MARK));
        if !marked || !request.is_sample_issue() {
            return Ok(None);
        }
        let feature = Self {
            checkout,
            work_item: work_item.to_owned(),
        };
        let ours = feature.text(CHANGELOG)?.contains(&feature.entry_mark());
        Ok((ours || !feature.is_there()?).then_some(feature))
    }

    fn text(&self, path: &str) -> Result<String, AgentError> {
        Ok(self.checkout.read(path)?.unwrap_or_default())
    }

    fn entry_mark(&self) -> String {
        format!("({})", self.work_item)
    }

    fn write_usage(&self) -> Result<(), AgentError> {
        let usage = self.text(USAGE)?;
        let wanted = "  list [WORD]   print the tasks, or those that contain WORD";
        self.checkout
            .write(USAGE, &usage.replace("  list          print the tasks", wanted))
    }

    fn write_readme(&self) -> Result<(), AgentError> {
        let readme = self.text(README)?;
        if readme.contains(README_ROW) {
            return Ok(());
        }
        self.checkout
            .write(README, &insert_after(&readme, "| `todo list` |", README_ROW))
    }

    fn write_changelog(&self) -> Result<(), AgentError> {
        let changelog = self.text(CHANGELOG)?;
        if changelog.contains(&self.entry_mark()) {
            return Ok(());
        }
        let entry = format!(
            "\n- `todo list WORD` prints only the tasks that contain the word {}.",
            self.entry_mark()
        );
        self.checkout
            .write(CHANGELOG, &insert_after(&changelog, "## Unreleased", &entry))
    }

    fn code_findings(&self, list: &str, tests: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !list.contains(LITERAL) {
            findings.push(Finding {
                severity: Severity::P1,
                place: format!("{LIST}:{}", line_of(list, "grep ")),
                rule: "AC-2, the word is plain text".to_owned(),
                text: "the word goes to `grep` as a regular expression, so `todo list 1.5` also finds \"pay 105\"; \
                       use `grep -F`"
                    .to_owned(),
            });
        }
        if !list.contains(EMPTY_LIST) {
            findings.push(Finding {
                severity: Severity::P1,
                place: format!("{LIST}:{}", line_of(list, "todo_list()")),
                rule: "AC-5, without a word it works as before".to_owned(),
                text: "an empty list is not told apart any more; print \"Nothing to do.\" first".to_owned(),
            });
        }
        if !tests.contains(PATTERN_TEST) {
            findings.push(Finding {
                severity: Severity::P1,
                place: format!("{TESTS}:{}", tests.lines().count().max(1)),
                rule: "04-test-plan.yaml, a test for every criterion".to_owned(),
                text: "no test proves that a word such as `1.5` is not taken as a pattern".to_owned(),
            });
        }
        findings
    }

    fn documentation_findings(&self) -> Result<Vec<Finding>, AgentError> {
        let mut findings = Vec::new();
        for (path, wanted) in [
            (README, "`todo list WORD`".to_owned()),
            (USAGE, "list [WORD]".to_owned()),
            (CHANGELOG, self.entry_mark()),
        ] {
            let text = self.text(path)?;
            if !text.contains(&wanted) {
                findings.push(Finding {
                    severity: Severity::P0,
                    place: format!("{path}:{}", line_of(&text, "list")),
                    rule: "documents change together with behaviour".to_owned(),
                    text: format!("`{wanted}` is not mentioned"),
                });
            }
        }
        Ok(findings)
    }
}

impl Change for Feature<'_> {
    fn summary(&self) -> String {
        "`todo list WORD` prints only the tasks that contain the word, with a test for every criterion, README, usage \
         and changelog"
            .to_owned()
    }

    fn design(&self) -> Design {
        Design {
            slug: "select-while-printing",
            title: "Select tasks while the list is printed",
            decision: "`todo_list` in lib/list.sh asks a new function `contains` for each task before printing it. \
                       `contains` uses `grep -qiF`: plain text, upper and lower case the same. The number is counted \
                       before the question, so that it stays that of the whole list.",
            alternatives: "A command `todo find`: a second loop over the file, and a second place that knows how a \
                           task is printed. Filtering the printed lines by `grep`: would also match numbers and marks. \
                           A `case` pattern: `*` and `[` of the word would be taken as a pattern.",
            consequences: "One `grep` process per task, which is acceptable for lists that people write by hand. The file format \
                           does not change.",
        }
    }

    fn contradiction(&self) -> Contradiction {
        Contradiction {
            wrong: "The tasks that are found are numbered from 1.",
            right: "The tasks that are found keep the numbers that they have in the whole list.",
            objection: "02-trz.md numbers the tasks that are found from 1. `todo done NUMBER` and `todo rm NUMBER` \
                        (lib/change.sh) take the number of the line in the file, so a user who follows the printed \
                        number would finish or remove another task. It also contradicts AC-3.\n\nProposal: the tasks \
                        that are found keep the numbers that they have in the whole list.",
        }
    }

    fn files(&self) -> Vec<String> {
        [LIST, USAGE, TESTS, README, CHANGELOG]
            .map(str::to_owned)
            .to_vec()
    }

    fn is_there(&self) -> Result<bool, AgentError> {
        Ok(self.text(LIST)?.contains("contains \"$text\" \"$word\""))
    }

    fn make(&self, flaw: Option<Flaw>) -> Result<(), AgentError> {
        let (list, tests) = match flaw {
            None => (LIST_TEXT.to_owned(), TESTS_TEXT),
            Some(Flaw::Shortcoming) => (LIST_TEXT.replace(LITERAL, PATTERN), without_pattern_test()),
            Some(Flaw::RedTest) => (LIST_TEXT.replace(EMPTY_LIST, ""), TESTS_TEXT),
        };
        self.checkout.write(LIST, &list)?;
        self.checkout.write(TESTS, tests)?;
        self.write_usage()?;
        self.write_readme()?;
        self.write_changelog()
    }

    fn findings(&self) -> Result<Vec<Finding>, AgentError> {
        if !self.is_there()? {
            return Ok(vec![Finding {
                severity: Severity::P0,
                place: format!("{LIST}:1"),
                rule: "03-acceptance-criteria.md".to_owned(),
                text: "`todo list WORD` is not implemented".to_owned(),
            }]);
        }
        let mut findings = self.code_findings(&self.text(LIST)?, &self.text(TESTS)?);
        findings.extend(self.documentation_findings()?);
        Ok(findings)
    }

    fn remark(&self) -> Result<Finding, AgentError> {
        let tests = self.text(TESTS)?;
        let remark = remarks::next(&FEATURE_REMARKS, &tests);
        Ok(Finding {
            severity: Severity::P1,
            place: format!("{TESTS}:{}", tests.lines().count().max(1)),
            rule: "04-test-plan.yaml, every promise has a test".to_owned(),
            text: format!("no test proves that {}", remark.claim),
        })
    }

    fn answer_remark(&self) -> Result<(), AgentError> {
        let tests = self.text(TESTS)?;
        let remark = remarks::next(&FEATURE_REMARKS, &tests);
        let test = format!("{tests}\n{}() {{\n{}}}\n", remark.mark, remark.answer);
        self.checkout.write(TESTS, &test)
    }

    fn test_command(&self) -> String {
        sample::TEST_COMMAND.to_owned()
    }

    fn smoke_command(&self) -> String {
        "TODO_FILE=$(mktemp) && export TODO_FILE && trap 'rm -f \"$TODO_FILE\"' EXIT \
         && sh bin/todo add smoke test && sh bin/todo add something else && sh bin/todo list SMOKE"
            .to_owned()
    }
}

/// The pattern's test is the last one of the file.
fn without_pattern_test() -> &'static str {
    TESTS_TEXT
        .split_once(PATTERN_TEST)
        .map_or(TESTS_TEXT, |(before, _)| before.trim_end_matches('\n'))
}

/// Below the first line that begins with `start`; at the end when there is none.
fn insert_after(text: &str, start: &str, line: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let at = lines
        .iter()
        .position(|it| it.starts_with(start))
        .map_or(lines.len(), |at| at + 1);
    lines.insert(at, line);
    lines.join("\n") + "\n"
}
