//! An issue as a Markdown file: the first heading is the title, the rest the description.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::options::DemoError;

/// The largest file that is read.
const MAX_BYTES: u64 = 256 * 1024;

/// An issue to be written on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Issue {
    pub(crate) title: String,
    pub(crate) description: String,
}

/// Reads an issue from a file.
pub(crate) fn read(path: &Path) -> Result<Issue, DemoError> {
    let refuse = |reason: String| DemoError::Issue {
        path: path.to_path_buf(),
        reason,
    };
    let size = std::fs::metadata(path)
        .map_err(|error| refuse(error.to_string()))?
        .len();
    if size > MAX_BYTES {
        return Err(refuse(format!(
            "it has {size} bytes, at most {MAX_BYTES} are taken"
        )));
    }
    let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    parse(&text).ok_or_else(|| {
        refuse("it has no heading; begin it with a line such as '# Add a --json flag', then describe what is wanted".to_owned())
    })
}

fn parse(text: &str) -> Option<Issue> {
    let mut lines = text.lines();
    let title = lines.find_map(|line| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len() && title.starts_with(' ')).then(|| title.trim().to_owned())
    })?;
    let description = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    (!title.is_empty()).then_some(Issue { title, description })
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn the_first_heading_is_the_title() {
        let issue = parse("intro\n\n## Add a flag\n\nPlease.\n# More\n").unwrap();
        assert_eq!(
            issue,
            Issue {
                title: "Add a flag".to_owned(),
                description: "Please.\n# More".to_owned()
            }
        );
    }

    #[test]
    fn a_text_without_heading_is_no_issue() {
        for text in ["", "just text", "#hashtag only", "# "] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
