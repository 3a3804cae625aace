//! The programs, and where npm puts them.

use std::path::{Path, PathBuf};

/// An agent program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Program {
    /// As `--provider` names it.
    pub(crate) name: &'static str,
    /// Below the prefix.
    path: &'static str,
    /// It says in data when a usage limit ends.
    pub(crate) tells_resets: bool,
    /// It says so when a tool is refused.
    pub(crate) tells_denials: bool,
}

impl Program {
    pub(crate) const ALL: [Self; 4] = [
        Self {
            name: "claude",
            path: "node_modules/@anthropic-ai/claude-code-linux-x64/claude",
            tells_resets: true,
            tells_denials: true,
        },
        Self {
            name: "codex",
            path: "node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
            tells_resets: false,
            tells_denials: false,
        },
        Self {
            name: "opencode",
            path: "node_modules/opencode-linux-x64/bin/opencode",
            tells_resets: false,
            tells_denials: true,
        },
        Self {
            name: "gemini",
            path: "node_modules/.bin/gemini",
            tells_resets: false,
            tells_denials: false,
        },
    ];

    /// Where it is.
    pub(crate) fn path(self, prefix: &Path) -> PathBuf {
        let path = prefix.join(self.path);
        assert!(
            path.exists(),
            "{} is not there: npm install it first",
            path.display()
        );
        path
    }
}
