//! A request in our words, whatever wire format it came in.

use std::path::PathBuf;

use crate::dialect::Dialect;
use crate::tools;

/// What an agent program sent: the whole conversation so far, and the tools that it offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The wire format.
    pub dialect: Dialect,
    /// The model that is asked for.
    pub model: String,
    /// The answer is wanted as a stream of events.
    pub stream: bool,
    /// What the user said in turns, oldest first. A turn is everything between two answers to tools.
    pub turns: Vec<String>,
    /// Results of tools in the last turn.
    pub results: usize,
    /// Results of tools that say that the tool failed or was refused, in the last turn.
    pub failures: usize,
    /// Names of the tools.
    pub tools: Vec<String>,
    /// The working directory, where the program tells it.
    pub directory: Option<PathBuf>,
    /// Size of the request, in bytes.
    pub bytes: usize,
}

/// One thing in a conversation, as far as it counts for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Words of the user.
    User(String),
    /// The result of a tool.
    Result {
        /// It says that the tool failed.
        failed: bool,
    },
}

/// The turns, and the results and failures of the last one.
pub(crate) fn turns(said: impl IntoIterator<Item = Said>) -> (Vec<String>, usize, usize) {
    let mut turns: Vec<String> = Vec::new();
    let (mut results, mut failures) = (0, 0);
    for said in said {
        match said {
            Said::Result { failed } => {
                results += 1;
                failures += usize::from(failed);
            }
            Said::User(text) if results > 0 || turns.is_empty() => {
                turns.push(text);
                (results, failures) = (0, 0);
            }
            Said::User(text) => {
                if let Some(turn) = turns.last_mut() {
                    turn.push('\n');
                    turn.push_str(&text);
                }
            }
        }
    }
    (turns, results, failures)
}

/// Where the agent program says that it works: each has its own sentence for it.
pub(crate) fn directory(raw: &str) -> Option<PathBuf> {
    const MARKS: [&str; 7] = [
        "**Workspace Directories:**\n  - ",
        "<cwd>",
        "working directory: ",
        "Working directory: ",
        "working directory is: ",
        "working in the directory: ",
        "Primary working directory: ",
    ];
    let text = raw.replace("\\n", "\n");
    MARKS.iter().find_map(|mark| {
        let (_, rest) = text.split_once(mark)?;
        let rest = rest.trim_start_matches('*').trim_start();
        let end = rest
            .find(|letter: char| letter.is_whitespace() || "<>\"\\`*".contains(letter))
            .unwrap_or(rest.len());
        let path = rest.get(..end)?.trim_end_matches('.');
        path.starts_with('/').then(|| PathBuf::from(path))
    })
}

impl Conversation {
    /// What the user said last.
    #[must_use]
    pub fn turn(&self) -> &str {
        self.turns.last().map_or("", String::as_str)
    }

    /// The program lets a file be replaced only after it was read: so do those that have a tool for writing files.
    #[must_use]
    pub fn reads_before_writing(&self) -> bool {
        tools::has_writer(&self.tools)
    }

    /// A question beside the work, such as for a title: no tools are offered.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        self.tools.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> Said {
        Said::User(text.to_owned())
    }

    const DONE: Said = Said::Result { failed: false };
    const FAILED: Said = Said::Result { failed: true };

    #[test]
    fn a_turn_is_what_the_user_says_between_results() {
        assert_eq!(
            turns([user("a"), user("b"), DONE, FAILED, DONE]),
            (vec!["a\nb".to_owned()], 3, 1)
        );
        assert_eq!(
            turns([user("a"), DONE, user("c")]),
            (vec!["a".to_owned(), "c".to_owned()], 0, 0)
        );
        assert_eq!(turns([]), (Vec::new(), 0, 0));
    }

    #[test]
    fn the_directory_is_found_in_each_programs_sentence() {
        for (text, expected) in [
            ("Primary working directory: /a/b\\nIs a git", "/a/b"),
            ("I'm currently working in the directory: /a/b\nHere", "/a/b"),
            ("<cwd>/a/b</cwd>", "/a/b"),
            ("- **Workspace Directories:**\\n  - /a/b\\n- more", "/a/b"),
            ("- **Working directory: **/a/b`", "/a/b"),
        ] {
            assert_eq!(directory(text), Some(PathBuf::from(expected)), "{text}");
        }
        assert_eq!(directory("working directory: unknown"), None);
    }
}
