//! Every other request: a page that says openly that nothing was implemented, and a check of that page. Adds two files
//! and touches no other, so that no project can break by it.

use pipeline_core::verdict::findings::Severity;

use super::remarks::{self, NOTE_REMARKS};
use super::{Change, Contradiction, Design, Finding, Flaw, line_of};
use crate::agent::checkout::Checkout;
use crate::agent::error::AgentError;
use crate::agent::request::Request;

const ASKED: &str = "## What was asked for";
const CHECKING: &str = "## How to check";

pub(super) struct Note<'a> {
    checkout: &'a Checkout,
    request: Request,
    work_item: String,
    page: String,
    check: String,
}

impl<'a> Note<'a> {
    pub(super) fn new(checkout: &'a Checkout, request: Request, work_item: &str) -> Self {
        Self {
            checkout,
            request,
            work_item: work_item.to_owned(),
            page: format!("docs/orchd-demo/{work_item}.md"),
            check: format!(
                "tests/orchd_demo_{}_test.sh",
                work_item.to_lowercase().replace('-', "_")
            ),
        }
    }

    fn page_text(&self) -> Result<String, AgentError> {
        Ok(self.checkout.read(&self.page)?.unwrap_or_default())
    }

    fn whole_page(&self) -> String {
        let points: String = self
            .request
            .points()
            .iter()
            .map(|point| format!("- {point}\n"))
            .collect();
        format!(
            "# {}: {}\n\nWritten by the scripted agent of the orchd demo. **It does not implement the request**: the \
             script can\nonly change the demo's sample project. This page and its check stand in for the change, so \
             that every step of\nthe pipeline has something real to carry.\n\n{ASKED}\n\n{points}",
            self.work_item, self.request.title
        )
    }

    fn checking_section(&self) -> String {
        format!("\n{CHECKING}\n\n```\nsh {}\n```\n", self.check)
    }

    fn check_script(&self, checks: &[(&str, &str)]) -> String {
        let checks: String = checks
            .iter()
            .map(|(name, text)| format!("check '{name}' '{text}'\n"))
            .collect();
        format!(
            "#!/bin/sh\n# Checks {page}; written by the scripted agent of the orchd demo.\nset -u\n\n\
             page=$(dirname -- \"$0\")/../{page}\nfailed=0\n\n\
             # check NAME TEXT: the page contains the text.\ncheck() {{\n    \
             if grep -qF -e \"$2\" \"$page\"; then\n        echo \"ok - $1\"\n    else\n        \
             echo \"FAIL: $1\"\n        failed=1\n    fi\n}}\n\n{checks}exit \"$failed\"\n",
            page = self.page
        )
    }
}

impl Change for Note<'_> {
    fn summary(&self) -> String {
        format!(
            "adds {} and its check {}; the request itself is not implemented, because the scripted agent can only \
             change the demo's sample project",
            self.page, self.check
        )
    }

    fn design(&self) -> Design {
        Design {
            slug: "a-page-and-its-check",
            title: "A page and its check instead of code",
            decision: "The scripted agent adds one page below docs/orchd-demo/ and one check below tests/. No file of \
                       the project is touched.",
            alternatives: "Changing code: a script cannot understand a project that it does not know.",
            consequences: "The request stays open; the page says so in its first lines.",
        }
    }

    fn contradiction(&self) -> Contradiction {
        Contradiction {
            wrong: "No file is added to the repository.",
            right: "One page and its check are added to the repository; no other file changes.",
            objection: "02-trz.md allows no new file, and the criteria in 03-acceptance-criteria.md cannot be met \
                        without one.\n\nProposal: one page and its check are added to the repository; no other file \
                        changes.",
        }
    }

    fn files(&self) -> Vec<String> {
        vec![self.page.clone(), self.check.clone()]
    }

    fn is_there(&self) -> Result<bool, AgentError> {
        Ok(self.checkout.exists(&self.page))
    }

    fn make(&self, flaw: Option<Flaw>) -> Result<(), AgentError> {
        const NAMED: (&str, &str) = ("the page says what was asked for", ASKED);
        const EXPLAINED: (&str, &str) = ("the page says how to check it", CHECKING);
        let (page, checks) = match flaw {
            None => (
                self.whole_page() + &self.checking_section(),
                vec![NAMED, EXPLAINED],
            ),
            Some(Flaw::Shortcoming) => (self.whole_page(), vec![NAMED]),
            Some(Flaw::RedTest) => (
                self.whole_page() + &self.checking_section(),
                vec![(NAMED.0, "## The request"), EXPLAINED],
            ),
        };
        self.checkout.write(&self.page, &page)?;
        self.checkout.write(&self.check, &self.check_script(&checks))
    }

    fn findings(&self) -> Result<Vec<Finding>, AgentError> {
        let page = self.page_text()?;
        let missing = |heading: &str, severity| Finding {
            severity,
            place: format!("{}:{}", self.page, page.lines().count().max(1)),
            rule: "03-acceptance-criteria.md, the result can be checked".to_owned(),
            text: format!(
                "the section \"{}\" is missing",
                heading.trim_start_matches(['#', ' '])
            ),
        };
        let mut findings = Vec::new();
        if !page.contains(ASKED) {
            findings.push(missing(ASKED, Severity::P0));
        }
        if !page.contains(CHECKING) {
            findings.push(missing(CHECKING, Severity::P1));
        }
        Ok(findings)
    }

    fn remark(&self) -> Result<Finding, AgentError> {
        let page = self.page_text()?;
        let remark = remarks::next(&NOTE_REMARKS, &page);
        Ok(Finding {
            severity: Severity::P1,
            place: format!("{}:{}", self.page, line_of(&page, ASKED)),
            rule: "a page answers what its reader asks".to_owned(),
            text: format!("a section \"{}\" is missing: {}", remark.mark, remark.claim),
        })
    }

    fn answer_remark(&self) -> Result<(), AgentError> {
        let page = self.page_text()?;
        let remark = remarks::next(&NOTE_REMARKS, &page);
        self.checkout.write(
            &self.page,
            &format!("{page}\n## {}\n\n{}\n", remark.mark, remark.answer),
        )
    }

    fn test_command(&self) -> String {
        format!("sh {}", self.check)
    }

    fn smoke_command(&self) -> String {
        self.test_command()
    }
}
